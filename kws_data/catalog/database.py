"""The catalogue's database: opened, made, brought up to date, locked, with errors a user can act on."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_tools.atomic import write_bytes
from kws_data.catalog.schema import APPLICATION_ID, SCHEMA, STEPS, VERSION
from kws_data.errors import CatalogError

BUSY_SECONDS = 60


class CatalogDatabase:
    """The database in ``folder``, made when it is not there. A context manager; one per thread.

    Raises (all methods):
        CatalogError: no catalogue but another file, damaged, of another version, or locked for a minute.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.path = self.folder / "catalog.sqlite"
        self._key: bytes | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogError("folder of the catalogue cannot be made", str(self.folder), str(error)) from None
        with self.errors():
            self.db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self.db.close()
                raise

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
        if self._pragma("user_version") in STEPS:
            self._upgrade()
        version = self._pragma("user_version")
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
        if self._has_tables():
            return
        self.db.execute("PRAGMA journal_mode=WAL")
        with self.transaction():
            if self._has_tables():
                return
            for statement in SCHEMA:
                self.db.execute(statement)
            self.db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self.db.execute(f"PRAGMA user_version={VERSION}")

    def _upgrade(self) -> None:
        """Bring an older catalogue up to this version; another process may do the same at this moment."""
        with self.transaction():
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
            remedy = "another kws is writing: wait for it" if "locked" in str(error) else str(error)
            raise CatalogError("catalogue cannot be used", str(self.path), remedy) from None
        except sqlite3.DatabaseError as error:
            remedy = f"{error}: restore it from a copy, or move it away and import again"
            raise CatalogError("catalogue is damaged or no catalogue", str(self.path), remedy) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; waits for another writer."""
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
