"""Counts by any attributes, added up by the database, so that a large catalogue costs no more than its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kws_data.catalog.attributes import Attribute
from kws_data.catalog.database import CatalogDatabase
from kws_data.labels import SPOKEN_SQL

_FROM = "FROM clips JOIN speakers ON speakers.id = clips.speaker JOIN audio ON audio.sha256 = clips.audio_sha256"


@dataclass(frozen=True)
class Count:
    """Clips of one combination of attribute values ("" is not said), the speakers in them, and their length."""

    values: tuple[str, ...]
    clips: int
    speakers: int
    seconds: float


class Tally:
    """Counts clips and speakers."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def attribute_names(self) -> list[str]:
        """Names of all attributes that any clip has."""
        with self._at.errors():
            rows = self._at.db.execute("SELECT DISTINCT key FROM clips, json_each(clips.attributes) ORDER BY key")
            return [str(row[0]) for row in rows]

    def count_by(self, by: Sequence[Attribute], where: Mapping[Attribute, str] | None = None) -> list[Count]:
        """Clips that are not set aside by the values of attributes, in the order of the values.

        Args:
            by: attributes; none gives one row.
            where: only clips whose attributes have these values.
        """
        columns = "".join(f"{attribute.sql}, " for attribute in by)
        group = f" GROUP BY {', '.join(str(n + 1) for n in range(len(by)))}" if by else ""
        conditions, values = _conditions(where or {})
        query = (
            f"SELECT {columns}count(*), count(DISTINCT CASE WHEN {SPOKEN_SQL} THEN clips.speaker END),"
            f" coalesce(sum(1.0 * audio.samples / audio.sample_rate_hz), 0) {_FROM} WHERE {conditions}{group}"
        )
        with self._at.errors():
            rows = self._at.db.execute(query, values).fetchall()
        counts = (
            Count(tuple(map(str, own)), int(clips), int(speakers), round(seconds, 3))
            for *own, clips, speakers, seconds in rows
        )
        return sorted(counts, key=lambda count: count.values)

    def people_by(self, by: Sequence[Attribute], where: Mapping[Attribute, str] | None = None) -> dict[str, Count]:
        """Values of each speaker, the ones that most of their clips have, by pseudonym; noise has no speaker."""
        columns = "".join(f", {attribute.sql}" for attribute in by)
        conditions, values = _conditions(where or {})
        query = (
            f"SELECT clips.speaker, count(*), sum(1.0 * audio.samples / audio.sample_rate_hz){columns} {_FROM}"
            f" WHERE {SPOKEN_SQL} AND {conditions} GROUP BY clips.speaker{columns}"
        )
        with self._at.errors():
            rows = self._at.db.execute(query, values).fetchall()
        cells: dict[str, list[Count]] = {}
        for speaker, clips, seconds, *own in rows:
            cells.setdefault(str(speaker), []).append(Count(tuple(map(str, own)), int(clips), 1, seconds))
        return {speaker: _together(counts) for speaker, counts in sorted(cells.items())}


def _together(counts: Sequence[Count]) -> Count:
    """All clips of a speaker, under the values that most of them have."""
    most = min(counts, key=lambda count: (-count.clips, count.values))
    return Count(most.values, sum(c.clips for c in counts), 1, round(sum(c.seconds for c in counts), 3))


def _conditions(where: Mapping[Attribute, str]) -> tuple[str, list[str]]:
    return " AND ".join(["clips.reasons = ''", *(f"{a.sql} = ?" for a in where)]), list(where.values())
