"""The same clips in every engine: float, int8 in TensorFlow Lite Micro, the C engine of the board, the board itself.

What ships must be one thing: int8, C and board are expected to give every clip the same scores, bit for bit. Float and
int8, and int8 before and after a refit, are different detectors; whether one is better, McNemar's test says.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.predictions import BEFORE_REFIT, DEVICE, ENGINE_C, FLOAT, INT8, Predictions
from kws_data.scores import FIRST_KEYWORD
from kws_data.statistics.intervals import share, wilson
from kws_data.statistics.paired import mcnemar

#: (one engine, the other, whether their scores are expected to be equal).
PAIRS = ((FLOAT, INT8, False), (INT8, ENGINE_C, True), (INT8, DEVICE, True), (BEFORE_REFIT, INT8, False))
MOST_LISTED = 50


@dataclass(frozen=True)
class EnginePair:
    """Two engines on the clips that both scored. A clip is right when its keyword is detected, or rightly nothing.

    Attributes:
        first, second: the engines.
        clips: how many both scored.
        expected_equal: whether all scores ought to be equal.
        equal_scores: share of clips with equal scores of all labels.
        largest_difference: of a score, as a probability.
        only_first, only_second: clips that only one of them gets right.
        p: McNemar's exact two-sided p that both are equally good.
        decisions_differ: clips in which they detect different things.
        differing: ids of the first fifty of them, in the order of the data set.
    """

    first: str
    second: str
    clips: int
    expected_equal: bool
    equal_scores: float
    largest_difference: float
    only_first: int
    only_second: int
    p: float
    decisions_differ: int
    differing: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether scores that ought to be equal are."""
        return not self.expected_equal or self.equal_scores == 1.0

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "differing": list(self.differing), "as_expected": self.as_expected}


@dataclass(frozen=True)
class EngineRight:
    """How many of an engine's test clips are right at the threshold; the interval is Wilson's, 95 %."""

    clips: int
    right: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        ends = wilson(self.right, self.clips)
        return {"clips": self.clips, "right": share(self.right, self.clips), "right_ci95": list(ends)}


@dataclass(frozen=True)
class Engines:
    """Engines side by side on a run's test clips."""

    each: dict[str, EngineRight]
    pairs: tuple[EnginePair, ...]

    @property
    def as_expected(self) -> bool:
        """Whether all that ought to be equal is."""
        return all(pair.as_expected for pair in self.pairs)

    def to_dict(self) -> dict[str, Any]:
        """Block ``engines`` of report.json."""
        each = {name: one.to_dict() for name, one in self.each.items()}
        return {"as_expected": self.as_expected, "each": each, "pairs": [pair.to_dict() for pair in self.pairs]}


def compare_engines(predictions: Predictions) -> Engines:
    """Compare all engines that scored test clips; a pair is there when both did."""
    test = {name: predictions.of(name) for name in (FLOAT, INT8, ENGINE_C, DEVICE, BEFORE_REFIT)}
    there = {name: rows for name, rows in test.items() if len(rows)}
    each = {name: EngineRight(len(rows), int(_right(rows).sum())) for name, rows in there.items()}
    pairs = (_pair(there[a], there[b], a, b, equal) for a, b, equal in PAIRS if a in there and b in there)
    return Engines(each, tuple(pairs))


def _pair(one: Predictions, other: Predictions, first: str, second: str, expected_equal: bool) -> EnginePair:
    at = {clip: k for k, clip in enumerate(other.clip_ids.tolist())}
    mine = np.array([k for k, clip in enumerate(one.clip_ids.tolist()) if clip in at], np.intp)
    theirs = np.array([at[clip] for clip in one.clip_ids[mine].tolist()], np.intp)
    far = np.abs(one.scores[mine].astype(np.float64) - other.scores[theirs]).max(axis=1, initial=0.0)
    right, right_there = _right(one)[mine], _right(other)[theirs]
    differ = one.detected[mine] != other.detected[theirs]
    only_first, only_second = int((right & ~right_there).sum()), int((right_there & ~right).sum())
    return EnginePair(
        first,
        second,
        clips=len(mine),
        expected_equal=expected_equal,
        equal_scores=share(int((far == 0).sum()), len(far)),
        largest_difference=float(far.max(initial=0.0)),
        only_first=only_first,
        only_second=only_second,
        p=mcnemar(only_first, only_second),
        decisions_differ=int(differ.sum()),
        differing=tuple(one.clip_ids[mine][differ][:MOST_LISTED].tolist()),
    )


def _right(rows: Predictions) -> NDArray[np.bool_]:
    """Whether a clip's own keyword was detected, or nothing where it has none."""
    return np.asarray(rows.detected == np.where(rows.y >= FIRST_KEYWORD, rows.y, -1))
