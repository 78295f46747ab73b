"""What is read from the catalogue: clips, files, profiles, totals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kws_data.catalog.clips import Clip, KnownFile
from kws_data.catalog.database import CatalogDatabase
from kws_data.catalog.folders import FolderId
from kws_data.labels import SPOKEN_SQL

_SHORTEST = 4
CUT_MARK = "#cut="  # before the samples of a cut, in its origin

_NO_SPLIT = "'' AS given_split"
#: Columns of a :class:`Clip` in its order, and the tables beside ``clips`` that they come from.
CLIP_COLUMNS = (
    "clips.id, audio_sha256, audio.samples, word, speaker, synthetic, coalesce(session, ''), clips.source, device,"
    f" licence, consent, origin, coalesce(parent, ''), {_NO_SPLIT}, attributes, reasons"
)
CLIP_JOINS = "JOIN audio ON audio.sha256 = audio_sha256 JOIN speakers ON speakers.id = speaker"


class CatalogReader(CatalogDatabase):
    """Reads clips, files and profiles."""

    def profile(self, kind: str, identity: str) -> dict[str, Any] | None:
        """What was kept by :meth:`set_profile`, or None."""
        return self.profiles(kind).get(identity)

    def profiles(self, kind: str) -> dict[str, dict[str, Any]]:
        """All that was kept of a kind, by id."""
        with self.errors():
            rows = self.db.execute("SELECT id, attributes FROM profiles WHERE kind = ? ORDER BY id", (kind,))
            return {str(identity): json.loads(attributes) for identity, attributes in rows}

    def known_files(self, folder: FolderId) -> dict[str, KnownFile]:
        """Files of ``folder`` that were imported or set aside, by relative name."""
        with self.errors():
            rows = self.db.execute(
                "SELECT name, size_bytes, version, coalesce(clip_id, ''), given_split, reason,"
                " coalesce(audio_sha256, '') FROM files LEFT JOIN clips ON clips.id = clip_id"
                " WHERE kind = ? AND folder = ?",
                (folder.kind, folder.path),
            )
            return {name: KnownFile(*rest) for name, *rest in rows}

    def clips(
        self,
        *,
        source: str | None = None,
        device: str | None = None,
        word: str | None = None,
        speaker: str | None = None,
        folder: FolderId | None = None,
        with_set_aside: bool = False,
    ) -> list[Clip]:
        """Clips in the order of their ids; ``folder`` keeps those that were imported from it, or noted for it.

        ``given_split`` comes from the folder's own lists, so it is empty unless ``folder`` is given.
        """
        wanted = [("clips.source", source), ("clips.device", device), ("clips.word", word), ("speaker", speaker)]
        columns, join = CLIP_COLUMNS, ""
        if folder is not None:
            table = "noted" if folder.is_noted else "files"
            columns = columns if folder.is_noted else columns.replace(_NO_SPLIT, "max(files.given_split)")
            join = f"JOIN {table} ON {table}.clip_id = clips.id"
            wanted += [(f"{table}.kind", folder.kind), (f"{table}.folder", folder.path)]
        where = ["1", *(f"{column} = ?" for column, value in wanted if value is not None)]
        values = [value for _, value in wanted if value is not None]
        if not with_set_aside:
            where.append("clips.reasons = ''")
        query = (
            f"SELECT {columns} FROM clips {CLIP_JOINS} {join}"
            f" WHERE {' AND '.join(where)} GROUP BY clips.id ORDER BY clips.id"
        )
        with self.errors():
            return [clip_of(row) for row in self.db.execute(query, values)]

    def known_ids(self, clip_ids: Iterable[str]) -> set[str]:
        """Those of ``clip_ids`` that the catalogue has."""
        with self.errors():
            rows = self.db.execute(
                "SELECT id FROM clips WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(clip_ids)),)
            )
            return {str(row[0]) for row in rows}

    def given_splits(self) -> dict[str, str]:
        """Split of each clip, by id, that a list in a folder names."""
        with self.errors():
            query = (
                "SELECT clip_id, max(given_split) FROM files WHERE clip_id IS NOT NULL AND given_split != '' GROUP BY 1"
            )
            return {str(clip): str(split) for clip, split in self.db.execute(query)}

    def has_speaker(self, pseudonym: str) -> bool:
        """Whether somebody of this pseudonym is heard in a clip of the catalogue."""
        with self.errors():
            return self.db.execute("SELECT 1 FROM clips WHERE speaker = ? LIMIT 1", (pseudonym,)).fetchone() is not None

    def set_aside_clips(self) -> list[dict[str, str]]:
        """Id, word, origin and reason of each clip that was set aside."""
        with self.errors():
            rows = self.db.execute("SELECT id, word, origin, reasons FROM clips WHERE reasons != '' ORDER BY id")
            return [{"id": i, "word": word, "origin": origin, "reason": why} for i, word, origin, why in rows]

    def set_aside_files(self) -> list[dict[str, str]]:
        """Folder, name and reason of each file (and place in a table) that became no clip."""
        with self.errors():
            query = (
                "SELECT kind, folder, name, reason FROM files WHERE reason != '' AND clip_id IS NULL ORDER BY 2, 1, 3"
            )
            rows = self.db.execute(query).fetchall()
        return [
            {"folder": f"{FolderId(kind, path).name} {path}", "file": name, "reason": why}
            for kind, path, name, why in rows
        ]

    def counts(self) -> dict[str, int]:
        """Rows of each table, people who speak (noise recordings have no speaker), and clips set aside."""
        with self.errors():
            tables = {t: f"SELECT count(*) FROM {t}" for t in ("clips", "speakers", "sessions", "audio")}
            tables["speakers"] = f"SELECT count(DISTINCT speaker) FROM clips WHERE {SPOKEN_SQL}"
            tables["set_aside"] = "SELECT count(*) FROM clips WHERE reasons != ''"
            return {name: int(self.db.execute(query).fetchone()[0]) for name, query in tables.items()}

    def find_clips(self, text: str) -> list[Clip]:
        """Clips whose id begins with ``text``, or whose speaker, audio hash or origin it is; also those set aside."""
        low, high = (text, text + "g") if len(text) >= _SHORTEST else ("", "")
        query = (
            f"SELECT {CLIP_COLUMNS} FROM clips {CLIP_JOINS} WHERE clips.id >= ?1 AND clips.id < ?2"
            " OR speaker = ?3 OR audio_sha256 = ?3 OR origin = ?3 ORDER BY clips.id"
        )
        with self.errors():
            return [clip_of(row) for row in self.db.execute(query, (low, high, text))]

    def played(self) -> dict[str, str]:
        """The clip that was played, by the recording of it through a device."""
        with self.errors():
            query = "SELECT id, parent FROM clips WHERE parent IS NOT NULL AND device != '' ORDER BY id"
            return dict(self.db.execute(query).fetchall())

    def children_of(self, clip_id: str) -> list[Clip]:
        """Recordings of a clip through devices, and clips that were cut from it."""
        query = f"SELECT {CLIP_COLUMNS} FROM clips {CLIP_JOINS} WHERE parent = ? ORDER BY clips.id"
        with self.errors():
            return [clip_of(row) for row in self.db.execute(query, (clip_id,))]

    def cuts(self) -> list[Clip]:
        """Clips that people cut out of others (:mod:`kws_data.labelling.cuts`), those that are set aside too."""
        query = (
            f"SELECT {CLIP_COLUMNS} FROM clips {CLIP_JOINS}"
            f" WHERE parent IS NOT NULL AND device = '' AND instr(origin, '{CUT_MARK}') ORDER BY clips.id"
        )
        with self.errors():
            return [clip_of(row) for row in self.db.execute(query)]

    def files_of(self, clip_id: str) -> list[tuple[FolderId, str]]:
        """(folder, name) of each file that became this clip."""
        with self.errors():
            query = "SELECT kind, folder, name FROM files WHERE clip_id = ? ORDER BY 2, 1, 3"
            return [(FolderId(kind, path), name) for kind, path, name in self.db.execute(query, (clip_id,))]

    def files_of_clips(self) -> dict[str, list[tuple[FolderId, str]]]:
        """(folder, name) of each file that became a clip, by clip."""
        query = "SELECT clip_id, kind, folder, name FROM files WHERE clip_id IS NOT NULL ORDER BY 3, 2, 4"
        files: dict[str, list[tuple[FolderId, str]]] = {}
        with self.errors():
            for clip, kind, path, name in self.db.execute(query):
                files.setdefault(clip, []).append((FolderId(kind, path), name))
        return files

    def sample_rates(self) -> dict[str, int]:
        """Sample rate, Hz, of all audio by its hash."""
        with self.errors():
            return dict(self.db.execute("SELECT sha256, sample_rate_hz FROM audio").fetchall())

    def sum_of(self, clip_ids: Sequence[str]) -> dict[str, Any]:
        """Speakers, and clips by source, licence and consent, of many clips; ``no longer there`` counts the others."""
        with self.errors():
            rows = self.db.execute(
                "SELECT source, licence, consent, count(*) FROM clips"
                " WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3",
                (json.dumps(list(clip_ids)),),
            ).fetchall()
            speakers = self.db.execute(
                "SELECT count(DISTINCT speaker) FROM clips"
                f" WHERE {SPOKEN_SQL} AND id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(clip_ids)),),
            ).fetchone()[0]
        sums: dict[str, dict[str, int]] = {"sources": {}, "licences": {}, "consents": {}}
        for *values, count in rows:
            for kind, value in zip(sums, values, strict=True):
                sums[kind][str(value)] = sums[kind].get(str(value), 0) + int(count)
        gone = len(clip_ids) - sum(row[-1] for row in rows)
        return {"speakers": int(speakers), **sums, **({"no longer there": gone} if gone else {})}


def clip_of(row: tuple[Any, ...]) -> Clip:
    """A clip from a row of :data:`CLIP_COLUMNS`."""
    values = list(row)
    values[5] = bool(values[5])
    values[14] = json.loads(values[14])
    return Clip(*values)
