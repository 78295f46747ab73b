"""Advice on a run as a whole: leaks, limits, targets, host against board, who was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kws_data.gate.target_words import lacking, limit_words, measured_words, target_name
from kws_data.report.advice.finding import (
    ASKED,
    FORBIDDEN,
    MISTAKES,
    THIN,
    TWO_RESULTS,
    WEAKEST,
    WORTHLESS,
    Evidence,
    Finding,
)

ENOUGH_PEOPLE = 20  # in the test split: with fewer, the interval by speaker is wide whatever the clips say
RESPONSE_MS = 200.0
#: What to do where a limit is broken.
_REMEDIES = {
    "model_bytes": "take fewer channels or layers (kws search finds a smaller shape), or raise budget.model_bytes",
    "arena_bytes": "take fewer channels in the layers that it names, or raise budget.arena_bytes",
    "latency_ms": "take a larger hop or fewer channels, or a faster board",
    "island_bytes": "take a shorter receptive field or fewer channels, or raise budget.island_bytes",
    "duty": "take a larger hop or stride, or set stream.gate",
}


def on_run(evidence: Evidence) -> Iterator[Finding]:
    """Findings, in no order."""
    report = evidence.report
    yield from _leaks(report)
    yield from _limits(report)
    yield from _targets(report)
    yield from _agreement(report)
    yield from _people(evidence)
    yield from _response(report)


def _leaks(report: Mapping[str, Any]) -> Iterator[Finding]:
    leaks = report["dataset"]["leaks"]
    if leaks:
        said = f"{leaks} speakers or recordings stand in two splits, so no figure here holds for new people"
        yield Finding("leaks", "bad", said, "call kws split and build the data set again", "data", WORTHLESS)


def _limits(report: Mapping[str, Any]) -> Iterator[Finding]:
    checks = report["budget"]["checks"]
    for check in checks:
        if check["passed"]:
            continue
        largest = check.get("largest") or []
        most = f", most of it in {largest[0]['name']} ({largest[0]['amount']:,.6g})" if largest else ""
        said = (
            f"{check['name']} is {check['measured']:,.6g} {check['unit']} where {check['limit']:,.6g} are allowed{most}"
        )
        remedy = _REMEDIES.get(check["name"], "make the model smaller, or raise the limit in budget:")
        yield Finding("limits", "bad", said, remedy, "limits", FORBIDDEN, _beyond(check))
    if checks and all(check["passed"] for check in checks):
        near = max(checks, key=lambda one: (one["measured"] / one["limit"], one["name"]))
        used = near["measured"] / near["limit"]
        said = (
            f"All limits hold; the nearest is {near['name']} with {near['measured']:,.6g} of {near['limit']:,.6g} "
            f"{near['unit']} ({100 * used:.0f} %)"
        )
        yield Finding("limits", "good", said, "look there first when the model grows", "limits", WEAKEST, used)


def _beyond(check: Mapping[str, Any]) -> float:
    """How far a broken limit is exceeded, 0 to 1."""
    return 1.0 - float(check["limit"]) / float(check["measured"])


def _targets(report: Mapping[str, Any]) -> Iterator[Finding]:
    for check in (report.get("targets") or {}).get("checks", ()):
        if check["passed"]:
            continue
        said = f"The target {target_name(check)} is not reached ({measured_words(check)}, wanted {limit_words(check)})"
        decided_by_more = check["more"] is not None
        remedy = lacking(check) if decided_by_more else f"do not ship this, it is {lacking(check)}"
        size = min(1.0, check["short_by"] / max(abs(check["limit"]), 1e-9))
        yield Finding("targets", "doubt" if decided_by_more else "bad", said, remedy, "targets", ASKED, size)


def _agreement(report: Mapping[str, Any]) -> Iterator[Finding]:
    device = report["device"]
    if device is None or device["agreement"] >= 1.0:
        return
    different = round((1.0 - device["agreement"]) * device["clips"])
    said = f"Host and board give other scores on {different:,} of {device['clips']:,} clips, where none may differ"
    remedy = (
        "flash the board again (kws flash) and call kws device-eval; until they agree only the board's figures hold"
    )
    yield Finding("agreement", "bad", said, remedy, "board", TWO_RESULTS, 1.0 - device["agreement"])


def _people(evidence: Evidence) -> Iterator[Finding]:
    if evidence.words and evidence.synthetic == evidence.words:
        said = f"Nobody was recorded, all {evidence.words:,} words of the test set are of synthetic voices"
        remedy = "record or import some people (kws record, kws import) before you believe a figure here"
        yield Finding("people", "doubt", said, remedy, "data", WORTHLESS)
        return
    people = evidence.report["dataset"]["speakers"].get("test", 0)
    if people < ENOUGH_PEOPLE:
        said = f"Only {people} people are in the test set, so that one of them moves each figure"
        remedy = f"record {ENOUGH_PEOPLE - people} more who are in no other split"
        yield Finding("people", "doubt", said, remedy, "data", THIN, 1.0 - people / ENOUGH_PEOPLE)


def _response(report: Mapping[str, Any]) -> Iterator[Finding]:
    device = report["device"]
    answer = device and device["response_ms"]
    if not answer or not answer["detected"] or answer["p95"] <= RESPONSE_MS:
        return
    said = (
        f"The board answers {answer['p95']:.0f} ms after the end of a word (p95 of {answer['detected']} words), "
        f"which is felt above {RESPONSE_MS:.0f} ms"
    )
    remedy = "average over fewer windows or lower the threshold (kws calibrate)"
    yield Finding("response", "doubt", said, remedy, "board", MISTAKES, 1.0 - RESPONSE_MS / answer["p95"])
