"""Forgetting a person: what the database holds of them, and how every byte of it goes.

What stays is a tombstone, a keyed hash of the pseudonym, so that an import of the same folder does not bring the
person back, and which data sets and models had heard them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kws_data.catalog.artifacts import pack_ids, unpack_ids
from kws_data.catalog.database import CatalogDatabase
from kws_data.catalog.folders import FolderId
from kws_data.errors import CatalogError

_GIVEN = "(SELECT value FROM json_each(?))"
_KIN = (
    "WITH RECURSIVE kin(id) AS (SELECT id FROM clips WHERE speaker IN (SELECT value FROM json_each(?))"
    " UNION SELECT clips.id FROM clips JOIN kin ON clips.parent = kin.id) SELECT id FROM kin ORDER BY id"
)


@dataclass(frozen=True)
class Holdings:
    """What the catalogue holds of a person.

    Attributes:
        clips: ids, recordings of their clips through boards included.
        audio: hashes of samples that only they said.
        shared_audio: hashes of samples that clips of other people have too.
        sessions: ids of their sessions.
        profiles: what was asked of them: (kind, id).
        files: imported files: (folder, name).
    """

    clips: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    shared_audio: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    profiles: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[FolderId, str], ...] = ()


class Forgetting:
    """Finds and erases what is held of a person."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def speakers_called(self, text: str) -> dict[str, str]:
        """Pseudonym and source of each speaker with this pseudonym, name or source's id; a pseudonym is one speaker."""
        with self._at.errors():
            there = {str(name): str(source) for name, source in self._at.db.execute("SELECT id, source FROM speakers")}
            profiles = self._column("SELECT id FROM profiles WHERE kind = 'speaker'")
        there = {**dict.fromkeys(profiles, "takes"), **there}
        names = {text} if text in there else self._pseudonyms(text)
        return {name: there[name] for name in sorted(names & there.keys())}

    def _pseudonyms(self, text: str) -> set[str]:
        """What ``text`` would be called as a name or an id of every source there is or was."""
        with self._at.errors():
            sources = {str(row[0]) for row in self._at.db.execute("SELECT source FROM speakers UNION SELECT 'takes'")}
        return {self._at.pseudonym(source, text, named=named) for source in sources for named in (True, False)}

    def buried(self, text: str) -> list[str]:
        """Tombstones of a speaker who was forgotten, by pseudonym, name or source's id."""
        stones = {self._at.tombstone(name) for name in (text, *self._pseudonyms(text))}
        with self._at.errors():
            rows = self._at.db.execute("SELECT tombstone FROM forgotten ORDER BY tombstone").fetchall()
        return [str(row[0]) for row in rows if row[0] in stones]

    def holdings(self, speakers: Sequence[str]) -> Holdings:
        """What is held of these pseudonyms."""
        names = json.dumps(list(speakers))
        with self._at.errors():
            clips = self._column(_KIN, names)
            ids = json.dumps(clips)
            audio = self._column(f"SELECT DISTINCT audio_sha256 FROM clips WHERE id IN {_GIVEN}", ids)
            shared = self._column(
                f"SELECT DISTINCT audio_sha256 FROM clips WHERE audio_sha256 IN {_GIVEN} AND id NOT IN {_GIVEN}",
                json.dumps(audio),
                ids,
            )
            sessions = self._column(
                f"SELECT session FROM clips WHERE id IN {_GIVEN} AND session IS NOT NULL"
                f" EXCEPT SELECT session FROM clips WHERE id NOT IN {_GIVEN} AND session IS NOT NULL",
                ids,
                ids,
            )
            profiles = self._at.db.execute(
                f"SELECT kind, id FROM profiles WHERE id IN {_GIVEN} OR attributes ->> '$.speaker' IN {_GIVEN}",
                (names, names),
            ).fetchall()
            sessions += [identity for kind, identity in profiles if kind != "speaker" and identity not in sessions]
            files = self._files(speakers, ids)
        alone = [sha256 for sha256 in audio if sha256 not in set(shared)]
        return Holdings(*map(tuple, (clips, alone, shared, sessions, profiles, files)))

    def _column(self, query: str, *values: str) -> list[str]:
        return [str(row[0]) for row in self._at.db.execute(query, values)]

    def _files(self, speakers: Sequence[str], clip_ids: str) -> list[tuple[FolderId, str]]:
        """Files that became these clips, and broken ones whose name holds the speaker's id."""
        rows = self._at.db.execute(
            f"SELECT kind, folder, name, clip_id FROM files WHERE clip_id IS NULL OR clip_id IN {_GIVEN}", (clip_ids,)
        ).fetchall()
        sources = self._column(
            "SELECT DISTINCT source FROM speakers WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(speakers)),
        )
        named = set(speakers)

        def is_theirs(name: str) -> bool:
            parts = {part for part in re.split(r"[/._\s-]", name) if part}
            return any(
                self._at.pseudonym(source, part, named=keyed) in named
                for source in sources
                for part in parts
                for keyed in (False, True)
            )

        return [(FolderId(kind, path), name) for kind, path, name, clip in rows if clip is not None or is_theirs(name)]

    def bury(self, speakers: Sequence[str], heard_in: Mapping[str, int]) -> None:
        """Leave a tombstone for each pseudonym, and note how many of their clips each artifact has heard."""
        stones = [self._at.tombstone(speaker) for speaker in speakers]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._at.transaction():
            self._at.db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(stone, now) for stone in stones])
            self._at.db.executemany(
                "INSERT INTO forgotten_in VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET clips = max(clips, excluded.clips)",
                [(stones[0], artifact, clips) for artifact, clips in heard_in.items()],
            )

    def heard_in(self, tombstones: Iterable[str]) -> dict[str, int]:
        """Clips of forgotten speakers that each artifact has heard, by its id."""
        with self._at.errors():
            rows = self._at.db.execute(
                f"SELECT artifact, sum(clips) FROM forgotten_in WHERE tombstone IN {_GIVEN} GROUP BY 1 ORDER BY 1",
                (json.dumps(list(tombstones)),),
            )
            return {str(artifact): int(clips) for artifact, clips in rows}

    def erase(self, speakers: Sequence[str]) -> None:
        """Delete every row of these pseudonyms, in one transaction."""
        held = self.holdings(speakers)
        ids, names = json.dumps(held.clips), json.dumps(list(speakers))
        with self._at.errors():
            self._at.db.execute("PRAGMA secure_delete=ON")
        with self._at.transaction():
            self._at.db.executemany(
                "DELETE FROM files WHERE kind = ? AND folder = ? AND name = ?",
                [(folder.kind, folder.path, name) for folder, name in held.files],
            )
            self._at.db.execute(f"DELETE FROM noted WHERE clip_id IN {_GIVEN}", (ids,))
            for table in ("opinions", "findings", "changes"):
                self._at.db.execute(f"DELETE FROM {table} WHERE clip_id IN {_GIVEN}", (ids,))
            self._at.db.execute(f"UPDATE findings SET suggestion = '' WHERE suggestion IN {_GIVEN}", (ids,))
            self._at.db.execute(f"UPDATE clips SET parent = NULL WHERE id IN {_GIVEN}", (ids,))
            self._at.db.execute(f"DELETE FROM clips WHERE id IN {_GIVEN}", (ids,))
            self._at.db.execute(f"DELETE FROM audio WHERE sha256 IN {_GIVEN}", (json.dumps(held.audio),))
            self._at.db.execute(f"DELETE FROM sessions WHERE id IN {_GIVEN}", (json.dumps(held.sessions),))
            self._at.db.execute(f"DELETE FROM speakers WHERE id IN {_GIVEN}", (names,))
            self._at.db.executemany("DELETE FROM profiles WHERE kind = ? AND id = ?", held.profiles)
            for speaker in speakers:
                self._at.db.execute("DELETE FROM counters WHERE instr(name, ?)", (speaker,))
            self._strip_members(set(held.clips))

    def _strip_members(self, clips: set[str]) -> None:
        for identity, members in self._at.db.execute(
            "SELECT id, members FROM artifacts WHERE length(members)"
        ).fetchall():
            stay = pack_ids(clip for clip in unpack_ids(members) if clip not in clips)
            if len(stay) < len(members):
                self._at.db.execute("UPDATE artifacts SET members = ? WHERE id = ?", (stay, identity))

    def scrub(self) -> None:
        """Write the database file anew without what was deleted, and empty its log.

        Raises:
            CatalogError: another process reads or writes the catalogue.
        """
        with self._at.errors():
            self._at.db.execute("PRAGMA secure_delete=ON")
            try:
                self._at.db.execute("VACUUM")
                busy = self._at.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError as error:
                if "lock" not in str(error):
                    raise
                busy = 1
        if busy:
            remedy = "another kws uses it: wait for it, then call the same again"
            raise CatalogError(
                "traces of what was deleted are still in the catalogue's files", str(self._at.path), remedy
            )
