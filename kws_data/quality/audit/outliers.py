"""Clips that are unlike all others of their word: the distance to their nearest neighbours of it.

The mean distance to the k nearest neighbours (Angiulli & Pizzuti, "Fast outlier detection in high dimensional spaces",
PKDD 2002), each word for itself, as a multiple of what is usual there. In the space of the encoder where its vectors
are at hand, else in that of the textures of fingerprints, which tell how the bands of a clip swell, whatever its level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import Finding
from kws_data.quality.audit.checks import limit
from kws_data.quality.audit.findings import found

NEIGHBOURS = 10
OF_TEXTURES = 1.36  # the limit in the space of textures, where distances differ less than in that of an encoder
LEAST_CLIPS = 30  # of a word: what is usual for fewer nobody can say
DIMENSIONS = 64
_BLOCK = 2_048

Floats = NDArray[np.float32]


def outlier_findings(
    clip_ids: Sequence[str], words: Sequence[str], vectors: NDArray[np.floating], least: float | None = None
) -> Iterator[Finding]:
    """Findings on clips, in their order.

    Args:
        clip_ids: of the clips.
        words: theirs.
        vectors: ``[clips, width]``.
        least: from how many times the usual distance on; that of the check when None.
    """
    least = limit("outlier") if least is None else least
    times = neighbour_distances(words, reduced(vectors))
    for place in np.flatnonzero(times >= least).tolist():
        detail = f'{times[place]:.1f} times as far from its neighbours as "{words[place]}" usually is'
        yield found(clip_ids[place], "outlier", float(times[place]), detail)


def reduced(vectors: NDArray[np.floating]) -> Floats:
    """Unit vectors ``[clips, dimensions]`` along the directions in which clips differ most."""
    if len(vectors) < 2:
        return np.zeros((len(vectors), 1), np.float32)
    exact = np.asarray(vectors, np.float32)
    exact = exact - exact.mean(axis=0)
    spread = exact.std(axis=0)
    exact /= np.maximum(spread, 1e-3 * max(float(spread.max()), 1e-9))
    covariance = (exact.T @ exact) / len(exact)
    _, directions = np.linalg.eigh(covariance)
    short = exact @ directions[:, ::-1][:, :DIMENSIONS]
    return np.asarray(short / np.maximum(np.linalg.norm(short, axis=1, keepdims=True), 1e-6), np.float32)


def neighbour_distances(words: Sequence[str], unit: Floats) -> NDArray[np.float64]:
    """Mean distance ``[clips]`` to the nearest of the same word, over its median in that word; 0 for rare words."""
    times = np.zeros(len(words))
    named = np.asarray(words)
    for word in sorted(set(words)):
        places = np.flatnonzero(named == word)
        if len(places) < LEAST_CLIPS:
            continue
        own, distance = unit[places], np.empty(len(places))
        for start in range(0, len(own), _BLOCK):
            near = own[start : start + _BLOCK] @ own.T
            near[np.arange(len(near)), np.arange(start, start + len(near))] = -2.0
            top = np.partition(near, len(own) - NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
            distance[start : start + _BLOCK] = np.sqrt(np.maximum(2.0 - 2.0 * top, 0.0)).mean(axis=1)
        times[places] = distance / max(float(np.median(distance)), 1e-6)
    return times
