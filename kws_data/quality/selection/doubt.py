"""How unsure a model is of each clip: three measures of one set of probabilities, all larger where it is less sure.

Settles, "Active Learning Literature Survey" (2009), section 3.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.float32]
Doubts = NDArray[np.float64]


def least_confidence(chances: Chances) -> Doubts:
    """1 less the largest probability, float64 ``[clips]`` of ``[clips, classes]``."""
    return np.asarray(1.0 - chances.max(axis=1), np.float64)


def margin(chances: Chances) -> Doubts:
    """1 less the lead of the largest probability over the second, float64 ``[clips]``."""
    two = np.sort(np.asarray(chances, np.float64), axis=1)[:, -2:]
    return np.asarray(1.0 - (two[:, 1] - two[:, 0]), np.float64)


def entropy(chances: Chances) -> Doubts:
    """Entropy in nats, float64 ``[clips]``."""
    exact = np.asarray(chances, np.float64)
    logs = np.log(np.maximum(exact, 1e-12))
    return np.asarray(-(exact * logs).sum(axis=1), np.float64)


def vote_entropy(votes: NDArray[np.float32]) -> Doubts:
    """Entropy in nats of what a committee ``[members, clips, classes]`` says on the mean: float64 ``[clips]``.

    Soft vote entropy (Dagan & Engelson 1995, with probabilities for votes).
    """
    return entropy(np.asarray(votes.mean(axis=0), np.float32))


DOUBTS = {"least-confidence": least_confidence, "margin": margin, "entropy": entropy}
