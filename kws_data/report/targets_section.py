"""Whether the run reaches what its configuration wants of it, and what is lacking where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.gate.target_words import lacking, limit_words, measured_words, target_name
from kws_data.pages.html import Verdict, says, table, text


def targets_section(targets: Mapping[str, Any]) -> str:
    """A sentence on all targets, and a table of each.

    Args:
        targets: as in report.json.
    """
    rows = [(target_name(one), measured_words(one), limit_words(one), _verdict(one)) for one in targets["checks"]]
    verdict: Verdict = "good" if targets["passed"] else "bad"
    head = ("target", "measured [95 %]", "wanted", "")
    return says(targets_sentence(targets), verdict) + table(rows, head, caption="Targets (targets:)")


def targets_sentence(targets: Mapping[str, Any]) -> str:
    """How many targets are reached, and the first that is not."""
    checks = targets["checks"]
    broken = [one for one in checks if not one["passed"]]
    if not broken:
        worse = any(one["by"] == "interval" for one in checks)
        how = "the worse end of their intervals where they have one" if worse else "the figures themselves"
        return f"All targets ({len(checks)}) are reached, by {how}."
    first = f"{target_name(broken[0])}: {lacking(broken[0])}"
    return f"{len(broken)} of {len(checks)} targets are not reached: do not ship this. {first}."


def _verdict(check: Mapping[str, Any]) -> str:
    if check["passed"]:
        return '<span class="ok">reached</span>'
    return f'<span class="no">{text(lacking(check))}</span>'
