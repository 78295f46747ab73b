"""What a detector is worth: TPR and FPR with intervals, the operating threshold, confusion, the threshold curve.

A clip's decision is that of ``firmware/src/kws_detector.c``: the keyword with the highest score (the first of equals),
detected when its score is at or above the threshold. Scores are probabilities; int8 scores are turned into them exactly
by ``(score + 128) / 256``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL, Scores, decide, right
from kws_data.statistics.intervals import measured_share, share, wilson

Labels = NDArray[Any]


@dataclass(frozen=True)
class KeywordMetrics:
    """One keyword: share of its clips detected as it, share of all other clips that are, and how many clips it has.

    None stands for a share that was not measured: nobody says the keyword, or nobody anything else.
    """

    tpr: float | None
    tpr_ci95: tuple[float, float]
    fpr: float | None
    clips: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "tpr_ci95": list(self.tpr_ci95)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> KeywordMetrics:
        """Inverse of :meth:`to_dict`."""
        return cls(values["tpr"], _ends(values["tpr_ci95"]), values["fpr"], values["clips"])


@dataclass(frozen=True)
class Metrics:
    """What a detector is worth on clips; intervals are Wilson's, 95 %.

    Attributes:
        accuracy: share of clips whose label has the highest of all scores (:func:`kws_data.scores.right`).
        tpr: share of keyword clips detected as their keyword; None where no clip has a keyword.
        fpr: share of clips without a keyword in which any is detected; None where nobody says another word in them:
            that nothing is detected in silence and noise does not tell what speech would do.
        threshold: operating threshold as a probability.
        clips: how many.
        per_keyword: in the order of the labels.
    """

    accuracy: float
    accuracy_ci95: tuple[float, float]
    tpr: float | None
    tpr_ci95: tuple[float, float]
    fpr: float | None
    fpr_ci95: tuple[float, float]
    threshold: float
    clips: int
    per_keyword: Mapping[str, KeywordMetrics]

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        intervals = {name: list(getattr(self, name)) for name in _INTERVALS}
        return {
            **vars(self),
            **intervals,
            "per_keyword": {word: one.to_dict() for word, one in self.per_keyword.items()},
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Metrics:
        """Inverse of :meth:`to_dict`; what else there is among the values is passed over."""
        own = {one.name: values[one.name] for one in fields(cls)}
        intervals = {name: _ends(values[name]) for name in _INTERVALS}
        keywords = {word: KeywordMetrics.from_dict(one) for word, one in values["per_keyword"].items()}
        return cls(**{**own, **intervals, "per_keyword": keywords})


_INTERVALS = ("accuracy_ci95", "tpr_ci95", "fpr_ci95")


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = values
    return low, high


def metrics(scores: Scores, y: Labels, threshold: float, labels: Sequence[str]) -> Metrics:
    """What clips' scores are worth at a threshold.

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
    hit = int(right(scores, y).sum())
    hits, false = int((found == y)[keyword].sum()), int((found >= 0)[~keyword].sum())
    positives, negatives = int(keyword.sum()), _negatives(~keyword, y)
    return Metrics(
        accuracy=share(hit, len(y)),
        accuracy_ci95=wilson(hit, len(y)),
        tpr=measured_share(hits, positives),
        tpr_ci95=wilson(hits, positives),
        fpr=measured_share(false, negatives),
        fpr_ci95=wilson(false, negatives),
        threshold=threshold,
        clips=len(y),
        per_keyword={labels[k]: _of_keyword(found, y, k) for k in range(FIRST_KEYWORD, len(labels))},
    )


def _negatives(clips: NDArray[np.bool_], y: NDArray[np.int64]) -> int:
    """How many clips a share of false accepts is of; 0 where something is said in none of them."""
    return int(clips.sum()) if (y[clips] >= UNKNOWN_LABEL).any() else 0


def _of_keyword(found: NDArray[np.int64], y: NDArray[np.int64], keyword: int) -> KeywordMetrics:
    own, as_it = y == keyword, found == keyword
    hits, clips = int((as_it & own).sum()), int(own.sum())
    return KeywordMetrics(
        tpr=measured_share(hits, clips),
        tpr_ci95=wilson(hits, clips),
        fpr=measured_share(int((as_it & ~own).sum()), _negatives(~own, y)),
        clips=clips,
    )


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
