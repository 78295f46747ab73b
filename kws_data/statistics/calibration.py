"""Do probabilities say how often they are right? Reliability, and scores of probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

BINS = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Clips whose highest probability lies above ``low`` and up to ``high``; the means of none are None."""

    low: float
    high: float
    clips: int
    confidence: float | None
    accuracy: float | None

    @property
    def off(self) -> float:
        """How far confidence and accuracy lie apart; 0 where there are no clips."""
        return 0.0 if self.confidence is None or self.accuracy is None else abs(self.confidence - self.accuracy)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """Bins of equal width from 0 to 1 (DeGroot & Fienberg 1983, Statistician 32:12).

    Args:
        confidence: highest probability of each clip, ``[clips]``.
        right: whether its label has it, bool ``[clips]``.
        bins: how many.

    Raises:
        DataError: there are no clips, or a probability is not in 0 to 1.
    """
    if not len(confidence) or confidence.min() < 0 or confidence.max() > 1:
        raise DataError("no probabilities to hold against what is right", len(confidence), "score clips")
    edges = np.linspace(0, 1, bins + 1)
    own = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    count = np.bincount(own, minlength=bins)
    sums, hits = np.bincount(own, confidence, bins), np.bincount(own, right, bins)
    found = []
    for k in range(bins):
        some = bool(count[k])
        mean, share = (float(total[k] / count[k]) if some else None for total in (sums, hits))
        found.append(Bin(float(edges[k]), float(edges[k + 1]), int(count[k]), mean, share))
    return found


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence from accuracy, by clips (Naeini et al. 2015, AAAI; Guo et al. 2017, ICML)."""
    far = [
        one.clips * abs(one.confidence - one.accuracy)
        for one in bins
        if one.confidence is not None and one.accuracy is not None
    ]
    return sum(far) / sum(one.clips for one in bins)


def brier(probabilities: Floats, y: NDArray[np.int64]) -> float:
    """Mean squared distance of ``[clips, labels]`` from the truth ``[clips]``, 0 to 2.

    Source: Brier 1950, Mon. Weather Rev. 78:1.
    """
    truth = np.zeros_like(probabilities)
    truth[np.arange(len(y)), y] = 1.0
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def log_loss(probabilities: Floats, y: NDArray[np.int64], least: float = float(np.finfo(np.float64).eps)) -> float:
    """Mean of -log of the probability of the truth, none taken for less than ``least``, in nats."""
    return float(-np.log(np.clip(probabilities[np.arange(len(y)), y], least, 1.0)).mean())
