"""Clips that hurt: what a judge of other people's clips would be better without.

KNN-Shapley (Jia et al., "Efficient task-specific data valuation for nearest neighbor algorithms", VLDB 2019): the exact
Shapley value of each clip for a nearest-neighbour classifier on the encoder's features, in one sort for each clip that
is asked about. Cross-validated: a clip is valued by clips of other people, a part of the speakers at a time. Clips
with a value well below zero make the classifier worse.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import Finding
from kws_data.errors import DataError
from kws_data.progress import Progress, no_progress
from kws_data.quality.out_of_fold import OutOfFold

HURTS = "hurts"
HARM = -0.5  # value under which a clip hurts: half as much harm as a usual clip does good
NEIGHBOURS = 10
DIMENSIONS = 64
_BLOCK = 256  # clips asked about at once
STAGE = "value clips"
Values = NDArray[np.float64]


def knn_shapley(
    learnt: NDArray[np.float32],
    learnt_y: NDArray[np.int64],
    asked: NDArray[np.float32],
    asked_y: NDArray[np.int64],
    neighbours: int = NEIGHBOURS,
) -> Values:
    """Mean Shapley value of each learnt clip for the accuracy of a k-nearest-neighbour vote, float64 ``[learnt]``.

    Theorem 1 of Jia et al. 2019: with the learnt clips in order of their distance to the one asked about, the farthest
    has [right] / n, and each nearer one that of the next plus ([right] - [next right]) / k · min(k, place) / place.

    Args:
        learnt, asked: ``[clips, values]``; near is by Euclidean distance.
        learnt_y, asked_y: their classes.
        neighbours: k.
    """
    values, n = np.zeros(len(learnt)), len(learnt)
    place = np.arange(1, n)
    step = np.minimum(neighbours, place) / (neighbours * place)
    squares = (learnt**2).sum(axis=1)
    for start in range(0, len(asked), _BLOCK):
        block, wanted = asked[start : start + _BLOCK], asked_y[start : start + _BLOCK]
        order = np.argsort(squares - 2 * block @ learnt.T, axis=1, kind="stable")
        right = (learnt_y[order] == wanted[:, None]).astype(np.float64)
        shapley = np.empty_like(right)
        shapley[:, -1] = right[:, -1] / n * min(neighbours, n) / neighbours
        steps = (right[:, :-1] - right[:, 1:]) * step
        shapley[:, :-1] = shapley[:, -1:] + np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
        np.add.at(values, order.ravel(), shapley.ravel())
    return values / max(1, len(asked))


def clip_values(found: OutOfFold, progress: Progress | None = None) -> Values:
    """Value of each clip for telling the words of *other* people, float64 ``[clips]``; 1 is the mean of all clips.

    Raises:
        DataError: there are no embeddings.
    """
    if found.embeddings is None:
        raise DataError("clips that hurt are found by what an encoder hears", None, "pip install 'kws[encoder]'")
    places, told, values = _reduced(found.embeddings), progress or no_progress, np.zeros(len(found.given))
    parts = np.unique(found.folds)
    for done, part in enumerate(parts):
        inside = found.folds == part
        values[~inside] += knn_shapley(places[~inside], found.given[~inside], places[inside], found.given[inside])
        told(STAGE, done + 1, len(parts))
    usual = float(np.abs(values).mean())
    return values / usual if usual else values


def _reduced(embeddings: NDArray[np.float16]) -> NDArray[np.float32]:
    """Whitened principal components of unit length, float32 ``[clips, components]``: what tells words, not rooms."""
    from sklearn.decomposition import PCA

    exact = np.asarray(embeddings, np.float32)
    exact = (exact - exact.mean(axis=0)) / np.maximum(exact.std(axis=0), 1e-3)
    components = min(DIMENSIONS, *exact.shape)
    reduced = PCA(components, whiten=True, svd_solver="randomized", random_state=0).fit_transform(exact)
    return np.asarray(reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-6), np.float32)


def find_harmful(
    found: OutOfFold, words: Mapping[str, str] | None = None, progress: Progress | None = None, below: float = HARM
) -> list[Finding]:
    """Clips that make other people's words harder to tell, the worst first; their value is negative.

    Args:
        found: what out-of-fold models say, with embeddings.
        words: the word that each clip has, by id.
        progress: told how far it is.
        below: value under which a clip hurts; the mean size of a clip's value is 1.

    Raises:
        DataError: there are no embeddings.
    """
    values = clip_values(found, progress)
    places = [int(n) for n in np.argsort(values, kind="stable") if values[n] < below]
    return [_finding(found, values, n, words or {}) for n in places]


def _finding(found: OutOfFold, values: Values, n: int, words: Mapping[str, str]) -> Finding:
    word = words.get(found.clip_ids[n], found.classes[found.given[n]])
    detail = (
        f'as an example of "{word}" it does {-values[n]:.1f} times as much harm as a usual clip does good'
        f" (KNN-Shapley, {NEIGHBOURS} neighbours among other people's clips)"
    )
    return Finding(found.clip_ids[n], HURTS, "look", round(float(values[n]), 3), "", detail)
