"""What a detector is worth: TPR and FPR with intervals, the operating threshold, confusion, the threshold curve.

A clip's decision is that of ``firmware/src/kws_detector.c``: the keyword with the highest score (the first of equals),
detected when its score is at or above the threshold. Scores are probabilities; int8 scores are turned into them exactly
by ``(score + 128) / 256``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.intervals import share, wilson
from kws_data.scores import FIRST_KEYWORD, Scores, decide

Labels = NDArray[Any]


def metrics(scores: Scores, y: Labels, threshold: float, labels: Sequence[str]) -> dict[str, Any]:
    """METRICS of CONTRACTS.

    TPR is the share of keyword clips detected as their keyword; FPR the share of clips without a keyword in which any
    keyword is detected; accuracy compares the highest of all scores. A keyword's own FPR is the share of all clips
    of other labels that are detected as it.

    Args:
        scores: int8 or probabilities [clips, labels].
        y: true label of each clip.
        threshold: operating threshold as a probability.
        labels: ``_silence_``, ``_unknown_``, keywords.

    Raises:
        DataError: shapes do not fit, or there are no clips.
    """
    y = checked(scores, y, labels)
    found = decide(scores, threshold)
    keyword = y >= FIRST_KEYWORD
    hits, false = int((found == y)[keyword].sum()), int((found >= 0)[~keyword].sum())
    positives, negatives = int(keyword.sum()), int((~keyword).sum())
    return {
        "accuracy": share(int((scores.argmax(axis=1) == y).sum()), len(y)),
        "accuracy_ci95": list(wilson(int((scores.argmax(axis=1) == y).sum()), len(y))),
        "tpr": share(hits, positives),
        "tpr_ci95": list(wilson(hits, positives)),
        "fpr": share(false, negatives),
        "fpr_ci95": list(wilson(false, negatives)),
        "threshold": threshold,
        "clips": len(y),
        "per_keyword": {
            labels[k]: {
                "tpr": share(int((found == k)[y == k].sum()), int((y == k).sum())),
                "tpr_ci95": list(wilson(int((found == k)[y == k].sum()), int((y == k).sum()))),
                "fpr": share(int((found == k)[y != k].sum()), int((y != k).sum())),
                "clips": int((y == k).sum()),
            }
            for k in range(FIRST_KEYWORD, len(labels))
        },
    }


def checked(scores: Scores, y: Labels, labels: Sequence[str]) -> NDArray[np.int64]:
    """Labels as int64; raises DataError when they do not fit the scores."""
    truth = np.asarray(y, np.int64)
    if scores.ndim != 2 or scores.shape != (len(truth), len(labels)) or len(truth) == 0:
        raise DataError(
            "scores and labels do not fit", [list(scores.shape), len(truth), len(labels)], "score some clips"
        )
    if truth.min() < 0 or truth.max() >= len(labels):
        raise DataError("a clip has a label that the model does not know", int(truth.max()), "build the data set again")
    return truth


def confusion(scores: Scores, y: Labels, labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts [true label, label with the highest score]."""
    truth = checked(scores, y, labels)
    table = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(table, (truth, scores.argmax(axis=1)), 1)
    return table
