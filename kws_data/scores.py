"""From scores to a decision.

A clip's decision is that of ``firmware/src/kws_detector.c``: the keyword with the highest score (the first of equals),
detected when its score is at or above the threshold. Scores are probabilities; int8 scores are turned into them exactly
by ``(score + 128) / 256``.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

UNKNOWN_LABEL, FIRST_KEYWORD = 1, 2  # after _silence_; as KWS_FIRST_KEYWORD in kws_detector.h
Scores = NDArray[Any]
Number = TypeVar("Number", float, NDArray[np.float64])


def probabilities(scores: Scores) -> NDArray[np.float64]:
    """Scores in 0 to 1; int8 scores (scale 1/256, zero point -128) are converted exactly."""
    if scores.dtype == np.int8:
        return _of_int8(scores.astype(np.float64))
    return scores.astype(np.float64)


def probability(score_int8: float) -> float:
    """The probability that one int8 score, or a mean of some, stands for."""
    return _of_int8(float(score_int8))


def threshold_from_int8(threshold_int8: int) -> float:
    """The probability that an int8 threshold stands for."""
    return probability(threshold_int8)


def _of_int8(scores: Number) -> Number:
    return (scores + 128.0) / 256.0


def decide(scores: Scores, threshold: float) -> NDArray[np.int64]:
    """Detected label of each clip, or -1: scores [clips, labels], threshold as a probability."""
    best, score = best_keyword(scores)
    return np.where(score >= threshold, best, -1)


def right(scores: Scores, y: NDArray[Any]) -> NDArray[np.bool_]:
    """bool [clips]: whether the highest of its scores [clips, labels] is that of its label y [clips].

    A model with one output (``model.one_score``) gives silence and other words one score by its making; it is right
    about either when that is the highest.
    """
    told_apart = not np.array_equal(scores[:, 0], scores[:, UNKNOWN_LABEL])
    truth = y if told_apart else np.where(y == UNKNOWN_LABEL, 0, y)
    return np.asarray(scores.argmax(axis=1) == truth)


def best_keyword(scores: Scores) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Label and probability of the highest keyword of each clip."""
    keywords = probabilities(scores)[:, FIRST_KEYWORD:]
    best = keywords.argmax(axis=1)
    return best + FIRST_KEYWORD, keywords[np.arange(len(best)), best]
