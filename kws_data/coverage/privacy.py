"""Counts of people that can be published: rare values merged, small cells suppressed, noise added.

**k-anonymity** (Sweeney 2002). Values of an attribute that fewer than k people have are merged. A count from 1 to k - 1
is not printed, and neither are as many further counts as it takes that no hidden one can be worked out from the totals
that are printed (complementary suppression: Willenborg & de Waal, *Elements of Statistical Disclosure Control*, 2001).
This is checked, not hoped for: for each hidden count a linear programme finds the least and the greatest value that all
printed numbers allow; they must differ.

**Differential privacy** (Dwork, McSherry, Nissim & Smith 2006). Each person is in one cell, so one person more or less
changes one count by one, and whole-numbered Laplace noise of scale 1/ε on each cell makes the counts ε-differentially
private (the two-sided geometric distribution of Ghosh, Roughgarden & Sundararajan 2009, which has none of the leaks of
floating point). Merging, totals and suppression then see the noised counts only. The noise is drawn from a secret and
from the counts themselves: the same table gets the same noise, so that asking again averages nothing out; what is
published about changed data, or by other attributes, spends further ε. Which values occur at all is not hidden by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

Counts = NDArray[np.int64]
Index = tuple[int, ...]
Lines = Sequence[Sequence[Index]]
ALL, OTHER = "all", "other"
#: How near a least and a greatest value may come before a hidden count is taken as known.
_ROOM = 0.5


@dataclass(frozen=True)
class PublishedCell:
    """A cell or a total (``all`` in place of a value). ``people`` is None when it is suppressed."""

    values: tuple[str, ...]
    people: int | None


@dataclass(frozen=True)
class PublishedTable:
    """A table of people that can be published, with totals, and how it was protected."""

    by: tuple[str, ...]
    cells: tuple[PublishedCell, ...]
    k: int
    epsilon: float

    @property
    def suppressed(self) -> int:
        """Cells and totals that are not printed."""
        return sum(cell.people is None for cell in self.cells)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; ``people`` is null where it is suppressed."""
        cells = [{"values": dict(zip(self.by, c.values, strict=True)), "people": c.people} for c in self.cells]
        return {"by": list(self.by), "k": self.k, "epsilon": self.epsilon, "method": self.method(), "cells": cells}

    def method(self) -> str:
        """One line that belongs under the table."""
        parts = []
        if self.k > 1:
            parts.append(f"counts below {self.k} and those that would give them away are suppressed")
        if self.epsilon:
            parts.append(f"whole-numbered Laplace noise of ε = {self.epsilon:g}, each person counted once")
        return "; ".join(parts) or "exact counts"


def publish(
    people: Mapping[str, tuple[str, ...]], by: Sequence[str], k: int, epsilon: float, secret: bytes
) -> PublishedTable:
    """A table of people by their attributes, protected.

    Args:
        people: values of each person, by anything that tells people apart.
        by: names of the attributes.
        k: smallest count that is printed; 0 or 1 suppresses nothing.
        epsilon: of the noise; 0 adds none.
        secret: from which the noise is drawn, see :meth:`Catalog.secret`.

    Raises:
        DataError: k or epsilon below zero.
    """
    if k < 0 or epsilon < 0:
        raise DataError("k and epsilon cannot be negative", f"k={k}, epsilon={epsilon:g}", "0 turns either off")
    levels = [sorted({values[axis] for values in people.values()}) for axis in range(len(by))]
    table = np.zeros([len(column) for column in levels], np.int64)
    for values in people.values():
        table[tuple(column.index(value) for column, value in zip(levels, values, strict=True))] += 1
    if epsilon:
        table = np.maximum(table + laplace_noise(table, list(by), epsilon, secret), 0)
    for axis in range(table.ndim):
        table, levels[axis] = merge_rare(table, levels[axis], axis, k)
    full = with_totals(table)
    hidden = suppressed(full, k)
    names = [[*column, ALL] for column in levels]
    cells = (
        PublishedCell(
            tuple(column[n] for column, n in zip(names, index, strict=True)),
            None if hidden[index] else int(full[index]),
        )
        for index in np.ndindex(full.shape)
    )
    return PublishedTable(tuple(by), tuple(cells), k, epsilon)


def merge_rare(table: Counts, level: Sequence[str], axis: int, k: int) -> tuple[Counts, list[str]]:
    """The table with all values of an attribute that fewer than k people have in one place, ``other``, its last."""
    totals = table.sum(axis=tuple(n for n in range(table.ndim) if n != axis))
    rare = [int(n) for n in np.flatnonzero(totals < k)]
    if len(rare) < 2:
        return table, list(level)
    kept = [int(n) for n in np.flatnonzero(totals >= k)]
    merged = np.concatenate([table.take(kept, axis), table.take(rare, axis).sum(axis=axis, keepdims=True)], axis=axis)
    return merged, [*(level[n] for n in kept), OTHER]


def laplace_noise(table: Counts, by: Sequence[str], epsilon: float, secret: bytes) -> Counts:
    """Whole numbers with P(x) ∝ exp(-ε|x|), of the table's shape: the same for the same table and secret."""
    drawn_for = json.dumps([list(by), epsilon, list(table.shape), table.ravel().tolist()]).encode()
    seed = hashlib.sha256(secret + drawn_for).digest()
    rng = np.random.default_rng(np.frombuffer(seed, np.uint32))
    success = 1.0 - np.exp(-epsilon)
    noise: Counts = rng.geometric(success, table.shape) - rng.geometric(success, table.shape)
    return noise


def with_totals(table: Counts) -> Counts:
    """The table with one more place on each axis, which holds the totals over it."""
    for axis in range(table.ndim):
        table = np.concatenate([table, table.sum(axis=axis, keepdims=True)], axis=axis)
    return table


def suppressed(full: Counts, k: int) -> NDArray[np.bool_]:
    """Which cells and totals must not be printed.

    Hiding one more only widens what the printed numbers allow, so a count that was once found safe stays so.

    Args:
        full: counts with totals, see :func:`with_totals`.
        k: smallest count, besides 0, that may be printed.
    """
    hidden = (full > 0) & (full < k)
    lines = _lines(full.shape)
    waiting = set(map(_index, np.argwhere(hidden)))
    while True:
        line = next((line for line in lines if sum(bool(hidden[index]) for index in line) == 1), None)
        if line is None:  # most are found without a linear programme
            known = _first_known(full, hidden, lines, waiting)
            if known is None:
                return hidden
            line = [index for line in lines if known in line for index in line]
        choices = [index for index in line if not hidden[index]]
        if not choices:
            return np.ones_like(hidden)  # nothing less protects it
        chosen = min(choices, key=lambda index: _price(full, hidden, lines, index))
        hidden[chosen] = True
        waiting.add(chosen)


def _first_known(full: Counts, hidden: NDArray[np.bool_], lines: Lines, waiting: set[Index]) -> Index | None:
    """A hidden count that the printed numbers allow one value of only; those found safe leave ``waiting``."""
    places = {_index(place): number for number, place in enumerate(np.argwhere(hidden))}
    for index in sorted(waiting):
        low, high = _bounds(full, places, lines, places[index])
        if high - low < _ROOM:
            return index
        waiting.remove(index)
    return None


def _price(full: Counts, hidden: NDArray[np.bool_], lines: Lines, index: Index) -> tuple[int, int, bool, int, Index]:
    """What hiding one more costs: rather a cell than a total, where others are hidden, not a zero, a small count."""
    totals = sum(place == size - 1 for place, size in zip(index, full.shape, strict=True))
    alone = sum(index in line and not any(hidden[other] for other in line) for line in lines)
    return totals, alone, full[index] == 0, int(full[index]), index


def _index(place: NDArray[np.intp]) -> Index:
    return tuple(int(n) for n in place)


def _bounds(full: Counts, places: Mapping[Index, int], lines: Lines, place: int) -> tuple[float, float]:
    """Least and greatest value of a hidden count that fits all printed numbers."""
    from scipy.optimize import linprog

    rows, right = [], []
    for line in lines:
        if not any(index in places for index in line):
            continue
        row = np.zeros(len(places))
        known = 0.0
        for index in line:
            sign = -1 if index is line[-1] else 1  # the last of a line is its total
            if index in places:
                row[places[index]] = sign
            else:
                known -= sign * float(full[index])
        rows.append(row)
        right.append(known)
    aim = np.zeros(len(places))
    aim[place] = 1.0
    ends = []
    for way in (1.0, -1.0):
        found = linprog(way * aim, A_eq=np.array(rows), b_eq=np.array(right), bounds=(0, None), method="highs")
        ends.append(way * found.fun if found.status == 0 else float("inf"))
    return ends[0], ends[1]


def _lines(shape: tuple[int, ...]) -> list[list[Index]]:
    """Each row of cells along each axis, its total last."""
    lines = []
    for axis in range(len(shape)):
        for rest in product(*(range(n) for place, n in enumerate(shape) if place != axis)):
            lines.append([(*rest[:axis], n, *rest[axis:]) for n in range(shape[axis])])
    return lines
