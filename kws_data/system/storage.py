"""Where bytes lie: a folder of this machine, or whatever fsspec opens (``s3://``, ``gs://``, ``memory://``).

The builder's workers read audio and write features through a place, so that they need not share a disk. A file
appears whole or not at all; names are relative and use ``/``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from firmware_tools.atomic import atomic_path
from kws_data.errors import DataError


class Place(Protocol):
    """A tree of files. Every method raises OSError when the place cannot be reached; reading raises
    FileNotFoundError when the file is not there."""

    @property
    def url(self) -> str:
        """Its folder or URL."""

    def read(self, name: str, start: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file from ``start`` (from its end when negative) on, all or at most ``size``."""

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        """Write a file, whole or not at all; what was there is replaced."""

    def files(self, folder: str = "") -> dict[str, int]:
        """Names and sizes of all finished files below ``folder``; none when there is no such folder."""

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens when it is not there."""

    def sweep(self, older_s: float) -> int:
        """Remove what killed writers left unfinished, if older than so many seconds; returns how many files."""


@dataclass(frozen=True)
class LocalPlace:
    """A folder of this machine."""

    url: str

    def read(self, name: str, start: int = 0, size: int | None = None) -> bytes:
        """See :class:`Place`."""
        with (Path(self.url) / name).open("rb", buffering=0) as file:
            if start:
                file.seek(start, 2 if start < 0 else 0)
            return file.read(-1 if size is None else size)

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        """See :class:`Place`."""
        with atomic_path(Path(self.url) / name) as temporary, temporary.open("wb", buffering=0) as file:
            for part in parts:
                _write_all(file, part)

    def files(self, folder: str = "") -> dict[str, int]:
        """See :class:`Place`."""
        root = Path(self.url)
        found = (p for p in sorted((root / folder).rglob("*")) if not p.name.startswith(".") and p.is_file())
        return {p.relative_to(root).as_posix(): p.stat().st_size for p in found}

    def remove(self, name: str) -> None:
        """See :class:`Place`."""
        (Path(self.url) / name).unlink(missing_ok=True)

    def sweep(self, older_s: float) -> int:
        """See :class:`Place`."""
        swept = 0
        for path in Path(self.url).rglob(".*"):
            with suppress(OSError):
                if path.is_file() and time.time() - path.stat().st_mtime > older_s:
                    path.unlink()
                    swept += 1
        return swept


def _write_all(file: Any, part: bytes | memoryview) -> None:
    """An unbuffered file may take less than it is given (2 GB at once on Linux)."""
    view = memoryview(part).cast("B")
    while len(view):
        view = view[file.write(view) :]


@dataclass(frozen=True)
class FsspecPlace:
    """A folder that fsspec opens. A store's own put is whole or not at all; elsewhere a finished file is renamed."""

    url: str

    def read(self, name: str, start: int = 0, size: int | None = None) -> bytes:
        """See :class:`Place`."""
        system, root = _system(self.url)
        path = f"{root}/{name}"
        if start < 0:
            start = max(int(system.info(path)["size"]) + start, 0)
        data: bytes = system.cat_file(path, start=start, end=None if size is None else start + size)
        return data

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        """See :class:`Place`."""
        system, root = _system(self.url)
        path = f"{root}/{name}"
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        data = b"".join(bytes(part) for part in parts)
        with system.transaction, system.open(path, "wb") as file:
            file.write(data)

    def files(self, folder: str = "") -> dict[str, int]:
        """See :class:`Place`."""
        system, root = _system(self.url)
        system.invalidate_cache()
        found = system.find(f"{root}/{folder}".rstrip("/"), detail=True)
        names = {path.removeprefix(root).lstrip("/"): int(info["size"]) for path, info in sorted(found.items())}
        return {name: size for name, size in names.items() if not name.rpartition("/")[2].startswith(".")}

    def remove(self, name: str) -> None:
        """See :class:`Place`."""
        system, root = _system(self.url)
        if system.exists(f"{root}/{name}"):
            system.rm_file(f"{root}/{name}")

    def sweep(self, older_s: float) -> int:
        """A store shows no unfinished files; what was begun there is ended by the store's own rules."""
        return 0


@lru_cache(maxsize=8)
def _system(url: str) -> tuple[Any, str]:
    """fsspec's file system of a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise DataError("this place needs fsspec", url, "pip install 'kws[ray]'") from None
    try:
        system, root = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise DataError("this place cannot be opened", url, str(error)) from None
    return system, str(root).rstrip("/")


def place(where: Path | str) -> Place:
    """The place at a folder or a URL.

    Raises:
        DataError: fsspec is missing, or does not know this kind of URL.
    """
    text = str(where)
    if "://" not in text:
        return LocalPlace(str(Path(text).resolve()))
    _system(text)
    return FsspecPlace(text.rstrip("/"))
