"""What slices say, in plain sentences, the most important first: what fails, what to record, who is served worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kws_data.slices.chance import strength
from kws_data.slices.fairness import EqualOpportunity
from kws_data.slices.record_next import FAILING, SUSPECT, RecordNext
from kws_data.slices.rows import SliceRow
from kws_data.slices.slice_report import MISSED, KindSlices
from kws_data.slices.words import percent, phrase, points

SUSPECTED = 0.5  # what chance makes more often than not is no suspect
_FAILED = {MISSED: "missed", "false_accepts": "taken for a keyword"}
_NOUN = {MISSED: "keyword clips", "false_accepts": "clips without a keyword"}


def sentences(
    kinds: Sequence[KindSlices],
    worst: SliceRow | None,
    equal: Sequence[EqualOpportunity],
    wanted: Sequence[RecordNext],
    weakest: Mapping[str, Mapping[int, float]],
) -> tuple[str, ...]:
    """All that is worth saying.

    Args:
        kinds: kinds of errors.
        worst: the slice that a gate judges.
        equal: equal-opportunity differences, the largest first.
        wanted: what to record.
        weakest: strength that a slice of each kind and depth needs to be found.
    """
    failing = [_failing(kind, row) for kind in kinds for row in kind.found[:1]]
    suspects = [_suspect(kind, kind.worst[0]) for kind in kinds if not kind.found and _suspected(kind.worst)]
    recorded = [one.sentence for one in wanted if one.why == FAILING or (one.why == SUSPECT and suspects)][:1]
    more = [_failing(kind, row) for kind in kinds for row in kind.found[1:4]]
    none = [_nothing(kind, weakest.get(kind.kind, {})) for kind in kinds if not kind.found]
    gate = [_worst(worst)] if worst is not None and worst.conditions else []
    unequal = [_unequal(one) for one in equal[:1] if one.ci95[0] > 0]
    rest = [one.sentence for one in wanted if one.sentence not in recorded]
    first = [*failing, *recorded, *more, *suspects] if failing else [*suspects[:1], *recorded, *suspects[1:]]
    return (*first, *none, *gate, *unequal, *rest)


def _suspected(worst: Sequence[SliceRow]) -> bool:
    """Whether the strongest slice is rather no chance."""
    return bool(worst) and (worst[0].p or 1.0) <= SUSPECTED


def _failing(kind: KindSlices, row: SliceRow) -> str:
    beside = "of the rest of them" if row.within else "of the others"
    rest = "" if row.rest is None else f", {beside} {percent(row.rest)}"
    return (
        f"Of {phrase(row.conditions)} {row.errors:,} of {row.clips:,} are {_FAILED[kind.kind]} ({percent(row.rate)}, "
        f"for other people {points(row.by_speaker95)}){rest}: more than chance explains in any of "
        f"{kind.tested:,} slices (p {_p(row.p)})."
    )


def _suspect(kind: KindSlices, row: SliceRow) -> str:
    rest = "" if row.rest is None else f", of the others {percent(row.rest)}"
    return (
        f"Of {phrase(row.conditions)} {row.errors:,} of {row.clips:,} are {_FAILED[kind.kind]} ({percent(row.rate)}, "
        f"for other people {points(row.by_speaker95)}){rest}: the strongest suspect, but chance alone makes some slice "
        f"of {kind.tested:,} look so in {percent(row.p or 0.0)} of cases."
    )


def _nothing(kind: KindSlices, weakest: Mapping[int, float]) -> str:
    noun, every = _NOUN[kind.kind], kind.everything
    if not every.errors:
        return f"None of {every.clips:,} {noun} is {_FAILED[kind.kind]}: no slice fails."
    if not kind.tested:
        return f"No slice of {noun} is large enough to be tested: {every.clips:,} clips of {every.speakers:,} speakers."
    clips = max(10, every.clips // 10)
    rate = detectable_rate(clips, every.errors, every.clips, weakest.get(1, 0.0))
    seen = f"would be found from about {percent(rate)} on" if rate < 1 else "would not be found whatever it does"
    return (
        f"No slice of {noun} fails beyond chance, of {kind.tested:,} tested; {percent(every.rate)} of all are "
        f"{_FAILED[kind.kind]}, and a slice of {clips:,} clips {seen}: smaller faults may hide."
    )


def detectable_rate(clips: int, errors: int, total: int, weakest: float) -> float:
    """The least error rate at which a slice would be found, were its clips of different people; 1 where at none.

    Args:
        clips: of the slice.
        errors, total: errors and clips in all.
        weakest: strength that it needs.
    """
    seen = np.arange(clips + 1)
    rate = errors / total
    variance = max(1e-12, 1 - rate)
    strong = strength(np.minimum(seen, errors), np.full(clips + 1, clips * rate), float(errors), variance) >= weakest
    return float(seen[strong][0] / clips) if strong.any() else 1.0


def _worst(row: SliceRow) -> str:
    return (
        f"The worst group that a gate can judge is {phrase(row.conditions)}: {percent(row.tpr)} are detected, for "
        f"other people {points(row.tpr_by_speaker95)} ({row.clips:,} clips, {row.speakers:,} speakers)."
    )


def _unequal(one: EqualOpportunity) -> str:
    low, high = one.ci95
    return (
        f"Detection differs most by {one.attribute}: {percent(one.best_tpr)} for {one.best}, {percent(one.worst_tpr)} "
        f"for {one.worst}, {100 * one.difference:.0f} points apart ({100 * low:.0f} to {100 * high:.0f})."
    )


def _p(value: float | None) -> str:
    return "not tested" if value is None else f"{value:.3f}" if value >= 0.001 else "below 0.001"
