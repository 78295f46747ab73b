"""What is read from the catalogue: clips, files, profiles, totals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kws_data.catalog_database import CatalogDatabase
from kws_data.clips import Clip, KnownFile


class CatalogReader(CatalogDatabase):
    """Reads clips, files and profiles."""

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

    def known_ids(self, clip_ids: Iterable[str]) -> set[str]:
        """Those of ``clip_ids`` that the catalogue has."""
        with self._errors():
            rows = self._db.execute(
                "SELECT id FROM clips WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(clip_ids)),)
            )
            return {str(row[0]) for row in rows}

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
