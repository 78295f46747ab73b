"""A folder that appears whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kws_data.errors import DataError


@contextmanager
def new_folder(path: Path, *, marker: str, replace: bool = False) -> Iterator[Path]:
    """Give an empty folder beside ``path``; it becomes ``path`` when the block succeeds, and is gone when it does not.

    Args:
        path: where the folder goes; its parents are made.
        marker: name of a file that every folder of this kind holds.
        replace: a folder that has the marker (or is empty) may be replaced; any other is never touched.

    Raises:
        DataError: ``path`` is there and may not be replaced, or the folder cannot be made.
    """
    check_free(path, marker, replace)
    with beside(path) as fresh:
        yield fresh
        check_free(path, marker, replace)
        if path.exists():
            old = fresh.with_name(f"{fresh.name}.old")
            path.rename(old)
            fresh.rename(path)
            shutil.rmtree(old)
        else:
            fresh.rename(path)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give an empty folder beside ``path``, gone after the block; raises DataError when it cannot be made."""
    folder = path.parent / f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise DataError("folder cannot be made", str(path), error.strerror or str(error)) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_free(path: Path, marker: str, replace: bool) -> None:
    """Raise DataError as :func:`new_folder` would: before hours of work rather than after."""
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_dir() or path.is_symlink():
        raise DataError("there is a file in the place of the folder", str(path), "name another folder")
    ours = (path / marker).is_file() or not any(path.iterdir())
    if not ours:
        raise DataError("folder holds something else", str(path), "name another folder: kws will not replace this one")
    if not replace:
        raise DataError("folder is there already", str(path), "add --force to replace it, or name another one")
