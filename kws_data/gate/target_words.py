"""Targets in words: what was measured, what is wanted, by how much it fails, and what would decide it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.pages.numbers import NOT_MEASURED

SHARE, PER_HOUR, MS = "share", "an hour", "ms"
HOURS = "hours"


def target_line(check: Mapping[str, Any]) -> str:
    """A check of report.json's ``targets`` in words: measured, wanted, by how much it fails, what would decide it."""
    if check["measured"] is None:
        return f"{target_name(check)}: wanted {limit_words(check)}, {lacking(check)}"
    line = f"{target_name(check)}: {measured_words(check)}, wanted {limit_words(check)}"
    note = f" ({check['note']})" if check["note"] else ""
    return line if check["passed"] else f"{line}: {lacking(check)}{note}"


def target_name(check: Mapping[str, Any]) -> str:
    """The setting, and the keyword, kind of negative or slice that it is held against."""
    return f"{check['name']}, {check['part']}" if check["part"] else str(check["name"])


def limit_words(check: Mapping[str, Any]) -> str:
    """What is wanted."""
    return f"{_shown(check['limit'], check['unit'])} or {'more' if check['at_least'] else 'less'}"


def measured_words(check: Mapping[str, Any]) -> str:
    """A check's figure with its interval."""
    if check["measured"] is None:
        return NOT_MEASURED
    figure, ends = _shown(check["measured"], check["unit"]), check["ci95"]
    if ends is None:
        return figure
    low, high = ends
    if low is None:
        return f"{figure} (at most {high:.3g} with 95 % confidence)"
    return f"{figure} [{100 * low:.1f}, {100 * high:.1f}]"


def lacking(check: Mapping[str, Any]) -> str:
    """By how much a check that failed does, and how many more clips or hours would decide it."""
    if check["measured"] is None:
        return f"{NOT_MEASURED}: {check['note']}" if check["note"] else NOT_MEASURED
    way = "short" if check["at_least"] else "over"
    by = _distance(check["short_by"], check["unit"])
    if check["by"] == "point":
        return f"{way} by {by}"
    if not _point_reaches(check):
        return f"{way} by {by} at the interval's worse end, and the figure itself does not reach it"
    said = f"the figure reaches it, the interval's worse end is {way} by {by}"
    if check["more"] is None:
        return f"{said}; no number of {check['counted_in']} would decide it at this rate"
    more = f"{check['more']:.3g}" if check["counted_in"] == HOURS else f"{check['more']:,.0f}"
    return f"{said}; {more} more {check['counted_in']} at the same rate would decide it"


def _point_reaches(check: Mapping[str, Any]) -> bool:
    value, limit = check["measured"], check["limit"]
    return bool(value >= limit if check["at_least"] else value <= limit)


def _shown(value: float, unit: str) -> str:
    return f"{100 * value:.1f} %" if unit == SHARE else f"{value:.3g} {unit}"


def _distance(value: float, unit: str) -> str:
    return f"{100 * value:.1f} points" if unit == SHARE else f"{value:.3g} {unit}"
