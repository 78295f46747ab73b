"""Findings in the order in which a reader should care.

First what is proven bad, then what cannot be excluded, then what is weakest among what holds. *Proven* means that even
the better end of the 95 % interval is worse than wished. Within a verdict: what makes all other figures worthless
(people in two splits), what the run was forbidden or asked (limits, targets), two results of one model, mistakes by
their size, and what is too thin to tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from kws_data.pages.html import Verdict
from kws_data.report.advice.finding import Evidence, Finding
from kws_data.report.advice.on_clips import on_clips
from kws_data.report.advice.on_run import on_run
from kws_data.report.advice.on_slices import on_slices
from kws_data.report.advice.on_streams import on_streams

#: How many findings a report leads with.
FIRST = 3
_ORDER: dict[Verdict, int] = {"bad": 0, "doubt": 1, "good": 2, "": 3}


def findings(evidence: Evidence) -> list[Finding]:
    """All findings, the most pressing first; the same for the same evidence."""
    found = (*on_run(evidence), *on_clips(evidence), *on_streams(evidence), *on_slices(evidence))
    return sorted(found, key=lambda one: (_ORDER[one.verdict], one.tier, -one.size, one.about, one.sentence))


def first_of(found: Sequence[Finding]) -> list[Finding]:
    """The findings to lead with: at most :data:`FIRST`, and of each kind one."""
    chosen: dict[str, Finding] = {}
    for one in found:
        chosen.setdefault(one.about, one)
    return list(chosen.values())[:FIRST]
