"""The operating threshold, and the curve of all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.metrics import Labels
from kws_data.scores import FIRST_KEYWORD, Scores, best_keyword, threshold_from_int8
from kws_data.statistics.intervals import share, wilson


def choose_threshold(scores: NDArray[np.int8], y: Labels, max_fpr: float) -> int:
    """The int8 threshold with the fewest errors of those whose FPR is at most ``max_fpr``.

    Errors are the share of keywords missed plus the FPR.
    Among equals the highest, which leaves the most room below it. 127 when not even that holds ``max_fpr``.

    Args:
        scores: int8 [clips, labels] of validation clips.
        y: their labels.
        max_fpr: allowed share of clips without a keyword in which one is detected.

    Raises:
        DataError: no clips with a keyword, or none without, to fix it on.
    """
    found, score = best_keyword(scores)
    truth = np.asarray(y)
    false = np.sort(score[truth < FIRST_KEYWORD])[::-1]
    if len(false) == 0:
        raise DataError("threshold cannot be fixed", None, "the validation split has no _unknown_ or _silence_ clip")
    allowed = int(max_fpr * len(false))
    lowest = -128 if allowed >= len(false) else min(127, int(false[allowed] * 256) - 128 + 1)
    right = score[(truth >= FIRST_KEYWORD) & (found == truth)]
    keywords = int((truth >= FIRST_KEYWORD).sum())
    if not keywords:
        raise DataError("threshold cannot be fixed", None, "the validation split has no clip of a keyword")

    def errors(threshold_int8: int) -> int:
        # Both shares times keywords times clips without one: whole numbers, so that equals are equal. Keywords taken
        # for others are missed at every threshold.
        threshold = threshold_from_int8(threshold_int8)
        return int((right < threshold).sum()) * len(false) + int((false >= threshold).sum()) * keywords

    return min(range(127, lowest - 1, -1), key=errors, default=lowest)


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
