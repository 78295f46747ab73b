"""The table that a search cuts: what is known of each clip, as numbers, and what says nothing left out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.attributes import NOT_SAID, in_order
from kws_data.errors import DataError

UNKNOWN = -1
ONE_VALUE = "one value"


@dataclass(frozen=True)
class AttributeTable:
    """Attributes of clips.

    Attributes:
        names: of the attributes.
        levels: values of each attribute, in order.
        codes: int32 ``[attributes, clips]``: place of the clip's value among the levels, -1 where it is not known.
        dropped: attributes that cannot tell clips apart, and why.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]
    dropped: Mapping[str, str]

    @property
    def clips(self) -> int:
        """How many clips there are."""
        return int(self.codes.shape[1])

    def rows(self, chosen: NDArray[np.bool_], without: Sequence[str] = ()) -> AttributeTable:
        """The table of some clips, without some attributes; what tells these clips not apart is dropped."""
        kept = {
            name: (self.levels[place], self.codes[place, chosen])
            for place, name in enumerate(self.names)
            if name not in without
        }
        return _telling(kept, dict(self.dropped), int(chosen.sum()))

    def only(self, names: Sequence[str]) -> AttributeTable:
        """The table with some attributes only; raises DataError as :meth:`place`."""
        places = [self.place(name) for name in dict.fromkeys(names)]
        return AttributeTable(
            tuple(self.names[p] for p in places), tuple(self.levels[p] for p in places), self.codes[places], {}
        )

    def holding(self, conditions: Mapping[str, str]) -> NDArray[np.bool_]:
        """bool ``[clips]``: the clips for which all conditions hold; raises DataError for an unknown attribute."""
        held = np.ones(self.clips, np.bool_)
        for name, value in conditions.items():
            place = self.place(name)
            level = self.levels[place]
            held &= self.codes[place] == (level.index(value) if value in level else len(level))
        return held

    def place(self, name: str) -> int:
        """Row of an attribute; raises DataError when there is none, saying why where it was dropped."""
        if name in self.names:
            return self.names.index(name)
        if name in self.dropped:
            raise DataError("clips cannot be told apart by this", name, f"it has {self.dropped[name]}")
        near = difflib.get_close_matches(name.lower(), self.names, n=1, cutoff=0.5)
        there = f"there are {', '.join(self.names)}"
        there = f"did you mean {near[0]}? {there}" if near else there
        raise DataError("no such attribute", name, there)


def table_of(columns: Mapping[str, Sequence[str | None]]) -> AttributeTable:
    """A table from columns of text; None, the empty text and ``not said`` are not known.

    Raises:
        DataError: columns of unequal length, or none.
    """
    if not columns or len({len(column) for column in columns.values()}) > 1:
        raise DataError("columns do not fit", {name: len(column) for name, column in columns.items()}, "fill them all")
    coded = {}
    for name, column in columns.items():
        said = [value if value not in (None, "", NOT_SAID) else None for value in column]
        levels = tuple(sorted({value for value in said if value is not None}, key=_order))
        places: dict[str | None, int] = {value: place for place, value in enumerate(levels)}
        coded[name] = levels, np.array([places.get(value, UNKNOWN) for value in said], np.int32)
    return _telling(coded, {}, len(next(iter(columns.values()))))


def _order(value: str) -> tuple[float, float, str]:
    """Bands of dB, ages and ``1/4 …`` quantiles by their level, everything else by its text."""
    first, text = in_order(value)
    try:
        return first, float(value.removeprefix("below ").split(" ")[0]) - value.startswith("below "), text
    except ValueError:
        return first, 1e9, text


def _telling(
    columns: Mapping[str, tuple[tuple[str, ...], NDArray[np.int32]]], dropped: dict[str, str], clips: int
) -> AttributeTable:
    """The columns that tell clips apart, each with the values that occur; of equal ones the first."""
    kept: dict[str, tuple[tuple[str, ...], NDArray[np.int32]]] = {}
    seen: dict[bytes, str] = {}
    for name, (levels, codes) in columns.items():
        there = np.unique(codes[codes != UNKNOWN])
        if len(there) == 0 or (len(there) == 1 and (codes != UNKNOWN).all()):
            dropped[name] = f"{ONE_VALUE}: {levels[there[0]]}" if len(there) else "no known value"
            continue
        smaller = np.full(len(levels) + 1, UNKNOWN, np.int32)  # the last place is that of -1
        smaller[there] = np.arange(len(there))
        own = smaller[codes]
        twin = seen.setdefault(_parts(own), name)
        if twin != name:
            dropped[name] = f"the same groups of clips as {twin}"
            continue
        kept[name] = tuple(levels[place] for place in there), own
    codes = np.stack([own for _, own in kept.values()]) if kept else np.zeros((0, clips), np.int32)
    return AttributeTable(tuple(kept), tuple(levels for levels, _ in kept.values()), codes, dropped)


def _parts(codes: NDArray[np.int32]) -> bytes:
    """The same for two columns that part the clips alike, whatever the values are called."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))[inverse].astype(np.int32)
    return bytes(np.where(codes == UNKNOWN, UNKNOWN, rank).astype(np.int32).tobytes())
