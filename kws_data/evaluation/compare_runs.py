"""Runs against a first one, on the clips that both were tested on: differences with intervals, and could it be chance?

Differences are those of the other run less the first; their intervals are by speaker, as clips of one person are not
independent. McNemar's p is by clip, adjusted for the number of runs (Holm). False accepts in streams are compared as
rates of rare events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.evaluation.compared_run import ComparedRun
from kws_data.evaluation.run_differences import Difference, Pair
from kws_data.scores import FIRST_KEYWORD, right
from kws_data.statistics.multiple import holm
from kws_data.statistics.paired import compare
from kws_data.statistics.rates import RateComparison, compare_rates

#: What a model and its board cost: name -> where report.json has it.
COSTS = {
    "tflite_bytes": ("model", "tflite_bytes"),
    "arena_bytes": ("model", "arena_bytes"),
    "island_bytes": ("model", "island_bytes"),
    "macs": ("model", "macs"),
    "inference_cycles": ("device", "cycles", "inference"),
    "frontend_cycles": ("device", "cycles", "frontend_frame"),
    "stream_response_p95_ms": ("stream", "response_ms", "p95"),
    "board_response_p95_ms": ("device", "response_ms", "p95"),
    "image_flash_bytes": ("device", "image_flash_bytes"),
    "image_ram_bytes": ("device", "image_ram_bytes"),
}


def compare_runs(runs: Sequence[ComparedRun]) -> tuple[Pair, ...]:
    """Each run against the first.

    Raises:
        DataError: fewer than two runs, other labels, no clip in both, or a clip that has two labels.
    """
    if len(runs) < 2:
        raise DataError("there is nothing to compare with", [run.name for run in runs], "name two runs or more")
    pairs = [_pair(runs[0], other) for other in runs[1:]]
    return _adjusted(pairs)


def _adjusted(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """With each figure's p adjusted for the number of pairs."""
    for name in ("accuracy", "tpr", "fpr"):
        has = [pair for pair in pairs if name in pair.shares]
        p = holm([pair.shares[name].paired.p[0] for pair in has])
        adjusted = dict(zip(map(id, has), map(float, p), strict=True))
        pairs = [
            replace(pair, shares={**pair.shares, name: replace(pair.shares[name], p_holm=adjusted[id(pair)])})
            if id(pair) in adjusted
            else pair
            for pair in pairs
        ]
    return tuple(pairs)


def _pair(baseline: ComparedRun, other: ComparedRun) -> Pair:
    common = _common(baseline, other)
    first, second = baseline.at(common), other.at(common)
    speakers = [baseline.speakers.get(clip, clip) for clip in common]
    y = first.y
    found = {"accuracy": (right(first.scores, y), right(second.scores, second.y), np.ones(len(y), bool))}
    keyword = y >= FIRST_KEYWORD
    found["tpr"] = (first.detected == y, second.detected == y, keyword)
    found["fpr"] = (first.detected >= 0, second.detected >= 0, ~keyword)
    shares = {
        name: _difference(one, two, among, speakers, name == "fpr")
        for name, (one, two, among) in found.items()
        if among.any()
    }
    words = {
        word: _difference(first.detected == y, second.detected == y, y == index, speakers)
        for index, word in enumerate(first.labels)
        if index >= FIRST_KEYWORD and (y == index).any()
    }
    return Pair(
        baseline=baseline.name,
        run=other.name,
        clips=len(common),
        only_baseline=len(baseline.rows) - len(common),
        only_run=len(other.rows) - len(common),
        shares=shares,
        per_keyword=words,
        rates=_rates(baseline.report["stream"], other.report["stream"]),
        missed=(baseline.missed, other.missed),
        costs={name: (baseline.figure(*way), other.figure(*way)) for name, way in COSTS.items()},
        notes=tuple(_notes(baseline, other)),
        same=_same(baseline, other),
    )


def _common(baseline: ComparedRun, other: ComparedRun) -> list[str]:
    """Clips that both were tested on, in the baseline's order."""
    names = f"{baseline.name} and {other.name}"
    if set(baseline.rows.labels) != set(other.rows.labels):
        odd = sorted(set(baseline.rows.labels) ^ set(other.rows.labels))
        raise DataError("runs have other labels", f"{names}: {', '.join(odd)}", "compare runs of the same keywords")
    theirs = set(other.rows.clip_ids.tolist())
    common = [clip for clip in baseline.rows.clip_ids.tolist() if clip in theirs]
    if not common:
        remedy = "the same data and the same split are needed for paired tests: kws split shows who is tested"
        raise DataError("no clip was tested in both runs", names, remedy)
    first, second = baseline.at(common), other.at(common)
    wrong = [clip for clip, a, b in zip(common, first.y.tolist(), second.y.tolist(), strict=True) if a != b]
    if wrong:
        more = f" and {len(wrong) - 1} more" if wrong[1:] else ""
        raise DataError(
            "clips are labelled otherwise in both runs", f"{wrong[0]}{more}", "build both from one catalogue"
        )
    return common


def _difference(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    among: NDArray[np.bool_],
    speakers: Sequence[str],
    lower_is_better: bool = False,
) -> Difference:
    own = [speaker for speaker, kept in zip(speakers, among.tolist(), strict=True) if kept]
    a, b = first[among][None], second[among][None]
    return Difference(float(a.mean()), float(b.mean()), compare(b, a, own), lower_is_better=lower_is_better)


def _rates(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, RateComparison]:
    """False accepts of both by kind, of those that both heard."""
    if first["false_accepts"] is None or second["false_accepts"] is None:
        return {}
    kinds = {
        kind: (one, second["negatives"][kind])
        for kind, one in first.get("negatives", {}).items()
        if kind in second.get("negatives", {})
    }
    both = kinds | ({"all": (first, second)} if len(kinds) != 1 else {})
    return {
        kind: compare_rates((one["false_accepts"], two["false_accepts"]), (one["hours"], two["hours"]))
        for kind, (one, two) in both.items()
        if one["hours"] > 0 and two["hours"] > 0
    }


def _same(baseline: ComparedRun, other: ComparedRun) -> bool:
    """Whether both are one model that decides alike: one file, and the same decision on each clip of both."""
    hashes = [run.report["model"].get("sha256") for run in (baseline, other)]
    if hashes[0] is None or hashes[0] != hashes[1]:
        return False
    common = _common(baseline, other)
    first, second = baseline.at(common), other.at(common)
    return bool(np.array_equal(first.scores, second.scores) and np.array_equal(first.detected, second.detected))


def _notes(baseline: ComparedRun, other: ComparedRun) -> list[str]:
    lines = []
    if baseline.report["dataset"]["version"] != other.report["dataset"]["version"]:
        lines.append("the runs were built from different data sets: only clips tested in both are compared")
    for run in {id(one.folder): one for one in (baseline, other)}.values():
        if run.outdated:
            lines.append(f"{run.name}: measured with another bundle than the run has now: call kws run CONFIG")
    if not baseline.speakers:
        lines.append("the first run's manifest is not there: nobody knows who spoke, intervals are by clip")
    return lines
