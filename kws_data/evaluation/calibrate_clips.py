"""The clip threshold for a stated wish, on validation clips, and the curve around it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.metrics import Labels
from kws_data.evaluation.thresholds import choose_threshold
from kws_data.evaluation.wishes import Wishes
from kws_data.scores import FIRST_KEYWORD, best_keyword, threshold_from_int8
from kws_data.statistics.intervals import share, wilson

LOWEST, HIGHEST = -128, 127
AROUND = (-32, -16, -8, -4, 0, 4, 8, 16, 32)  # int8 steps from the threshold


@dataclass(frozen=True)
class ClipPoint:
    """What a threshold gives on validation clips; intervals are Wilson's, 95 %."""

    threshold: float
    tpr: float
    tpr_ci95: tuple[float, float]
    fpr: float
    fpr_ci95: tuple[float, float]


@dataclass(frozen=True)
class ClipCalibration:
    """A clip threshold.

    Attributes:
        threshold_int8: chosen.
        keywords, others: validation clips with a keyword, and without.
        point: what it gives.
        curve: the same around it, the lowest threshold first.
        problems: why the wish is not met; empty where it is.
        notes: what to know of it.
    """

    threshold_int8: int
    keywords: int
    others: int
    point: ClipPoint
    curve: tuple[ClipPoint, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "threshold": self.point.threshold}


def calibrate_clips(scores: NDArray[np.int8], y: Labels, wishes: Wishes) -> ClipCalibration | None:
    """The threshold for what is wished of clips; None where nothing is.

    With an FPR the fewest errors within it; with a TPR alone the highest threshold that has it, so that as little as
    that allows is falsely accepted.

    Args:
        scores: int8 [clips, labels] of validation clips.
        y: their labels.
        wishes: ``fpr``, ``tpr`` and ``tpr_first`` concern clips.

    Raises:
        DataError: there is no clip with a keyword, or none without.
    """
    if wishes.fpr is None and not wishes.floor:
        return None
    clips = _Clips.of(scores, y)
    if not len(clips.hits) or not clips.keywords or not len(clips.false):
        counts = [clips.keywords, len(clips.false)]
        raise DataError("threshold cannot be fixed", counts, "validation needs clips with a keyword and without one")
    allowed = clips.allowed(wishes)
    chosen = choose_threshold(scores, y, wishes.fpr) if wishes.fpr is not None else clips.highest(allowed)
    point = clips.point(chosen)
    steps = sorted({min(max(chosen + step, LOWEST), HIGHEST) for step in AROUND})
    return ClipCalibration(
        threshold_int8=chosen,
        keywords=clips.keywords,
        others=len(clips.false),
        point=point,
        curve=tuple(clips.point(step) for step in steps),
        problems=tuple(_problems(point, wishes, clips.missed(chosen), allowed)),
        notes=tuple(_notes(wishes, len(clips.false), point)),
    )


@dataclass(frozen=True)
class _Clips:
    """int8 scores of keywords that are taken for themselves, and of the best keyword of clips without one."""

    hits: NDArray[np.int64]
    false: NDArray[np.int64]
    keywords: int

    @classmethod
    def of(cls, scores: NDArray[np.int8], y: Labels) -> _Clips:
        truth = np.asarray(y)
        best, probability = best_keyword(scores)
        int8 = np.rint(probability * 256 - 128).astype(np.int64)
        keyword = truth >= FIRST_KEYWORD
        return cls(int8[keyword & (best == truth)], int8[~keyword], int(keyword.sum()))

    def missed(self, threshold: int) -> int:
        return self.keywords - int((self.hits >= threshold).sum())

    def allowed(self, wishes: Wishes) -> int:
        """Keywords that may be missed; with TPR first no more than at the best threshold, but for chance (one standard
        error of a count)."""
        if wishes.tpr is not None:
            return int((1.0 - wishes.tpr) * self.keywords + 1e-9)
        least = self.missed(LOWEST)
        return int(least + sqrt(least))

    def highest(self, allowed: int) -> int:
        """The highest threshold that misses no more; the lowest where none does."""
        found = (threshold for threshold in range(HIGHEST, LOWEST, -1) if self.missed(threshold) <= allowed)
        return next(found, LOWEST)

    def point(self, threshold: int) -> ClipPoint:
        hits, wrong = self.keywords - self.missed(threshold), int((self.false >= threshold).sum())
        return ClipPoint(
            threshold_from_int8(threshold),
            share(hits, self.keywords),
            wilson(hits, self.keywords),
            share(wrong, len(self.false)),
            wilson(wrong, len(self.false)),
        )


def _problems(point: ClipPoint, wishes: Wishes, missed: int, allowed: int) -> list[str]:
    found = []
    if wishes.fpr is not None and point.fpr > wishes.fpr:
        found.append(
            f"clips: no threshold has an FPR of {100 * wishes.fpr:g} %, the highest has {100 * point.fpr:.1f} %"
        )
    if wishes.tpr is not None and missed > allowed:
        within = "" if wishes.fpr is None else f" within an FPR of {100 * wishes.fpr:g} %"
        found.append(f"clips: a TPR of {100 * wishes.tpr:g} % is not reached{within}: it is {100 * point.tpr:.1f} %")
    return found


def _notes(wishes: Wishes, others: int, point: ClipPoint) -> list[str]:
    """How many clips would prove the FPR that is wished for."""
    if wishes.fpr is None:
        return []
    needed = ceil(log(0.05) / log(1.0 - wishes.fpr))
    said = f"clips: {needed:,} clips without a keyword, none of them accepted, would prove an FPR of "
    line = f"{said}{100 * wishes.fpr:g} %; there are {others:,}"
    if point.fpr_ci95[1] <= wishes.fpr:
        return [f"{line}, and the interval's end ({100 * point.fpr_ci95[1]:.2f} %) is within it"]
    return [f"{line}, and the interval reaches to {100 * point.fpr_ci95[1]:.2f} %"]
