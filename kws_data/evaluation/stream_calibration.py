"""What a calibration of a stream gives on validation, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.evaluation.stream_evaluation import ResponseTimes
from kws_data.statistics.intervals import poisson_upper95, share, wilson


@dataclass(frozen=True)
class Heard:
    """One kind of negative at the thresholds.

    Attributes:
        hours, false_accepts: heard there.
        basis: how the thresholds came from it (:class:`kws_data.evaluation.lowest_threshold.Limit`).
        expected_per_hour: where that is extrapolated.
        hours_without: that would prove the wish, none falsely accepted in them; None where no rate is wished for.
        hours_at_this_rate: in all, that would prove it at the rate that was heard; None where none would.
    """

    hours: float
    false_accepts: int
    basis: str
    expected_per_hour: float | None = None
    hours_without: float | None = None
    hours_at_this_rate: float | None = None

    @property
    def upper95(self) -> float:
        """Bound of the rate from above (one-sided 95 %, Poisson)."""
        return poisson_upper95(self.false_accepts) / self.hours

    def to_dict(self) -> dict[str, Any]:
        """With rate and bound."""
        return {
            **vars(self),
            "false_accepts_per_hour": self.false_accepts / self.hours,
            "upper95": self.upper95,
        }


@dataclass(frozen=True)
class StreamPoint:
    """What thresholds give: as a probability, keywords missed, false accepts by kind, p95 of the response."""

    threshold: float
    missed: int
    false: Mapping[str, int]
    response_p95_ms: float | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "false": dict(self.false)}


@dataclass(frozen=True)
class StreamCalibration:
    """How a stream is decided on, and what that gives on validation.

    Attributes:
        spec: for the bundle.
        words: keywords laid into negatives.
        missed: of them.
        per_keyword: (said, missed) of each.
        negatives: by kind.
        response_ms: of the words that were heard.
        curve: around the thresholds, the lowest first.
        missed_by_average: where several were tried.
        problems: why the wish is not met; empty where it is.
        notes: what to know of it.
    """

    spec: StreamSpec
    words: int
    missed: int
    per_keyword: Mapping[str, tuple[int, int]]
    negatives: Mapping[str, Heard]
    response_ms: ResponseTimes
    curve: tuple[StreamPoint, ...]
    missed_by_average: Mapping[int, int]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether the hours that were heard prove the rate that is wished for, in every kind."""
        return all(one.hours_without is None or one.hours >= (one.hours_at_this_rate or inf) for one in self._kinds)

    @property
    def _kinds(self) -> list[Heard]:
        return list(self.negatives.values())

    def to_dict(self) -> dict[str, Any]:
        """For JSON, and as ``stream`` of export.json has it."""
        return {
            **self.spec.to_dict(),
            "words": self.words,
            "missed": self.missed,
            "frr": share(self.missed, self.words),
            "frr_ci95": list(wilson(self.missed, self.words)),
            "keywords": {word: {"said": said, "missed": missed} for word, (said, missed) in self.per_keyword.items()},
            "negatives": {kind: one.to_dict() for kind, one in self.negatives.items()},
            "proven": self.proven,
            "response_ms": vars(self.response_ms),
            "curve": [point.to_dict() for point in self.curve],
            "missed_by_average": {str(average): missed for average, missed in self.missed_by_average.items()},
            "problems": list(self.problems),
            "notes": list(self.notes),
        }
