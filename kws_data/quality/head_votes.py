"""What a head on the encoder says of clips of people whom it has not learnt from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kws_data.progress import Progress, no_progress
from kws_data.training.teachers.head import Head, fit_head, log_softmax

RIDGE = 0.02
MOST_ROWS = 40_000  # that one head learns from: more make it no better, and take memory
STAGE = "judge labels"
Chances = NDArray[np.float32]


def chances(head: Head, vectors: NDArray[np.float16]) -> Chances:
    """Probabilities float32 ``[clips, classes]``."""
    return np.asarray(np.exp(log_softmax(head(vectors))), np.float32)


def fitted_head(vectors: NDArray[np.float16], given: NDArray[np.int64], classes: int, rng: np.random.Generator) -> Head:
    """A head that tells the classes apart, of ``vectors [clips, values]`` and their classes."""
    if len(given) > MOST_ROWS:
        chosen = np.sort(rng.permutation(len(given))[:MOST_ROWS])
        vectors, given = vectors[chosen], given[chosen]
    return fit_head(vectors, given, classes, np.ones(len(given)), RIDGE)


def head_votes(
    vectors: NDArray[np.float16],
    given: NDArray[np.int64],
    classes: int,
    folds: NDArray[np.int64],
    trusted: NDArray[np.bool_],
    seed: int = 0,
    progress: Progress | None = None,
) -> Chances:
    """Probabilities float32 ``[clips, classes]`` of every clip by a head that learnt from other folds.

    Args:
        vectors: ``[clips, values]``.
        given: class of each clip.
        classes: how many there are.
        folds: part of each clip.
        trusted: clips whose labels are learnt from; the others are only asked about.
        seed: of which clips are taken where there are more than a head needs.
        progress: told how far it is.
    """
    told, votes = progress or no_progress, np.empty((len(given), classes), np.float32)
    every = np.unique(folds)
    for done, fold in enumerate(every):
        learnt = (folds != fold) & trusted
        head = fitted_head(vectors[learnt], given[learnt], classes, np.random.default_rng([seed, int(fold)]))
        votes[folds == fold] = chances(head, vectors[folds == fold])
        told(STAGE, done + 1, len(every))
    return votes
