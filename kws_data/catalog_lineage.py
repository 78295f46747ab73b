"""Clips by what they belong to: a parent, a file, a speaker, samples; and sums over many of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kws_data.catalog_database import CatalogDatabase
from kws_data.catalog_read import CLIP_COLUMNS, CLIP_JOINS, clip_of
from kws_data.clips import Clip

_SHORTEST = 4


class CatalogLineage(CatalogDatabase):
    """Follows clips to their kin."""

    def find_clips(self, text: str) -> list[Clip]:
        """Clips whose id begins with ``text``, or whose speaker, audio hash or origin it is; also those set aside."""
        low, high = (text, text + "g") if len(text) >= _SHORTEST else ("", "")
        query = (
            f"SELECT {CLIP_COLUMNS} FROM clips {CLIP_JOINS} WHERE clips.id >= ?1 AND clips.id < ?2"
            " OR speaker = ?3 OR audio_sha256 = ?3 OR origin = ?3 ORDER BY clips.id"
        )
        with self._errors():
            return [clip_of(row) for row in self._db.execute(query, (low, high, text))]

    def children_of(self, clip_id: str) -> list[Clip]:
        """Recordings of a clip through devices, and clips that were cut from it."""
        query = f"SELECT {CLIP_COLUMNS} FROM clips {CLIP_JOINS} WHERE parent = ? ORDER BY clips.id"
        with self._errors():
            return [clip_of(row) for row in self._db.execute(query, (clip_id,))]

    def files_of(self, clip_id: str) -> list[tuple[str, str]]:
        """(folder, name) of each file that became this clip."""
        with self._errors():
            rows = self._db.execute("SELECT folder, name FROM files WHERE clip_id = ? ORDER BY 1, 2", (clip_id,))
            return [(str(folder), str(name)) for folder, name in rows]

    def files_of_clips(self) -> dict[str, list[tuple[str, str]]]:
        """(folder, name) of each file that became a clip, by clip."""
        with self._errors():
            rows = self._db.execute("SELECT clip_id, folder, name FROM files WHERE clip_id IS NOT NULL ORDER BY 2, 3")
            files: dict[str, list[tuple[str, str]]] = {}
            for clip, folder, name in rows:
                files.setdefault(str(clip), []).append((str(folder), str(name)))
            return files

    def sample_rates(self) -> dict[str, int]:
        """Sample rate, Hz, of all audio by its hash."""
        with self._errors():
            return dict(self._db.execute("SELECT sha256, sample_rate_hz FROM audio").fetchall())

    def sum_of(self, clip_ids: Sequence[str]) -> dict[str, Any]:
        """Speakers, and clips by source, licence and consent, of many clips; ``no longer there`` counts the others."""
        with self._errors():
            rows = self._db.execute(
                "SELECT source, licence, consent, count(*) FROM clips"
                " WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3",
                (json.dumps(list(clip_ids)),),
            ).fetchall()
            speakers = self._db.execute(
                "SELECT count(DISTINCT speaker) FROM clips"
                " WHERE substr(word, 1, 1) != '_' AND id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(clip_ids)),),
            ).fetchone()[0]
        sums: dict[str, dict[str, int]] = {"sources": {}, "licences": {}, "consents": {}}
        for *values, count in rows:
            for kind, value in zip(sums, values, strict=True):
                sums[kind][str(value)] = sums[kind].get(str(value), 0) + int(count)
        gone = len(clip_ids) - sum(row[-1] for row in rows)
        return {"speakers": int(speakers), **sums, **({"no longer there": gone} if gone else {})}
