"""Below the table of a run: which targets are reached, with their figures."""

from __future__ import annotations

from typing import Any

from kws_data.cli.terminal.summary import reached_line


def check(**changes: Any) -> dict[str, Any]:
    figures = {"name": "tpr_min", "part": "", "measured": 0.952, "ci95": [0.93, 0.97], "unit": "share", "limit": 0.9}
    return {**figures, "at_least": True, "passed": True, "note": "", **changes}


def test_targets_that_are_reached_are_told_with_their_figures() -> None:
    checks = [check(), check(name="fpr_max", passed=False)]
    line = reached_line({"targets": {"checks": checks}})
    assert line == "targets reached: tpr_min: 95.2 % [93.0, 97.0], wanted 90.0 % or more"
    assert reached_line({"targets": {"checks": checks[1:]}}) == reached_line({}) == ""
