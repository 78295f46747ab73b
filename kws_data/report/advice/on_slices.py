"""Advice on groups of clips: the slice that fails most beyond chance, and what to record of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kws_data.pages.numbers import percent
from kws_data.report.advice.finding import MISTAKES, Evidence, Finding
from kws_data.slices.record_next import FAILING
from kws_data.slices.slice_report import FALSE_ACCEPTS, MISSED
from kws_data.slices.words import phrase

_FAILED = {MISSED: "are missed", FALSE_ACCEPTS: "are taken for a keyword"}


def on_slices(evidence: Evidence) -> Iterator[Finding]:
    """Findings, in no order: of keywords and of other clips, the first slice that the search found."""
    slices = evidence.slices or {}
    for kind, failed in _FAILED.items():
        part = slices.get(kind)
        found = next((row for row in part["worst"] if row["found"] and not _a_word(kind, row)), None) if part else None
        if found is None:
            continue
        rest = "" if found["rest"] is None else f"; of the others {percent(found['rest'])}"
        said = (
            f"Of {phrase(found['conditions'])} {found['errors']:,} of {found['clips']:,} {failed} "
            f"({percent(found['rate'])}{rest}), which is more than chance"
        )
        remedy = _wanted(slices, found) if kind == MISSED else "train on more such sounds (data.negatives, other words)"
        size = found["rate"] - (found["rest"] or 0.0)
        yield Finding("slice", "bad", said, remedy, "slices", MISTAKES, size)


def _a_word(kind: str, row: Mapping[str, Any]) -> bool:
    """Whether it is all clips of a keyword: of the weakest one the advice on clips tells already."""
    return kind == MISSED and row["conditions"].keys() <= {"word", "label"}


def _wanted(slices: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What to record of the slice, as the search says it, as the end of a sentence."""
    for one in slices.get("record_next", ()):
        if one["why"] == FAILING and one["conditions"] == found["conditions"] and one["clips"]:
            more = f"record {one['clips']:,} clips"
            return f"{phrase(one['conditions'], more)} by {one['speakers']:,} people"
    return "give them more weight in training, or record more of them"
