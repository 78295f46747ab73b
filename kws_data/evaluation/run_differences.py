"""What two runs differ by on the same clips, as values, and in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from kws_data.statistics.enough import clips_to_differ
from kws_data.statistics.paired import Paired
from kws_data.statistics.rates import RateComparison

LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """One share of the same clips, in both runs.

    Attributes:
        first, second: of the baseline, and of the other run.
        paired: second less first, with interval and McNemar's p.
        p_holm: adjusted for the number of runs that are compared.
        lower_is_better: of an FPR.
    """

    first: float
    second: float
    paired: Paired
    p_holm: float = 1.0
    lower_is_better: bool = False

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``not told apart``, by the interval."""
        said = self.paired.verdict
        return {"better": "worse", "worse": "better"}.get(said, said) if self.lower_is_better else said

    @property
    def more_clips(self) -> int | None:
        """Clips beyond these that would tell the runs apart at this difference; None where none would, or they are."""
        one = self.paired
        if one.verdict != "not told apart":
            return None
        needed = clips_to_differ(one.difference, one.low, one.high, one.clips)
        return max(int(needed) - one.clips, 1) if isfinite(needed) else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        one = self.paired
        return {
            "baseline": self.first,
            "run": self.second,
            "difference": one.difference,
            "ci95": [one.low, one.high],
            "only_run": one.only_first[0],
            "only_baseline": one.only_second[0],
            "p": one.p[0],
            "p_holm": self.p_holm,
            "clips": one.clips,
            "speakers": one.speakers,
            "verdict": self.verdict,
            "more_clips": self.more_clips,
        }


@dataclass(frozen=True)
class Pair:
    """A run against the baseline.

    Attributes:
        baseline, run: their names.
        clips: tested with both; ``only_baseline`` and ``only_run`` are left out.
        shares: ``accuracy``, and where there are such clips ``tpr`` and ``fpr``, at each run's own threshold.
        per_keyword: TPR of each keyword.
        rates: false accepts in streams by kind of negative, and in all of them.
        missed: share of keywords missed in streams, of both; None where it was not measured.
        costs: what both cost, by name.
        notes: what to know of the pair.
        same: whether both are one model, with the same scores and decisions.
    """

    baseline: str
    run: str
    clips: int
    only_baseline: int
    only_run: int
    shares: Mapping[str, Difference]
    per_keyword: Mapping[str, Difference]
    rates: Mapping[str, RateComparison]
    missed: tuple[float | None, float | None]
    costs: Mapping[str, tuple[float | None, float | None]]
    notes: tuple[str, ...]
    same: bool = False

    @property
    def verdict(self) -> str:
        """In one sentence, by the accuracy."""
        if self.same:
            return f"{self.run} is the same model as {self.baseline}, with the same decision on each clip"
        return verdict_of(self.run, self.baseline, self.shares["accuracy"])

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "baseline": self.baseline,
            "run": self.run,
            "clips": self.clips,
            "only_baseline": self.only_baseline,
            "only_run": self.only_run,
            **{name: one.to_dict() for name, one in self.shares.items()},
            "per_keyword": {word: one.to_dict() for word, one in self.per_keyword.items()},
            "stream": {kind: one.to_dict() for kind, one in self.rates.items()},
            "frr": list(self.missed),
            "costs": {name: list(both) for name, both in self.costs.items()},
            "notes": list(self.notes),
            "verdict": self.verdict,
        }


def verdict_of(run: str, baseline: str, found: Difference) -> str:
    """One sentence on a difference of accuracy."""
    one = found.paired
    points = f"{100 * abs(one.difference):.1f} points of accuracy [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"
    if found.verdict != "not told apart":
        doubt = "" if found.p_holm < LEVEL else ", but not by clip"
        return f"{run} is {found.verdict} than {baseline} by {points}, p = {found.p_holm:.2g}{doubt}"
    if found.more_clips is None:
        return f"{run} and {baseline} are not told apart: both are right as often, {points}"
    return (
        f"{run} and {baseline} are not told apart: {points}; {found.more_clips:,} more clips like these would decide it"
    )
