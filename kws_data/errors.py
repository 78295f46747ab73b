"""The tree of errors that a user can meet.

::

    KwsError                      (firmware_tools.errors) exit 2
    ├── BoardError, LinkError, ProtocolError, FirmwareError, FrontendError,
    │   ModelError, UnsupportedOperatorError   (firmware_tools.errors)
    ├── ConfigError               a configuration file: names the file, the key, the nearest valid key
    │   └── MissingPackagesError  packages of an extra are not installed: names the command
    ├── AudioError                a file that is no audio, truncated, empty
    ├── CatalogError              the catalogue is missing, locked, or of another version
    ├── FetchError                a file that cannot be fetched (kws_data.sources.imports.fetch)
    ├── ServeError                a page that cannot be served (kws_data.browser.serve)
    ├── DataError                 a folder, list, label or split that cannot be used
    │   └── LeakError             the same speaker, clip or voice stands in two splits
    ├── BundleError               a model bundle that is missing or incomplete
    └── GateError                 exit 1: a limit of the budget is broken
"""

from __future__ import annotations

from firmware_tools.errors import (
    BoardError,
    FirmwareError,
    FrontendError,
    KwsError,
    LinkError,
    ModelError,
    ProtocolError,
    UnsupportedOperatorError,
)

__all__ = [
    "AudioError",
    "BoardError",
    "BundleError",
    "CatalogError",
    "ConfigError",
    "DataError",
    "FirmwareError",
    "FrontendError",
    "GateError",
    "KwsError",
    "LeakError",
    "LinkError",
    "MissingPackagesError",
    "ModelError",
    "ProtocolError",
    "UnsupportedOperatorError",
]


class ConfigError(KwsError):
    """A configuration that cannot be used."""


class MissingPackagesError(ConfigError):
    """Something needs packages that not everybody has, and that are not installed."""


class AudioError(KwsError):
    """A file that cannot be used as audio."""


class CatalogError(KwsError):
    """The catalogue cannot be opened or written."""


class DataError(KwsError):
    """A folder, a list, a label or a split that cannot be used."""


class LeakError(DataError):
    """The same speaker, clip or voice stands in two splits."""


class BundleError(KwsError):
    """A model bundle is missing, incomplete, or does not match its files."""


class GateError(KwsError):
    """A limit of the budget is broken."""

    exit_code = 1
