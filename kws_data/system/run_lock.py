"""One process at a time in a folder, however the last one ended.

The lock is SQLite's own on an empty database: it works alike on every system, and the system drops it with the
process that holds it, be it killed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kws_data.errors import DataError

FILE = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder for the block. The folder is made; one that was made and stays empty is removed.

    Raises:
        DataError: another process holds it.
        OSError: the folder cannot be made, or not be written.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in folder.iterdir()}
    lock = _locked(folder)
    try:
        yield
    finally:
        if FILE not in before and {path.name for path in folder.iterdir()} == before | {FILE}:
            with suppress(OSError):  # Windows keeps what is open
                (folder / FILE).unlink()
        lock.close()
        for path in made:
            with suppress(OSError):  # something lies in it
                path.rmdir()


def _locked(folder: Path) -> sqlite3.Connection:
    lock = sqlite3.connect(folder / FILE, timeout=0, isolation_level=None)
    try:
        lock.execute("PRAGMA journal_mode=MEMORY")  # no second file beside it
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" not in str(error):
            raise PermissionError(13, str(error), str(folder)) from None
        remedy = "wait for it to end, or take another name: --set name=OTHER"
        raise DataError("another kws works here", str(folder), remedy) from None
    if not (folder / FILE).exists():  # whoever had it before removed the folder at this moment
        lock.close()
        folder.mkdir(parents=True, exist_ok=True)
        return _locked(folder)
    return lock
