"""A finding with its check's action, and its value in words."""

from __future__ import annotations

from kws_data.catalog.changes import Finding
from kws_data.quality.audit.checks import CHECKS


def found(
    clip_id: str, name: str, value: float | None = None, detail: str = "", suggestion: str = "", action: str = ""
) -> Finding:
    """What a check found of a clip.

    Args:
        clip_id: of the clip; empty for what no single clip has.
        name: of the check.
        value: in the unit of the check.
        detail: for a person; the value with its unit when left out.
        suggestion: a word or another clip.
        action: that of the check when left out.
    """
    check = CHECKS[name]
    kept = None if value is None else round(float(value), 4)
    told = detail or ("" if kept is None else f"{kept:.3g} {check.unit}".strip())
    return Finding(clip_id, name, action or check.action, kept, suggestion, told)
