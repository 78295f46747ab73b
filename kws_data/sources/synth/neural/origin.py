"""Where a network comes from, for the provenance of its clips: a package with its version, or a file with its hash."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import lru_cache
from pathlib import Path

from kws_data.errors import ConfigError


def package_origin(package: str) -> str:
    """Name and version of an installed package."""
    return f"{package} {importlib.metadata.version(package)}"


def file_origin(path: Path) -> str:
    """File name and the first 12 hex digits of its SHA-256; read again only after it has changed.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        about = path.stat()
        return f"{path.name} {_sha256(path, about.st_size, about.st_mtime_ns)[:12]}"
    except OSError as error:
        raise ConfigError("file of a voice cannot be read", str(path), error.strerror or str(error)) from None


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
