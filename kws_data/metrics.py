"""What a detector is worth: TPR and FPR with intervals, the operating threshold, confusion, the threshold curve.

A clip's decision is that of ``firmware/src/kws_detector.c``: the keyword with the highest score (the first of equals),
detected when its score is at or above the threshold. Scores are probabilities; int8 scores are turned into them exactly
by ``(score + 128) / 256``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

FIRST_KEYWORD = 2  # after _silence_ and _unknown_
Z95 = 1.959963984540054
Scores = NDArray[Any]
Labels = NDArray[Any]


def probabilities(scores: Scores) -> NDArray[np.float64]:
    """Scores in 0 to 1; int8 scores (scale 1/256, zero point -128) are converted exactly."""
    if scores.dtype == np.int8:
        return (scores.astype(np.float64) + 128.0) / 256.0
    return scores.astype(np.float64)


def threshold_from_int8(threshold_int8: int) -> float:
    """The probability that an int8 threshold stands for."""
    return (threshold_int8 + 128) / 256.0


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22:209); (0, 1) when nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    share, z2 = hits / total, Z95 * Z95
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 * sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == total else min(1.0, centre + half)
    return low, high


def decide(scores: Scores, threshold: float) -> NDArray[np.int64]:
    """Detected label of each clip, or -1: scores [clips, labels], threshold as a probability."""
    best, score = best_keyword(scores)
    return np.where(score >= threshold, best, -1)


def best_keyword(scores: Scores) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Label and probability of the highest keyword of each clip."""
    keywords = probabilities(scores)[:, FIRST_KEYWORD:]
    best = keywords.argmax(axis=1)
    return best + FIRST_KEYWORD, keywords[np.arange(len(best)), best]


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


def share(count: int, total: int) -> float:
    """count / total, and 0 of nothing is 0."""
    return count / total if total else 0.0


def choose_threshold(scores: NDArray[np.int8], y: Labels, max_fpr: float) -> int:
    """The int8 threshold with the fewest errors of those whose FPR is at most ``max_fpr``.

    Errors are the share of keywords missed plus the FPR.
    Among equals the highest, which leaves the most room below it. 127 when not even that holds ``max_fpr``.

    Args:
        scores: int8 [clips, labels] of validation clips.
        y: their labels.
        max_fpr: allowed share of clips without a keyword in which one is detected.

    Raises:
        DataError: no clips without a keyword to fix it on.
    """
    found, score = best_keyword(scores)
    truth = np.asarray(y)
    false = np.sort(score[truth < FIRST_KEYWORD])[::-1]
    if len(false) == 0:
        raise DataError("threshold cannot be fixed", None, "the validation split has no _unknown_ or _silence_ clip")
    allowed = int(max_fpr * len(false))
    lowest = -128 if allowed >= len(false) else min(127, int(false[allowed] * 256) - 128 + 1)
    right = score[(truth >= FIRST_KEYWORD) & (found == truth)]
    keywords = max(1, int((truth >= FIRST_KEYWORD).sum()))

    def errors(threshold_int8: int) -> int:
        # Both shares times keywords times clips without one: whole numbers, so that equals are equal. Keywords taken
        # for others are missed at every threshold.
        threshold = threshold_from_int8(threshold_int8)
        return int((right < threshold).sum()) * len(false) + int((false >= threshold).sum()) * keywords

    return min(range(127, lowest - 1, -1), key=errors, default=lowest)


def confusion(scores: Scores, y: Labels, labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts [true label, label with the highest score]."""
    truth = checked(scores, y, labels)
    table = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(table, (truth, scores.argmax(axis=1)), 1)
    return table


def threshold_curve(scores: Scores, y: Labels, points: int = 129) -> list[dict[str, float]]:
    """TPR and FPR at evenly spaced thresholds from 0 to 1."""
    truth = np.asarray(y, np.int64)
    best, score = best_keyword(scores)
    keyword = truth >= FIRST_KEYWORD
    curve = []
    for threshold in np.linspace(0.0, 1.0, points):
        found = score >= threshold
        tpr = share(int((found & (best == truth))[keyword].sum()), int(keyword.sum()))
        fpr = share(int(found[~keyword].sum()), int((~keyword).sum()))
        curve.append({"threshold": float(threshold), "tpr": tpr, "fpr": fpr})
    return curve


def poisson_upper95(events: int) -> float:
    """One-sided 95 % upper bound of a Poisson mean after ``events`` were seen (exact, Garwood 1936)."""
    from scipy.stats import chi2

    return float(chi2.ppf(0.95, 2 * (events + 1)) / 2)


@dataclass(frozen=True)
class MeanInterval:
    """Mean of a few runs and its 95 % interval by Student's t; one run alone has no interval (None)."""

    mean: float
    low: float | None
    high: float | None
    runs: int

    def to_dict(self) -> dict[str, float | None]:
        """For JSON."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "runs": self.runs}


def mean_interval(values: Sequence[float]) -> MeanInterval:
    """Mean over runs that differ by their seeds (Student 1908, Biometrika 6:1); raises DataError when there is none."""
    from scipy.stats import t

    if len(values) == 0:
        raise DataError("no values to take the mean of", 0, "run at least one seed")
    mean = float(np.mean(values))
    if len(values) == 1:
        return MeanInterval(mean, None, None, 1)
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / sqrt(len(values)))
    return MeanInterval(mean, mean - half, mean + half, len(values))


@dataclass(frozen=True)
class OperatingPoint:
    """TPR where the FPR is just within a limit. ``threshold`` is a probability, intervals are Wilson's, 95 %."""

    tpr: float
    tpr_ci95: tuple[float, float]
    fpr: float
    fpr_ci95: tuple[float, float]
    threshold: float


def tpr_at_fpr(scores: Scores, y: Labels, max_fpr: float) -> OperatingPoint:
    """The point of the ROC with the highest TPR among those whose FPR is at most ``max_fpr``.

    It is read off the very clips that are scored, so it says what the scores could do, not what a threshold that was
    frozen on other speakers did.

    Args:
        scores: int8 or probabilities [clips, labels].
        y: true label of each clip.
        max_fpr: allowed share of clips without a keyword in which any is detected.

    Raises:
        DataError: there is no clip without a keyword, or none with one.
    """
    truth = np.asarray(y, np.int64)
    best, score = best_keyword(scores)
    keyword = truth >= FIRST_KEYWORD
    positives, negatives = int(keyword.sum()), int((~keyword).sum())
    if not positives or not negatives:
        raise DataError("no ROC without both kinds of clips", [positives, negatives], "score keywords and other clips")
    false = np.sort(score[~keyword])[::-1]
    allowed = int(max_fpr * negatives + 1e-9)
    # Above the (allowed + 1)th highest false score; when as many false ones are allowed as there are, anything goes.
    threshold = float(np.nextafter(false[allowed], np.inf)) if allowed < negatives else 0.0
    hits = int(((best == truth) & (score >= threshold))[keyword].sum())
    wrong = int((score[~keyword] >= threshold).sum())
    return OperatingPoint(
        hits / positives, wilson(hits, positives), wrong / negatives, wilson(wrong, negatives), threshold
    )
