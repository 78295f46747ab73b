"""Slices as the cells of cross tables.

A combination of attributes parts the clips: each clip lies in one cell of it at most. So all slices of a combination
are counted in one pass over the clips, and all slices of up to three attributes in as many passes as there are
combinations, however many values each has. Cells with too few clips or speakers are left out at once (their clips lie
in none), and so are cells that hold the same clips as with a condition less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kws_data.slices.table import AttributeTable

Ints = NDArray[np.int64]
AT_ONCE = 20_000  # errors that are counted in one pass


@dataclass(frozen=True)
class Cells:
    """The slices of one combination of attributes that are large enough.

    Attributes:
        attributes: rows of the table.
        values: int64 ``[cells, attributes]``, place of each value among its levels.
        clips: int64 ``[cells]``.
        of_clip: int64 ``[clips]``, the cell of each clip; the number of cells where it lies in none.
    """

    attributes: tuple[int, ...]
    values: Ints
    clips: Ints
    of_clip: Ints

    def __len__(self) -> int:
        return len(self.clips)

    def kept(self, chosen: NDArray[np.bool_]) -> Cells:
        """Some of the cells, bool ``[cells]``."""
        if chosen.all():
            return self
        number = np.append(np.where(chosen, np.cumsum(chosen) - 1, chosen.sum()), chosen.sum())
        return Cells(self.attributes, self.values[chosen], self.clips[chosen], number[self.of_clip])

    def count(self, index: Ints) -> Ints:
        """How many of some clips, given by index, lie in each cell: ``[cells]``."""
        return np.bincount(self.of_clip[index], minlength=len(self) + 1)[:-1]

    def count_draws(self, index: Ints, starts: Ints) -> Ints:
        """The same for many draws of clips, draw d being ``index[starts[d] : starts[d + 1]]``: ``[draws, cells]``."""
        width, draws = len(self) + 1, len(starts) - 1
        counts = np.empty((draws, width), np.int64)
        at_once = max(1, AT_ONCE * draws // max(1, len(index)))  # what fits into a core's cache
        for first in range(0, draws, at_once):
            last = min(first + at_once, draws)
            place = self.of_clip[index[starts[first] : starts[last]]]
            place += np.repeat(np.arange(last - first) * width, np.diff(starts[first : last + 1]))
            counts[first:last] = np.bincount(place, minlength=(last - first) * width).reshape(-1, width)
        return counts[:, :-1]


def all_cells(table: AttributeTable, depth: int, least_clips: int) -> Iterator[Cells]:
    """Cells of all combinations of one to ``depth`` attributes, smaller combinations first; empty ones are passed over.

    Args:
        table: of the clips.
        depth: most conditions of a slice.
        least_clips: fewest clips of a slice.
    """
    sizes: dict[tuple[int, ...], Ints] = {}
    for count in range(1, depth + 1):
        for chosen in combinations(range(len(table.names)), count):
            found = _cells_of(table, chosen, least_clips, sizes, keep=count < depth)
            if len(found):
                yield found


def _cells_of(
    table: AttributeTable, chosen: tuple[int, ...], least: int, sizes: dict[tuple[int, ...], Ints], keep: bool
) -> Cells:
    shape = tuple(len(table.levels[place]) for place in chosen)
    flat, known = np.zeros(table.clips, np.int64), np.ones(table.clips, np.bool_)
    for place, width in zip(chosen, shape, strict=True):
        flat = flat * width + table.codes[place]
        known &= table.codes[place] >= 0
    flat[~known] = int(np.prod(shape))
    counts = np.bincount(flat, minlength=int(np.prod(shape)) + 1)[:-1]
    if keep:
        sizes[chosen] = counts.reshape(shape)
    large = np.flatnonzero((counts >= least) & (counts < table.clips))
    values = np.stack(np.unravel_index(large, shape), axis=1) if len(large) else np.zeros((0, len(chosen)), np.int64)
    own = large[_smaller_than_parents(chosen, values, counts[large], sizes)]
    values = np.stack(np.unravel_index(own, shape), axis=1) if len(own) else np.zeros((0, len(chosen)), np.int64)
    number = np.full(len(counts) + 1, len(own), np.int64)
    number[own] = np.arange(len(own))
    return Cells(chosen, values, counts[own], number[flat])


def _smaller_than_parents(
    chosen: tuple[int, ...], values: Ints, clips: Ints, sizes: Mapping[tuple[int, ...], Ints]
) -> NDArray[np.bool_]:
    """Cells that hold other clips than each of the cells with a condition less."""
    smaller = np.ones(len(clips), np.bool_)
    for left_out in range(len(chosen) if len(chosen) > 1 else 0):
        parent = tuple(place for n, place in enumerate(chosen) if n != left_out)
        index = tuple(values[:, n] for n in range(len(chosen)) if n != left_out)
        smaller &= clips < sizes[parent][index]
    return smaller


@dataclass(frozen=True)
class People:
    """Speakers of cells: how many, and ``spread``, the sum over all speakers of (clips of the speaker in the cell, less
    those that he would have in it if all had the same share of their clips there) squared."""

    speakers: Ints
    spread: NDArray[np.float64]


def people_in(cells: Cells, speaker: Ints, clips_of: Ints) -> People:
    """Speakers of each cell.

    Args:
        cells: of one combination.
        speaker: int64 ``[clips]``, numbers from 0.
        clips_of: clips of each speaker.
    """
    inside = cells.of_clip < len(cells)
    pairs, counts = np.unique(cells.of_clip[inside] * len(clips_of) + speaker[inside], return_counts=True)
    cell, who = np.divmod(pairs, len(clips_of))
    share = cells.clips / len(speaker)
    own = np.bincount(cell, counts.astype(np.float64) ** 2, len(cells))
    crossed = np.bincount(cell, counts.astype(np.float64) * clips_of[who], len(cells))
    spread = own - 2 * share * crossed + share**2 * float((clips_of.astype(np.float64) ** 2).sum())
    return People(np.bincount(cell, minlength=len(cells)), spread)


def named(table: AttributeTable, attributes: Sequence[int], values: Sequence[int]) -> dict[str, str]:
    """A cell's conditions in words: attribute -> value."""
    return {table.names[a]: table.levels[a][int(v)] for a, v in zip(attributes, values, strict=True)}
