"""Combinations of attributes that are missing although each attribute alone is balanced.

A cross table of speakers is compared with what its margins lead one to expect. Two models are fitted by iterative
proportional fitting (Deming & Stephan 1940; Bishop, Fienberg & Holland 1975, ch. 3): *independence*, from the totals
of each attribute alone, and for three attributes *no three-way interaction*, from the totals of each pair. A cell
is thin when it holds at most half of what is expected and so few are no chance (lower tail of a Poisson distribution,
at most a share ``alpha`` of the marks false: Benjamini & Hochberg 1995), or when it holds fewer than ``floor``
although at least as many are expected: too few to measure anything on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAX_CELLS = 200_000
FAR_BELOW = 0.5


@dataclass(frozen=True)
class ThinCell:
    """A cell that lacks speakers.

    Attributes:
        index: of the cell in the table.
        speakers, clips: what is there.
        expected_speakers, expected_clips: by independence.
        expected_by_pairs: speakers by the totals of each pair of attributes; as by independence for two attributes.
        q: share of false marks among the cells that are marked at this or a stronger deviation; 1 when none.
        reason: ``below``: far below independence; ``combination``: far below what even the pairs lead one to expect;
            ``few``: below the floor.
    """

    index: tuple[int, ...]
    speakers: int
    clips: int
    expected_speakers: float
    expected_clips: float
    expected_by_pairs: float
    q: float
    reason: str


def thin_cells(
    speakers: NDArray[np.int64], clips: NDArray[np.int64], floor: int = 5, alpha: float = 0.05
) -> list[ThinCell]:
    """Thin cells of a table, those that lack the most speakers first.

    Args:
        speakers: speakers of each cell, one axis an attribute, at least two.
        clips: clips of each cell, of the same shape.
        floor: speakers that a cell should have at least; 0 asks for none.
        alpha: allowed share of false marks.
    """
    expected, expected_clips = fit_margins(speakers, 1), fit_margins(clips, 1)
    pairs = fit_margins(speakers, 2) if speakers.ndim > 2 else expected
    q, q_pairs = adjusted_p(lower_tail(speakers, expected)), adjusted_p(lower_tail(speakers, pairs))
    below = (q <= alpha) & (speakers <= FAR_BELOW * expected)
    combination = (q_pairs <= alpha) & (speakers <= FAR_BELOW * pairs) if speakers.ndim > 2 else np.zeros_like(below)
    few = (speakers < floor) & (expected >= floor)
    cells = []
    for place in zip(*np.nonzero(below | combination | few), strict=True):
        index = tuple(int(n) for n in place)
        reason = "combination" if combination[index] else "below" if below[index] else "few"
        cells.append(
            ThinCell(
                index,
                int(speakers[index]),
                int(clips[index]),
                round(float(expected[index]), 2),
                round(float(expected_clips[index]), 1),
                round(float(pairs[index]), 2),
                float(q_pairs[index] if combination[index] else q[index]),
                reason,
            )
        )
    return sorted(cells, key=lambda cell: (cell.speakers - cell.expected_speakers, cell.index))


def fit_margins(counts: NDArray[np.int64], order: int, rounds: int = 200, tolerance: float = 1e-9) -> Floats:
    """Expected counts that keep all totals of ``order`` attributes and have no higher interaction.

    ``order`` 1 is independence, reached in one round; 2 keeps the totals of each pair.
    """
    fitted: Floats = np.full(counts.shape, counts.sum() / counts.size, np.float64)
    margins = list(combinations(range(counts.ndim), min(order, counts.ndim)))
    for _ in range(rounds):
        before = fitted.copy()
        for kept in margins:
            others = tuple(axis for axis in range(counts.ndim) if axis not in kept)
            wanted, has = counts.sum(axis=others, keepdims=True), fitted.sum(axis=others, keepdims=True)
            fitted = fitted * np.divide(wanted, has, out=np.zeros(has.shape), where=has > 0)
        if np.abs(fitted - before).max(initial=0.0) <= tolerance * max(counts.sum(), 1):
            break
    return fitted


def lower_tail(counts: NDArray[np.int64], expected: Floats) -> Floats:
    """Probability of as few or fewer by chance: P(X ≤ count), X Poisson with the expected mean."""
    from scipy.stats import poisson

    tail: Floats = poisson.cdf(counts, np.maximum(expected, 1e-300))
    return tail


def adjusted_p(p: Floats) -> Floats:
    """Benjamini-Hochberg: the smallest false discovery rate at which each is marked; same shape as ``p``."""
    flat = p.ravel()
    order = np.argsort(flat)[::-1]
    ranks = np.arange(len(flat), 0, -1)
    adjusted = np.empty_like(flat)
    adjusted[order] = np.minimum.accumulate(np.minimum(flat[order] * len(flat) / ranks, 1.0))
    return adjusted.reshape(p.shape)


def table_of(
    rows: Sequence[tuple[tuple[str, ...], int, int]],
) -> tuple[list[list[str]], NDArray[np.int64], NDArray[np.int64]]:
    """Levels of each attribute and full tables of speakers and clips, from (values, speakers, clips).

    Rows with a value that was not said ("") are left out: nothing can be expected of them.
    """
    said = [row for row in rows if all(row[0])]
    levels = [sorted(set(column)) for column in zip(*(values for values, _, _ in said), strict=True)]
    places = [{value: n for n, value in enumerate(column)} for column in levels]
    shape = tuple(len(column) for column in levels)
    if not said or np.prod(shape, dtype=float) > MAX_CELLS:
        return [], np.zeros((0, 0), np.int64), np.zeros((0, 0), np.int64)
    speakers, clips = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for values, people, count in said:
        index = tuple(place[value] for place, value in zip(places, values, strict=True))
        speakers[index], clips[index] = people, count
    return levels, speakers, clips
