"""What a detector is worth: TPR and FPR with intervals, the operating threshold, confusion, the threshold curve.

A clip's decision is that of ``firmware/src/kws_detector.c``: the keyword with the highest score (the first of equals),
detected when its score is at or above the threshold. Scores are probabilities; int8 scores are turned into them exactly
by ``(score + 128) / 256``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.probabilities import Calibration, calibration, keyword_curve
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL, Scores, decide, right
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import measured_share, share, wilson

Labels = NDArray[Any]
Ends = tuple[float, float]


@dataclass(frozen=True)
class KeywordMetrics:
    """One keyword: share of its clips detected as it, share of all other clips that are, and how many clips it has.

    None stands for a share that was not measured: nobody says the keyword, or nobody anything else; of an interval by
    speaker also for speakers that nobody knows, and results from before there was one.
    """

    tpr: float | None
    tpr_ci95: Ends
    fpr: float | None
    clips: int
    fpr_ci95: Ends | None = None
    tpr_ci95_by_speaker: Ends | None = None

    @property
    def tpr_ends(self) -> Ends:
        """The interval of the TPR that holds for other people, where speakers are known; else that by clip."""
        return self.tpr_ci95_by_speaker or self.tpr_ci95

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in _told(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> KeywordMetrics:
        """Inverse of :meth:`to_dict`."""
        ends = {name: _ends(values.get(name)) for name in ("fpr_ci95", "tpr_ci95_by_speaker")}
        return cls(values["tpr"], _both(values["tpr_ci95"]), values["fpr"], values["clips"], **ends)


@dataclass(frozen=True)
class Metrics:
    """What a detector is worth on clips; intervals are of 95 %, Wilson's where they are by clip.

    Attributes:
        accuracy: share of clips whose label has the highest of all scores (:func:`kws_data.scores.right`).
        tpr: share of keyword clips detected as their keyword; None where no clip has a keyword.
        fpr: share of clips without a keyword in which any is detected; None where nobody says another word in them:
            that nothing is detected in silence and noise does not tell what speech would do.
        threshold: operating threshold as a probability.
        clips: how many.
        per_keyword: in the order of the labels.
        speakers: who say something in them; None, as the intervals by speaker, where nobody knows.
        accuracy_ci95_by_speaker, tpr_ci95_by_speaker, fpr_ci95_by_speaker: hold for other people
            (:func:`~kws_data.statistics.clusters.speaker_interval`).
        auc, average_precision: of detection at all thresholds, where a keyword taken for another one never counts;
            None where there is nothing to tell keywords from.
        calibration: whether probabilities hold; None of results from before it was measured.
    """

    accuracy: float
    accuracy_ci95: Ends
    tpr: float | None
    tpr_ci95: Ends
    fpr: float | None
    fpr_ci95: Ends
    threshold: float
    clips: int
    per_keyword: Mapping[str, KeywordMetrics]
    speakers: int | None = None
    accuracy_ci95_by_speaker: Ends | None = None
    tpr_ci95_by_speaker: Ends | None = None
    fpr_ci95_by_speaker: Ends | None = None
    auc: float | None = None
    average_precision: float | None = None
    calibration: Calibration | None = None

    @property
    def tpr_ends(self) -> Ends:
        """The interval of the TPR that holds for other people, where speakers are known; else that by clip."""
        return self.tpr_ci95_by_speaker or self.tpr_ci95

    @property
    def fpr_ends(self) -> Ends:
        """That of the FPR."""
        return self.fpr_ci95_by_speaker or self.fpr_ci95

    def to_dict(self) -> dict[str, Any]:
        """As in report.json; what is not known stands there only where it always did."""
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in _told(self).items()}
        if self.calibration is not None:
            told["calibration"] = self.calibration.to_dict()
        return {**told, "per_keyword": {word: one.to_dict() for word, one in self.per_keyword.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Metrics:
        """Inverse of :meth:`to_dict`; what else there is among the values is passed over."""
        own: dict[str, Any] = {name: values[name] for name in (*_SHARES, "threshold", "clips")}
        own |= {name: values.get(name) for name in ("speakers", "auc", "average_precision")}
        own |= {f"{name}_ci95": _both(values[f"{name}_ci95"]) for name in _SHARES}
        own |= {f"{name}_ci95_by_speaker": _ends(values.get(f"{name}_ci95_by_speaker")) for name in _SHARES}
        own["per_keyword"] = {word: KeywordMetrics.from_dict(one) for word, one in values["per_keyword"].items()}
        if (told := values.get("calibration")) is not None:
            own["calibration"] = Calibration.from_dict(told)
        return cls(**own)


_SHARES = ("accuracy", "tpr", "fpr")


def ends_in(found: Mapping[str, Any], share: str) -> Ends:
    """Of METRICS, or of one keyword's, as JSON: the interval of accuracy, tpr or fpr by speaker, else that by clip."""
    return _both(found.get(f"{share}_ci95_by_speaker") or found[f"{share}_ci95"])


def _told(found: KeywordMetrics | Metrics) -> dict[str, Any]:
    """Fields, without the optional ones that are not known."""
    return {name: value for name, value in vars(found).items() if value is not None or name in _SHARES}


def _ends(values: Sequence[float] | None) -> Ends | None:
    return None if values is None else _both(values)


def _both(values: Sequence[float]) -> Ends:
    low, high = values
    return low, high


def metrics(
    scores: Scores, y: Labels, threshold: float, labels: Sequence[str], speakers: Sequence[str] | None = None
) -> Metrics:
    """What clips' scores are worth at a threshold.

    Args:
        scores: int8 or probabilities [clips, labels].
        y: true label of each clip.
        threshold: operating threshold as a probability.
        labels: ``_silence_``, ``_unknown_``, keywords.
        speakers: of each clip, the recording where nobody speaks; None where they are not known.

    Raises:
        DataError: shapes do not fit, or there are no clips.
    """
    y = checked(scores, y, labels)
    found = decide(scores, threshold)
    keyword, correct = y >= FIRST_KEYWORD, right(scores, y)
    hit = int(correct.sum())
    hits, false = int((found == y)[keyword].sum()), int((found >= 0)[~keyword].sum())
    positives, negatives = int(keyword.sum()), _negatives(~keyword, y)
    curve = keyword_curve(scores, y)
    who = None if speakers is None else np.asarray(speakers)
    return Metrics(
        accuracy=share(hit, len(y)),
        accuracy_ci95=wilson(hit, len(y)),
        tpr=measured_share(hits, positives),
        tpr_ci95=wilson(hits, positives),
        fpr=measured_share(false, negatives),
        fpr_ci95=wilson(false, negatives),
        threshold=threshold,
        clips=len(y),
        per_keyword={labels[k]: _of_keyword(found, y, k, who) for k in range(FIRST_KEYWORD, len(labels))},
        speakers=None if who is None else len(set(who[y >= UNKNOWN_LABEL])),
        accuracy_ci95_by_speaker=_by_speaker(correct, np.ones_like(keyword), who),
        tpr_ci95_by_speaker=_by_speaker(found == y, keyword, who),
        fpr_ci95_by_speaker=_by_speaker(found >= 0, ~keyword & bool(negatives), who),
        auc=None if curve is None else curve.auc,
        average_precision=None if curve is None else curve.average_precision,
        calibration=calibration(scores, y),
    )


def _by_speaker(hits: NDArray[np.bool_], clips: NDArray[np.bool_], speakers: NDArray[np.str_] | None) -> Ends | None:
    """The interval of a share of some clips for other people; None where there are no such clips or nobody is known."""
    if speakers is None or not clips.any():
        return None
    return speaker_interval(hits[clips], speakers[clips].tolist())


def _negatives(clips: NDArray[np.bool_], y: NDArray[np.int64]) -> int:
    """How many clips a share of false accepts is of; 0 where something is said in none of them."""
    return int(clips.sum()) if (y[clips] >= UNKNOWN_LABEL).any() else 0


def _of_keyword(
    found: NDArray[np.int64], y: NDArray[np.int64], keyword: int, speakers: NDArray[np.str_] | None
) -> KeywordMetrics:
    own, as_it = y == keyword, found == keyword
    hits, clips = int((as_it & own).sum()), int(own.sum())
    false, others = int((as_it & ~own).sum()), _negatives(~own, y)
    return KeywordMetrics(
        tpr=measured_share(hits, clips),
        tpr_ci95=wilson(hits, clips),
        fpr=measured_share(false, others),
        clips=clips,
        fpr_ci95=wilson(false, others) if others else None,
        tpr_ci95_by_speaker=_by_speaker(as_it, own, speakers),
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
