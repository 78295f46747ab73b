"""Which clips are worth comparing bit by bit: those whose textures lie near each other.

Each clip meets its :data:`NEIGHBOURS` nearest, so the pairs grow with the clips and not with their square. Up to
:data:`BRUTE_FORCE_CLIPS` all are held against all. Beyond, textures are put into about √n cells (k-means) and a clip
is held against those of its :data:`PROBES` nearest cells: the inverted file of Jégou, Douze and Schmid, "Product
quantization for nearest neighbor search", PAMI 2011, without the quantization.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.6  # cosine of textures, less their mean
NEIGHBOURS = 24
FEW_CLIPS = 64  # of so few all pairs are compared: their mean is no mean
BRUTE_FORCE_CLIPS = 20_000
PROBES = 8
_ROUNDS, _SAMPLES_A_CELL = 8, 24
_BLOCK = 1_024

Pairs = NDArray[np.int64]
Floats = NDArray[np.float32]


def alike_pairs(textures: NDArray[np.floating]) -> Pairs:
    """Pairs ``[n, 2]`` of places (first below second) in ``textures`` ``[clips, width]`` that are alike, each once."""
    if len(textures) <= FEW_CLIPS:
        return np.stack(np.triu_indices(len(textures), 1), axis=1).astype(np.int64)
    unit = textures.astype(np.float32)  # the only copy: 160 MB for 100,000 clips
    unit -= unit.mean(axis=0)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-6)
    near = _Nearest(len(unit))
    if len(unit) <= BRUTE_FORCE_CLIPS:
        everything = np.arange(len(unit))
        for start in range(0, len(unit), _BLOCK):
            near.meet(unit, everything[start : start + _BLOCK], everything)
    else:
        for asking, members in _cells(unit):
            for start in range(0, len(asking), _BLOCK):
                near.meet(unit, asking[start : start + _BLOCK], members)
    return near.pairs()


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = (rows / np.maximum(lengths, 1e-6)).astype(np.float32)
    return unit


class _Nearest:
    """The nearest neighbours of each clip among those that it has met."""

    def __init__(self, clips: int) -> None:
        self._likeness = np.full((clips, NEIGHBOURS), -1.0, np.float32)
        self._who = np.full((clips, NEIGHBOURS), -1, np.int32)

    def meet(self, unit: Floats, asking: NDArray[np.int64], members: NDArray[np.int64]) -> None:
        """Hold clips ``asking`` against ``members``; nobody is met twice, and none meets itself."""
        likeness = unit[asking] @ unit[members].T
        likeness[asking[:, np.newaxis] == members] = -1.0
        best = min(NEIGHBOURS, len(members))
        top = np.argpartition(-likeness, best - 1, axis=1)[:, :best]
        all_likeness = np.hstack([self._likeness[asking], np.take_along_axis(likeness, top, 1)])
        all_who = np.hstack([self._who[asking], members[top].astype(np.int32)])
        stays = np.argpartition(-all_likeness, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        self._likeness[asking] = np.take_along_axis(all_likeness, stays, 1)
        self._who[asking] = np.take_along_axis(all_who, stays, 1)

    def pairs(self) -> Pairs:
        """Pairs of clips of which at least one has the other among its nearest, alike enough."""
        one, column = np.nonzero(self._likeness > ALIKE)
        other = self._who[one, column].astype(np.int64)
        low, high = np.minimum(one, other), np.maximum(one, other)
        keys = np.unique(low * len(self._who) + high)
        return np.stack([keys // len(self._who), keys % len(self._who)], axis=1)


def _cells(unit: Floats) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(clips that look into a cell, clips of the cell)."""
    centres = _centres(unit, 2 * int(np.sqrt(len(unit))))
    looked = min(PROBES, len(centres))
    probes = np.empty((len(unit), looked), np.int32)
    for start in range(0, len(unit), _BLOCK):
        likeness = unit[start : start + _BLOCK] @ centres.T
        first = np.argpartition(-likeness, looked - 1, axis=1)[:, :looked]
        best = np.argmax(np.take_along_axis(likeness, first, 1), axis=1)
        rows = np.arange(len(first))
        first[rows, 0], first[rows, best] = first[rows, best], first[rows, 0]  # its own cell stands first
        probes[start : start + _BLOCK] = first
    order = np.argsort(probes.ravel(), kind="stable")
    bounds = np.searchsorted(probes.ravel()[order], np.arange(len(centres) + 1))
    for low, high in pairwise(bounds.tolist()):
        asking, column = np.divmod(order[low:high], looked)
        members = asking[column == 0]
        if len(members):
            yield asking, members


def _centres(unit: Floats, count: int) -> Floats:
    """Unit centres of ``count`` cells: spherical k-means on a sample, begun with clips of it."""
    rng = np.random.default_rng(0x4956)
    sample = unit[rng.permutation(len(unit))[: count * _SAMPLES_A_CELL]]
    centres = sample[:count].copy()
    for _ in range(_ROUNDS):
        nearest = np.concatenate(
            [np.argmax(sample[at : at + _BLOCK] @ centres.T, axis=1) for at in range(0, len(sample), _BLOCK)]
        )
        order = np.argsort(nearest, kind="stable")
        there, starts = np.unique(nearest[order], return_index=True)
        centres[there] = _unit(np.add.reduceat(sample[order], starts, axis=0))
    return centres
