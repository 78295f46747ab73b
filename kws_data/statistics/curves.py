"""What a detector does at every threshold: ROC, DET and precision-recall, and the areas that sum them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DetectionCurve:
    """Shares at each threshold, from where nothing is detected down; a point a different score.

    Attributes:
        thresholds: ``[points]``, falling; the first is infinite.
        tpr: share of positives detected, ``[points]``.
        fpr: share of the others detected, ``[points]``.
        precision: share of detections that are right, ``[points]``; 1 where nothing is detected.
    """

    thresholds: Floats
    tpr: Floats
    fpr: Floats
    precision: Floats

    @property
    def fnr(self) -> Floats:
        """Share of positives that are missed; over :attr:`fpr` it is the DET (Martin et al. 1997, Eurospeech)."""
        return np.asarray(1 - self.tpr)

    @property
    def auc(self) -> float:
        """Area under the ROC: how often a positive scores higher than another clip, ties for half of them.

        What is never detected scores below all others.
        """
        tpr, fpr = np.append(self.tpr, 1.0), np.append(self.fpr, 1.0)
        return float(np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1]) / 2))

    @property
    def average_precision(self) -> float:
        """Precision at each threshold, weighted by the recall that it adds; what is never detected adds nothing."""
        return float(np.sum(np.diff(self.tpr) * self.precision[1:]))


def detection_curve(positive: NDArray[np.bool_], score: Floats) -> DetectionCurve:
    """The curve over all thresholds.

    Args:
        positive: bool ``[clips]``, what is to be detected.
        score: ``[clips]``; detected from there down. Minus infinity: at no threshold (taken for another keyword).

    Raises:
        DataError: there are no positives, or no others.
    """
    positives, others = int(positive.sum()), int((~positive).sum())
    if not positives or not others:
        raise DataError("no curve without both kinds of clips", [positives, others], "score keywords and other clips")
    heard = np.isfinite(score)
    order = np.argsort(-score[heard], kind="stable")
    falling, right = score[heard][order], positive[heard][order]
    last = np.append(np.diff(falling) != 0, True) if len(falling) else np.zeros(0, np.bool_)
    hits, false = np.cumsum(right)[last], np.cumsum(~right)[last]
    return DetectionCurve(
        thresholds=np.concatenate([[np.inf], falling[last]]),
        tpr=np.concatenate([[0.0], hits / positives]),
        fpr=np.concatenate([[0.0], false / others]),
        precision=np.concatenate([[1.0], hits / (hits + false)]),
    )
