"""A cross table of the catalogue by one to three attributes, with the cells marked that are thin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kws_data.catalog.attributes import Attribute, attribute
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.counts import Count
from kws_data.coverage.thin_cells import ThinCell, table_of, thin_cells
from kws_data.errors import DataError

#: Attributes with one cell a person: nothing is expected of them.
_IDENTITIES = frozenset({"speaker", "session"})


@dataclass(frozen=True)
class NamedThinCell:
    """A thin cell with the values of its attributes."""

    values: tuple[str, ...]
    cell: ThinCell

    def to_dict(self, by: Sequence[str]) -> dict[str, Any]:
        """Plain values."""
        plain = {key: value for key, value in asdict(self.cell).items() if key != "index"}
        return {"values": dict(zip(by, self.values, strict=True)), **plain}


@dataclass(frozen=True)
class Crosstab:
    """Counts by attributes. ``thin`` stays empty for one attribute, or where it says nothing.

    ``not_said`` is the number of clips for which each attribute is not known, noise and silence left out.
    """

    by: tuple[str, ...]
    counts: tuple[Count, ...]
    thin: tuple[NamedThinCell, ...] = ()
    not_said: Mapping[str, int] = field(default_factory=dict)

    @property
    def clips(self) -> int:
        """All clips of the table."""
        return sum(count.clips for count in self.counts)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, complete."""
        return {
            "by": list(self.by),
            "counts": [[*count.values, count.clips] for count in self.counts],
            "cells": [
                {**asdict(count), "values": dict(zip(self.by, count.values, strict=True))} for count in self.counts
            ],
            "not_said": dict(self.not_said),
            "thin": [cell.to_dict(self.by) for cell in self.thin],
        }


def crosstab(
    catalog: Catalog,
    by: Sequence[str],
    where: Iterable[str] = (),
    keywords: Sequence[str] | None = None,
    floor: int = 5,
    alpha: float = 0.05,
) -> Crosstab:
    """Count the catalogue's clips.

    Args:
        catalog: what is counted.
        by: names of attributes, see :mod:`kws_data.catalog.attributes`.
        where: ``NAME=VALUE``: only clips of which this holds; an empty value is "not said".
        keywords: give clips their labels, for the attribute ``label``.
        floor: see :func:`kws_data.coverage.thin_cells.thin_cells`.
        alpha: see there.

    Raises:
        DataError: an attribute that does not exist, or one named twice.
    """
    attributes, conditions = read_attributes(catalog, by, where, keywords)
    counts = catalog.tally.count_by(attributes, conditions)
    names = tuple(one.name for one in attributes)
    not_said = {
        name: sum(count.clips for count in counts if count.speakers and not count.values[place])
        for place, name in enumerate(names)
    }
    ordered = tuple(sorted(counts, key=lambda count: (-count.clips, count.values)))
    return Crosstab(names, ordered, _thin(names, counts, floor, alpha), not_said)


def read_attributes(
    catalog: Catalog, by: Sequence[str], where: Iterable[str] = (), keywords: Sequence[str] | None = None
) -> tuple[list[Attribute], dict[Attribute, str]]:
    """Attributes by their names, and conditions from ``NAME=VALUE``; raises DataError."""
    others: list[str] | None = None

    def find(name: str) -> Attribute:
        nonlocal others
        try:
            return attribute(name, keywords)
        except DataError:
            others = catalog.tally.attribute_names() if others is None else others
            return attribute(name, keywords, others)

    attributes = [find(name) for name in by]
    if len(set(attributes)) < len(attributes):
        raise DataError("an attribute is named twice", ", ".join(by), "name each once")
    conditions = {}
    for text in where:
        name, equals, value = text.partition("=")
        if not equals:
            raise DataError("condition is not NAME=VALUE", text, "write --where gender=female")
        conditions[find(name)] = value
    return attributes, conditions


def _thin(names: Sequence[str], counts: Sequence[Count], floor: int, alpha: float) -> tuple[NamedThinCell, ...]:
    """Thin cells among words; noise and silence have no speaker."""
    if not 2 <= len(names) <= 3 or _IDENTITIES & set(names) or {"word", "label"} <= set(names):
        return ()
    levels, speakers, clips = table_of([(c.values, c.speakers, c.clips) for c in counts if c.speakers])
    if not levels:
        return ()
    return tuple(
        NamedThinCell(tuple(level[n] for level, n in zip(levels, cell.index, strict=True)), cell)
        for cell in thin_cells(speakers, clips, floor, alpha)
    )
