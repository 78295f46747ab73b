"""What scores of clips say beyond one threshold: the curve of detection, and whether probabilities hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL, Scores, best_keyword, probabilities
from kws_data.statistics.calibration import Bin, brier, expected_calibration_error, log_loss, reliability
from kws_data.statistics.curves import DetectionCurve, detection_curve

#: Half a step of int8: what stands for a probability of 0, so that one clip does not make the log loss.
LEAST = 1 / 512


def keyword_curve(scores: Scores, y: NDArray[np.int64]) -> DetectionCurve | None:
    """The curve of the best keyword's score: a keyword clip counts when it is detected as its own keyword.

    Args:
        scores: int8 or probabilities ``[clips, labels]``.
        y: true label of each clip.

    Returns:
        None where there are no keyword clips, no others, or nothing is said in any of the others.
    """
    best, score = best_keyword(scores)
    keyword = y >= FIRST_KEYWORD
    if not keyword.any() or not (y == UNKNOWN_LABEL).any():
        return None
    return detection_curve(keyword, np.where(keyword & (best != y), -np.inf, score))


@dataclass(frozen=True)
class Calibration:
    """Whether a clip's highest probability is how often it is right.

    Attributes:
        ece: expected calibration error, 0 to 1.
        brier: mean squared distance of all probabilities from the truth, 0 to 2.
        log_loss: in nats; no probability is taken for less than half a step of int8.
        bins: reliability, in ten bins.
    """

    ece: float
    brier: float
    log_loss: float
    bins: tuple[Bin, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "bins": [one.to_dict() for one in self.bins]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """Inverse of :meth:`to_dict`."""
        bins = tuple(Bin(**one) for one in values["bins"])
        return cls(values["ece"], values["brier"], values["log_loss"], bins)


def calibration(scores: Scores, y: NDArray[np.int64]) -> Calibration:
    """Calibration of scores ``[clips, labels]`` with true labels ``[clips]``; raises DataError when there are no clips.

    A model with one output gives silence and other words one score: the two count as one label.
    """
    p = probabilities(scores)
    if np.array_equal(p[:, 0], p[:, UNKNOWN_LABEL]):
        p, y = p[:, 1:], np.maximum(y - 1, 0)
    bins = tuple(reliability(p.max(axis=1), p.argmax(axis=1) == y))
    return Calibration(expected_calibration_error(bins), brier(p, y), log_loss(p, y, LEAST), bins)
