"""Which file a voice is: a word for provenance, so that another file under the same name makes other clips."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

from kws_data.errors import ConfigError


def stamp(path: Path) -> str:
    """Beginning of the SHA-256 of a file; read once in a process while the file does not change.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        stat = path.stat()
        return _stamp(path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise ConfigError("voice cannot be read", str(path), error.strerror or str(error)) from None


@lru_cache(maxsize=64)
def _stamp(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]


def package_version(package: str) -> str:
    """Version of an installed package, by the name that is imported."""
    return importlib.metadata.version(package.replace("_", "-"))
