"""The catalogue's database: opened, made, brought up to date, locked, with errors a user can act on."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_tools.atomic import write_bytes
from firmware_tools.home import in_home
from kws_data.catalog.schema import APPLICATION_ID, SCHEMA, STEPS, VERSION
from kws_data.errors import CatalogError

BUSY_SECONDS = 60
#: A part of what SQLite says -> what to do.
_REMEDIES = {
    "locked": "another kws is writing: wait for it",
    "unable to open": "can its folder be written? name another one with --recordings or data.recordings",
    "readonly": "can its folder be written? copy it to where it can",
    "full": "the disk is full: make room and call it again",
}


class CatalogDatabase:
    """The database in ``folder``. A context manager; one per thread.

    Where there is none it is made by the first that is written, so that a look leaves nothing behind. Where it cannot
    be written it is read as it is.

    Attributes:
        is_there: whether it has been made.
        writable: whether clips can be added and changed.

    Raises (all methods):
        CatalogError: no catalogue but another file, damaged, of another version, or locked for a minute.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = in_home(folder)
        self.path = self.folder / "catalog.sqlite"
        self.writable = may_write(self.path)
        self._key: bytes | None = None
        with self.errors():
            self.is_there = self.path.exists()
            if self.is_there:
                self._open()
            else:
                self.db = sqlite3.connect(":memory:", isolation_level=None)
                self._prepare()

    def _open(self) -> None:
        """Open what is there, or make it."""
        if self.writable:
            self.db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        else:
            self.db = sqlite3.connect(_to_read(self.path), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self.db.close()
            raise

    def _make(self) -> None:
        """Make the catalogue now that something is to be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogError("folder of the catalogue cannot be made", str(self.folder), str(error)) from None
        self.db.close()
        self.is_there, self.writable = True, may_write(self.path)
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the object cannot be used afterwards."""
        self.db.close()

    def _prepare(self) -> None:
        if self._pragma("application_id") == 0:
            self._create()
        if self._pragma("application_id") != APPLICATION_ID:
            raise CatalogError("database is no kws catalogue", str(self.path), "name another folder")
        if self.writable and self._pragma("user_version") in STEPS:
            self._upgrade()
        version = self._pragma("user_version")
        if version in STEPS:
            remedy = "it cannot be written where it lies: copy it, or let its owner call kws catalog"
            raise CatalogError(f"catalogue {self.path} has an older version", version, remedy)
        if version != VERSION:
            raise CatalogError(
                f"catalogue {self.path} has another version",
                version,
                f"this kws reads {VERSION}: use the kws that wrote it, or name another folder",
            )
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA foreign_keys=ON")

    def _create(self) -> None:
        """Make the tables in an empty database; another process may do the same at this moment."""
        if self._has_tables() or not self.writable:
            return
        self.db.execute("PRAGMA journal_mode=WAL")
        with self._all_or_nothing():
            if self._has_tables():
                return
            for statement in SCHEMA:
                self.db.execute(statement)
            self.db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self.db.execute(f"PRAGMA user_version={VERSION}")

    def _upgrade(self) -> None:
        """Bring an older catalogue up to this version; another process may do the same at this moment."""
        with self._all_or_nothing():
            while (version := self._pragma("user_version")) in STEPS:
                for statement in STEPS[version]:
                    self.db.execute(statement)
                self.db.execute(f"PRAGMA user_version={version + 1}")

    def _has_tables(self) -> bool:
        return bool(self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])

    def _pragma(self, name: str) -> int:
        return int(self.db.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            known = (text for part, text in _REMEDIES.items() if part in str(error))
            remedy = next(known, str(error))
            raise CatalogError("catalogue cannot be used", str(self.path), remedy) from None
        except sqlite3.DatabaseError as error:
            remedy = f"{error}: restore it from a copy, or move it away and import again"
            raise CatalogError("catalogue is damaged or no catalogue", str(self.path), remedy) from None

    def check_writable(self) -> None:
        """Raise CatalogError where nothing can be written: what serves a page finds out before anybody types."""
        nearest = next((one for one in (self.folder, *self.folder.absolute().parents) if one.exists()), self.folder)
        if not self.is_there and not nearest.is_dir():
            raise CatalogError("folder of the catalogue cannot be made", str(self.folder), f"{nearest} is no folder")
        if not (self.writable if self.is_there else os.access(nearest, os.W_OK)):
            raise CatalogError("catalogue can only be read", str(self.path), "make its folder writable, or copy it")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; waits for another writer. The first one makes the catalogue."""
        with self.errors():
            self.check_writable()
            if not self.is_there:
                self._make()
            with self._all_or_nothing():
                yield

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with self.errors():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def pseudonym(self, source: str, speaker: str, *, named: bool = False) -> str:
        """Twelve hex digits that stand for a speaker of a source."""
        key = self._speaker_key() if named else b"kws public speaker id"
        return hmac.new(key, f"{source}|{speaker}".encode(), hashlib.sha256).hexdigest()[:12]

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only this catalogue knows and that are always the same for a purpose."""
        return hmac.new(self._speaker_key(), f"secret|{purpose}".encode(), hashlib.sha256).digest()

    def tombstone(self, pseudonym: str) -> str:
        """What is kept of a speaker who was forgotten: without the catalogue's key it says nothing."""
        return hmac.new(self._speaker_key(), f"forgotten|{pseudonym}".encode(), hashlib.sha256).hexdigest()

    def _speaker_key(self) -> bytes:
        if self._key is None:
            path = self.folder / "speaker.key"
            if not path.exists():
                with self.transaction():  # two processes must not make two keys
                    if not path.exists():
                        write_bytes(path, secrets.token_bytes(32))
                        path.chmod(0o600)
            self._key = path.read_bytes()
        return self._key


def may_write(database: Path) -> bool:
    """Whether a database can be written: the file, and its folder, where the log stands; one to be made can."""
    return not database.exists() or all(os.access(path, os.W_OK) for path in (database, database.parent))


def _to_read(database: Path) -> str:
    """Address of a database that is only read: without its log, which could not be made, unless there is one."""
    log = database.with_name(f"{database.name}-wal")
    alone = "" if log.exists() and log.stat().st_size else "&immutable=1"
    return f"{database.resolve().as_uri()}?mode=ro{alone}"
