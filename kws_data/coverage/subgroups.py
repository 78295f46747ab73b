"""Who speaks in a data set: speakers by the attributes that its datasheet names, protected as its release asks."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kws_data.catalog.attributes import NOT_SAID, PERSONAL, in_order
from kws_data.catalog.catalog import Catalog
from kws_data.coverage.crosstab import read_attributes
from kws_data.coverage.privacy import ALL, PublishedTable, publish
from kws_data.coverage.thin_cells import ThinCell, table_of, thin_cells
from kws_data.errors import DataError
from kws_data.labels import is_nobodys

PURPOSE = "published counts"

_COLUMNS = ("source", "consent", "licence", "device")
_KEYS = {"age": ("age", "age_band")}


@dataclass(frozen=True)
class Subgroups:
    """Speakers of one kind by their attributes.

    Attributes:
        kind: ``people`` or ``synthetic voices``.
        speakers: how many there are.
        table: speakers of each cell and total, protected.
        thin: values of the known attributes and cell of each that is thin, but for those whose counts are not printed.
        unknown: attributes of which nothing is known.
    """

    kind: str
    speakers: int
    table: PublishedTable
    thin: tuple[tuple[tuple[str, ...], ThinCell], ...]
    unknown: tuple[str, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """Attributes of which something is known."""
        return tuple(name for name in self.table.by if name not in self.unknown)

    def levels(self, name: str) -> list[str]:
        """Values of an attribute in order, ``all`` left out."""
        place = self.table.by.index(name)
        return sorted({cell.values[place] for cell in self.table.cells} - {ALL}, key=in_order)

    def count(self, values: Mapping[str, str]) -> int | None:
        """Speakers with these values of some attributes; None where suppressed."""
        wanted = tuple(values.get(name, ALL) for name in self.table.by)
        return next((cell.people for cell in self.table.cells if cell.values == wanted), 0)

    def totals(self, name: str) -> list[tuple[str, int | None]]:
        """Speakers of each value of one attribute, None where suppressed."""
        return [(value, self.count({name: value})) for value in self.levels(name)]

    def is_thin(self, values: Mapping[str, str]) -> bool:
        """Whether the cell with these values is thin."""
        return any(dict(zip(self.known, thin, strict=True)) == dict(values) for thin, _ in self.thin)


def subgroups(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str], k: int = 0, epsilon: float = 0.0, secret: bytes = b""
) -> list[Subgroups]:
    """Speakers of a manifest by attributes, people and synthetic voices apart.

    Args:
        rows: of the manifest.
        by: names of attributes of clips, or ``source``, ``consent``, ``licence``, ``device``.
        k: see :func:`kws_data.coverage.privacy.publish`.
        epsilon: see there.
        secret: see there; needed where epsilon is not 0.

    Raises:
        DataError: noise without a secret would be the same for everybody.
    """
    if epsilon and not secret:
        raise DataError("noise needs the catalogue's key", f"epsilon={epsilon:g}", "name it with --recordings")
    words = [row for row in rows if not is_nobodys(row["word"])]
    kinds = (("people", False), ("synthetic voices", True))
    groups = ((kind, [row for row in words if bool(row["synthetic"]) == synthetic]) for kind, synthetic in kinds)
    return [_subgroups(kind, own, by, k, epsilon, secret) for kind, own in groups if own]


def _subgroups(
    kind: str, rows: Iterable[Mapping[str, Any]], by: Sequence[str], k: int, epsilon: float, secret: bytes
) -> Subgroups:
    people = people_of(rows, by)
    table = publish(people, by, k, epsilon, secret)
    places = [place for place in range(len(by)) if any(values[place] != NOT_SAID for values in people.values())]
    unknown = tuple(name for place, name in enumerate(by) if place not in places)
    printed = {tuple(cell.values[place] for place in places) for cell in table.cells if cell.people is not None}
    thin = _thin(publish(people, by, 0, epsilon, secret), places)  # the same noise: it tells no more than the table
    return Subgroups(kind, len(people), table, tuple(one for one in thin if one[0] in printed), unknown)


def people_of(rows: Iterable[Mapping[str, Any]], by: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Values of each speaker: those that most of their clips have."""
    seen: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for row in rows:
        attributes = json.loads(row["attributes"])
        seen[row["speaker"]][tuple(_value(row, attributes, name) for name in by)] += 1
    return {speaker: _most(values) for speaker, values in seen.items()}


def _most(values: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    return min(values, key=lambda one: (-values[one], one))


def _value(row: Mapping[str, Any], attributes: Mapping[str, Any], name: str) -> str:
    if name in _COLUMNS:
        return str(row[name]) or NOT_SAID
    return next((str(attributes[key]) for key in _KEYS.get(name, (name,)) if attributes.get(key)), NOT_SAID)


def _thin(table: PublishedTable, places: Sequence[int]) -> tuple[tuple[tuple[str, ...], ThinCell], ...]:
    """Thin cells of a table with nothing suppressed, by the attributes at ``places``; the others have one value."""
    if not 2 <= len(places) <= 3:
        return ()
    inner = [cell for cell in table.cells if ALL not in cell.values]
    own = [(tuple(cell.values[place] for place in places), cell.people or 0, 0) for cell in inner]
    levels, speakers, _ = table_of([row for row in own if NOT_SAID not in row[0]])
    if not levels:
        return ()
    found = thin_cells(speakers, np.zeros_like(speakers))
    return tuple((tuple(level[n] for level, n in zip(levels, cell.index, strict=True)), cell) for cell in found)


def publish_catalog(
    catalog: Catalog, by: Sequence[str], where: Iterable[str] = (), k: int = 5, epsilon: float = 0.0
) -> PublishedTable:
    """People of the catalogue by their attributes, each person once.

    Raises:
        DataError: an attribute that is not one of a person, or too many for a table.
    """
    attributes, conditions = read_attributes(catalog, by, where)
    for one in attributes:
        if one.name not in PERSONAL:
            raise DataError("no attribute of a person", one.name, f"publish people by {', '.join(PERSONAL)}")
    people = {
        speaker: tuple(value or NOT_SAID for value in count.values)
        for speaker, count in catalog.tally.people_by(attributes, conditions).items()
    }
    if not people:
        raise DataError("no speaker answers to this", ", ".join(where) or str(catalog.folder), "leave --where out")
    return publish(people, [one.name for one in attributes], k, epsilon, catalog.secret(PURPOSE))
