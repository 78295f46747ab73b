"""What a run's report says against what its configuration wants of it, and how much more would decide it.

By default the worse end of the 95 % interval must hold, by speaker where speakers are known: a figure of 40 clips that
is as good as it was wished for says little of the next 40. Where only the interval falls short, the check says how many
more clips, or hours, would bring its end to the limit if nothing else changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from kws_data.config.targets import TargetSettings
from kws_data.gate.target_figures import Measured, figures_of
from kws_data.gate.target_words import MS, PER_HOUR, SHARE, target_line
from kws_data.run_folder import read_json

SLICES_FILE = "slices.json"  # in runs/<name>/report


@dataclass(frozen=True)
class TargetCheck:
    """One target and the figure that is held against it.

    Attributes:
        name: of the setting; ``part`` is the keyword, kind of negative or slice that it was measured on.
        measured: the figure.
        limit: wanted, ``at_least`` or at most.
        unit: ``share``, ``an hour`` or ``ms``.
        by_interval: the interval's worse end counts, where there is one; else the figure.
    """

    name: str
    part: str
    measured: Measured
    limit: float
    at_least: bool
    unit: str
    by_interval: bool

    @property
    def worse(self) -> float | None:
        """What is held against the limit; None where nothing was measured."""
        low, high = self.measured.ends
        end = low if self.at_least else high
        return end if self.by_interval and end is not None and self.measured.value is not None else self.measured.value

    @property
    def passed(self) -> bool:
        """Whether the target is reached; what was not measured is not."""
        return self._reached(self.worse)

    @property
    def only_the_interval(self) -> bool:
        """Whether the figure itself is good enough, and only its interval is not."""
        return not self.passed and self._reached(self.measured.value)

    @property
    def short_by(self) -> float:
        """How far it is from the limit, 0 where it is reached."""
        if self.passed or self.worse is None:
            return 0.0
        return abs(self.worse - self.limit)

    @property
    def more(self) -> float | None:
        """How many more clips, keywords or hours would decide it; None where more of them are not what is lacking."""
        found = self.measured.more(self.limit) if self.only_the_interval else float("inf")
        return found if isfinite(found) else None

    def _reached(self, value: float | None) -> bool:
        if value is None:
            return False
        return value >= self.limit if self.at_least else value <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        found = self.measured
        return {
            "name": self.name,
            "part": self.part,
            "measured": found.value,
            "ci95": None if found.ends == (None, None) else list(found.ends),
            "limit": self.limit,
            "at_least": self.at_least,
            "unit": self.unit,
            "by": "interval" if self.by_interval and self.worse != found.value else "point",
            "passed": self.passed,
            "short_by": self.short_by,
            "counted": found.counted,
            "counted_in": found.counted_in,
            "more": self.more,
            "note": found.note,
        }

    def line(self) -> str:
        """What was measured, what is wanted, and what is lacking, for a person."""
        return target_line(self.to_dict())


@dataclass(frozen=True)
class TargetReport:
    """All targets of a run."""

    checks: tuple[TargetCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether all are reached."""
        return all(check.passed for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """The block ``targets`` of report.json."""
        return {"passed": self.passed, "checks": [check.to_dict() for check in self.checks]}


def targets_block(report: Mapping[str, Any], targets: TargetSettings, folder: Path) -> dict[str, Any]:
    """``{"targets": ...}`` for report.json; nothing where no target is set.

    Args:
        report: as report.json.
        targets: of the configuration.
        folder: ``runs/<name>/report``, where slices.json may lie.

    Raises:
        DataError: slices.json is damaged.
    """
    if not targets.wanted:
        return {}
    path = folder / SLICES_FILE
    slices = read_json(path, "slices") if path.is_file() else None
    return {"targets": hold_targets(report, targets, slices).to_dict()}


def hold_targets(
    report: Mapping[str, Any], targets: TargetSettings, slices: Mapping[str, Any] | None = None
) -> TargetReport:
    """Hold a run's figures against its targets.

    Args:
        report: as report.json.
        targets: of the configuration.
        slices: as slices.json; None where it was not written.
    """
    checks = []
    for name, limit in targets.wanted.items():
        at_least = name.endswith("_min")
        unit = {"false_accepts_per_hour_max": PER_HOUR, "response_ms_max": MS}.get(name, SHARE)
        for part, measured in figures_of(name, report, targets.engine, slices):
            checks.append(TargetCheck(name, part, measured, limit, at_least, unit, targets.by == "interval"))
    return TargetReport(tuple(checks))
