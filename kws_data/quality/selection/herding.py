"""Clips that together stand for as many others as they can, above all for those that are in doubt."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from kws_data.quality.selection.difference import Places

WIDTH = 0.5  # of the Gaussian in the distance of places of unit length, by which one clip stands for another
STOOD_FOR = 4_000  # clips that are to be stood for, drawn where there are more
ASKED = 20_000  # clips that may be chosen, drawn where there are more
_BLOCK = 1_024

Floats = NDArray[np.float32]


def herd(
    places: Places, known: NDArray[np.int64], count: int, doubt: NDArray[np.float64] | None = None, seed: int = 0
) -> list[tuple[int, float]]:
    """``count`` clips, the first first, and what share of all that could be stood for each of them adds.

    A clip is stood for as far as the nearest clip with a label, or chosen, is like it: ``max exp(-d² / 2 WIDTH²)``. One
    clip after the other is chosen by how much it adds to the sum over all clips (MaxHerding: Bae, Noh and Sutherland,
    "Generalized coverage for more robust low-budget active learning", ECCV 2024), each weighing as much as it is in
    doubt (Bae et al., "Uncertainty herding: one active learning method for all label budgets", ICLR 2025). What a clip
    adds only shrinks as others are chosen, so most sums need not be made again (lazy greedy: Minoux 1978).

    Args:
        places: of all clips, of unit length ``[clips, components]``.
        known: clips that have labels.
        count: of clips to choose, none of ``known``; fewer come back where there are fewer.
        doubt: of each clip, none below zero; None: all the same.
        seed: of which clips count, where there are more than :data:`STOOD_FOR` and :data:`ASKED`.
    """
    rng = np.random.default_rng([seed, len(places)])
    heard = _some(np.arange(len(places)), STOOD_FOR, rng)
    asked = _some(np.setdiff1d(np.arange(len(places)), known), max(ASKED, count), rng)
    weights = np.ones(len(heard), np.float32) if doubt is None else doubt[heard].astype(np.float32)
    weights /= max(float(weights.sum()), 1e-9)
    others, covered = places[heard], np.zeros(len(heard), np.float32)
    for start in range(0, len(known), _BLOCK):
        covered = np.maximum(covered, _likeness(places[known[start : start + _BLOCK]], others).max(axis=0))

    def added(some: NDArray[np.int64]) -> Floats:
        return np.asarray(np.maximum(_likeness(places[some], others) - covered, 0) @ weights, np.float32)

    waiting = [
        (-float(gain), int(one))
        for start in range(0, len(asked), _BLOCK)
        for one, gain in zip(asked[start : start + _BLOCK], added(asked[start : start + _BLOCK]), strict=True)
    ]
    heapify(waiting)
    chosen = list[tuple[int, float]]()
    while waiting and len(chosen) < count:
        _, one = heappop(waiting)
        gain = float(added(np.array([one]))[0])
        if waiting and (-gain, one) > waiting[0]:
            heappush(waiting, (-gain, one))
            continue
        chosen.append((one, gain))
        covered = np.maximum(covered, _likeness(places[[one]], others)[0])
    return chosen


def _some(places: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return places if len(places) <= most else np.sort(rng.permutation(places)[:most])


def _likeness(some: Places, others: Places) -> Floats:
    return np.asarray(np.exp((some @ others.T - 1) / np.float32(WIDTH**2)), np.float32)
