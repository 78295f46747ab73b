"""Files that lie inside installed packages, found without running any of the packages' code."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable
from pathlib import Path

from kws_data.errors import ConfigError


def package_file(module: str, inside: str, remedy: str) -> Path:
    """A file below an installed module's folder.

    Args:
        module: as it is imported; it must be there.
        inside: the file's path below the module's folder.
        remedy: for the error.

    Raises:
        ConfigError: this version of the package has no such file.
    """
    spec = importlib.util.find_spec(module)
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        if (Path(folder) / inside).is_file():
            return Path(folder) / inside
    raise ConfigError("the installed package carries no speech encoder", f"{module}/{inside}", remedy)


def package_version(distribution: str) -> str:
    """``name-version`` of an installed package, by the name under which pip knows it."""
    try:
        return f"{distribution}-{importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return distribution


def read_model(path: Path) -> bytes:
    """A model's file; raises ConfigError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("encoder cannot be read", str(path), f"{error.strerror}; check encoder.model") from None


def short_hash(files: Iterable[bytes]) -> str:
    """Twelve hexadecimal digits that stand for the contents of files."""
    digest = hashlib.sha256()
    for data in files:
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:12]
