"""The catalogue: every clip, who said it, where it comes from and on what terms.

SQLite in write-ahead mode beside the audio, which is stored once by the hash of its samples::

    recordings/catalog.sqlite
    recordings/speaker.key                       key of the pseudonyms of named people
    recordings/audio/<2 hex>/<sha256 of PCM>.flac

A clip's identity is its source, device, place of origin and samples, so every import can be repeated,
interrupted, and run twice at the same time without doubling anything. Audio is written before its row:
whatever a crash leaves is at worst an audio file that nobody points to.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from firmware_tools.atomic import write_bytes
from kws_data.audio import Samples
from kws_data.clips import Clip, ImportCount, KnownFile, NewClip, StoredAudio, clip_id
from kws_data.errors import CatalogError
from kws_data.schema import APPLICATION_ID, SCHEMA, STEPS, VERSION
from kws_data.store import audio_path, load_audio, store_audio

BUSY_SECONDS = 60
_BATCH = 500


class Catalog:
    """The catalogue in ``folder``, made when it is not there. A context manager; one per thread.

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
        with self._errors():
            self._db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the object cannot be used afterwards."""
        self._db.close()

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
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")

    def _create(self) -> None:
        """Make the tables in an empty database; another process may do the same at this moment."""
        if self._has_tables():
            return
        self._db.execute("PRAGMA journal_mode=WAL")
        with self._transaction():
            if self._has_tables():
                return
            for statement in SCHEMA:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version={VERSION}")

    def _upgrade(self) -> None:
        """Bring an older catalogue up to this version; another process may do the same at this moment."""
        with self._transaction():
            while (version := self._pragma("user_version")) in STEPS:
                for statement in STEPS[version]:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={version + 1}")

    def _has_tables(self) -> bool:
        return bool(self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            remedy = "another kws is writing: wait for it" if "locked" in str(error) else str(error)
            raise CatalogError("catalogue cannot be used", str(self.path), remedy) from None
        except sqlite3.DatabaseError as error:
            remedy = f"{error}: restore it from a copy, or move it away and import again"
            raise CatalogError("catalogue is damaged or no catalogue", str(self.path), remedy) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing; waits for another writer."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # ---- audio -------------------------------------------------------------------------------

    def store_audio(self, samples: Samples, sample_rate_hz: int) -> StoredAudio:
        """Store samples once, under their hash. Safe in threads; touches no table; raises AudioError."""
        return store_audio(self.folder, samples, sample_rate_hz)

    def has_audio(self, sha256: str) -> bool:
        """Whether the samples with this hash are there (they may have been deleted)."""
        return audio_path(self.folder, sha256).exists()

    def load(self, clip: Clip | str) -> Samples:
        """Samples of a clip (or of an audio hash), int16; checks them against the hash."""
        return load_audio(self.folder, clip if isinstance(clip, str) else clip.audio_sha256)

    # ---- writing -----------------------------------------------------------------------------

    def pseudonym(self, source: str, speaker: str, *, named: bool = False) -> str:
        """Twelve hex digits that stand for a speaker of a source."""
        key = self._speaker_key() if named else b"kws public speaker id"
        return hmac.new(key, f"{source}|{speaker}".encode(), hashlib.sha256).hexdigest()[:12]

    def _speaker_key(self) -> bytes:
        if self._key is None:
            path = self.folder / "speaker.key"
            if not path.exists():
                with self._transaction():  # two processes must not make two keys
                    if not path.exists():
                        write_bytes(path, secrets.token_bytes(32))
                        path.chmod(0o600)
            self._key = path.read_bytes()
        return self._key

    def add_clips(self, clips: Iterable[NewClip]) -> ImportCount:
        """Add clips in one transaction for every few hundred; what is there already is left as it is."""
        total = ImportCount()
        batch: list[NewClip] = []
        for clip in clips:
            batch.append(clip)
            if len(batch) == _BATCH:
                total += self._add(batch)
                batch.clear()
        return total + self._add(batch)

    def add_clip(self, clip: NewClip) -> str:
        """Add one clip in its own transaction; returns its id."""
        self._add([clip])
        return clip_id(clip)

    def _add(self, clips: Sequence[NewClip]) -> ImportCount:
        if not clips:
            return ImportCount()
        speakers = [c.speaker if c.pseudonymous else self.pseudonym(c.source, c.speaker, named=c.named) for c in clips]
        added = 0
        with self._transaction():
            for clip, speaker in zip(clips, speakers, strict=True):
                added += self._insert(clip, speaker)
        return ImportCount(added, len(clips) - added, sum(bool(clip.reasons) for clip in clips))

    def _insert(self, clip: NewClip, speaker: str) -> int:
        run = self._db.execute
        run(
            "INSERT OR IGNORE INTO audio VALUES (?, ?, ?)",
            (clip.audio.sha256, clip.audio.samples, clip.audio.sample_rate_hz),
        )
        run("INSERT OR IGNORE INTO speakers VALUES (?, ?, ?)", (speaker, clip.source, int(clip.synthetic)))
        if clip.session:
            run("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)", (clip.session, clip.source, clip.device))
        cursor = run(
            "INSERT OR IGNORE INTO clips VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                clip_id(clip),
                clip.audio.sha256,
                clip.word,
                speaker,
                clip.session or None,
                clip.source,
                clip.device,
                clip.licence,
                clip.consent,
                clip.origin,
                clip.parent or None,
                json.dumps(dict(clip.attributes), sort_keys=True),
                clip.reasons,
            ),
        )
        return cursor.rowcount

    def set_aside(self, reasons: Mapping[str, str]) -> None:
        """Set clips aside: ``{clip id: reason}``. An empty reason takes a clip back in."""
        with self._transaction():
            self._db.executemany("UPDATE clips SET reasons = ? WHERE id = ?", [(r, i) for i, r in reasons.items()])

    def remember_files(self, folder: str, files: Mapping[str, KnownFile], gone: Iterable[str] = ()) -> None:
        """Note which clip each file of ``folder`` became, and forget the files in ``gone``."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (folder, name, f.size_bytes, f.mtime_ns, f.clip_id or None, f.given_split, f.reason)
                    for name, f in files.items()
                ],
            )
            self._db.executemany("DELETE FROM files WHERE folder = ? AND name = ?", [(folder, name) for name in gone])

    def set_profile(self, kind: str, identity: str, attributes: Mapping[str, Any]) -> None:
        """Keep what was asked once of a ``kind`` ("speaker", "session"), in place of what was kept before."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)",
                (kind, identity, json.dumps(dict(attributes), sort_keys=True)),
            )

    def next_number(self, name: str, at_least: int = 0) -> int:
        """The next number of a series, from ``at_least`` on; none is given twice, whoever else asks."""
        with self._transaction():
            row = self._db.execute(
                "INSERT INTO counters VALUES (?1, ?2)"
                " ON CONFLICT (name) DO UPDATE SET value = max(value + 1, ?2) RETURNING value",
                (name, at_least),
            ).fetchone()
            return int(row[0])

    # ---- reading -----------------------------------------------------------------------------

    def profile(self, kind: str, identity: str) -> dict[str, Any] | None:
        """What was kept by :meth:`set_profile`, or None."""
        return self.profiles(kind).get(identity)

    def profiles(self, kind: str) -> dict[str, dict[str, Any]]:
        """All that was kept of a kind, by id."""
        with self._errors():
            rows = self._db.execute("SELECT id, attributes FROM profiles WHERE kind = ? ORDER BY id", (kind,))
            return {str(identity): json.loads(attributes) for identity, attributes in rows}

    def known_files(self, folder: str) -> dict[str, KnownFile]:
        """Files of ``folder`` that were imported or set aside, by relative name."""
        with self._errors():
            rows = self._db.execute(
                "SELECT name, size_bytes, mtime_ns, coalesce(clip_id, ''), given_split, reason,"
                " coalesce(audio_sha256, '') FROM files LEFT JOIN clips ON clips.id = clip_id WHERE folder = ?",
                (folder,),
            )
            return {name: KnownFile(*rest) for name, *rest in rows}

    def clips(
        self,
        *,
        source: str | None = None,
        device: str | None = None,
        folder: str | None = None,
        with_set_aside: bool = False,
    ) -> list[Clip]:
        """Clips in the order of their ids; ``folder`` keeps those that were imported from it.

        ``given_split`` comes from the folder's own lists, so it is empty unless ``folder`` is given.
        """
        where, values = ["1"], []
        for column, value in (("clips.source", source), ("clips.device", device), ("files.folder", folder)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        if not with_set_aside:
            where.append("clips.reasons = ''")
        given, join = "''", ""
        if folder is not None:
            given, join = "max(files.given_split)", "JOIN files ON files.clip_id = clips.id"
        query = (
            "SELECT clips.id, audio_sha256, audio.samples, word, speaker, synthetic, coalesce(session, ''),"
            f" clips.source, device, licence, consent, origin, coalesce(parent, ''), {given}, attributes, reasons"
            f" FROM clips JOIN audio ON audio.sha256 = audio_sha256 JOIN speakers ON speakers.id = speaker {join}"
            f" WHERE {' AND '.join(where)} GROUP BY clips.id ORDER BY clips.id"
        )
        with self._errors():
            return [_clip(row) for row in self._db.execute(query, values)]

    def counts(self) -> dict[str, int]:
        """Rows of each table, and clips set aside."""
        with self._errors():
            tables = {t: f"SELECT count(*) FROM {t}" for t in ("clips", "speakers", "sessions", "audio")}
            tables["set_aside"] = "SELECT count(*) FROM clips WHERE reasons != ''"
            return {name: int(self._db.execute(query).fetchone()[0]) for name, query in tables.items()}


def _clip(row: tuple[Any, ...]) -> Clip:
    values = list(row)
    values[5] = bool(values[5])
    values[14] = json.loads(values[14])
    return Clip(*values)
