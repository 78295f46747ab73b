"""The three sentences: what is proven bad comes first, each has its numbers and what to do, the same each time."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.evaluation.predictions import Predictions
from kws_data.report.advice.finding import Evidence, Finding
from kws_data.report.advice.rank import findings, first_of
from kws_data.report.mistakes import NOTHING, Mistake, found_mistakes
from kws_data.statistics.intervals import wilson


def keyword(found: int, clips: int) -> dict[str, Any]:
    return {"tpr": found / clips if clips else None, "tpr_ci95": list(wilson(found, clips)), "clips": clips, "fpr": 0}


def metrics(found: int, false: int, **words: tuple[int, int]) -> dict[str, Any]:
    return {
        "tpr": found / 1000,
        "tpr_ci95": list(wilson(found, 1000)),
        "fpr": false / 1000,
        "fpr_ci95": list(wilson(false, 1000)),
        "clips": 2000,
        "per_keyword": {word: keyword(*counts) for word, counts in words.items()},
    }


def good() -> dict[str, Any]:
    """A run with which nothing is wrong."""
    host = metrics(990, 5, yes=(496, 500), up=(494, 500))
    check = {"measured": 900, "limit": 1000, "unit": "bytes", "passed": True, "largest": []}
    return {
        "dataset": {"leaks": 0, "speakers": {"test": 40}},
        "host": {"float": host, "int8": host},
        "device": {"agreement": 1.0, "clips": 2000, "response_ms": {"p95": 150.0, "detected": 50}},
        "budget": {"checks": [{"name": "model_bytes", **check}, {"name": "duty", **check, "measured": 10}]},
        "stream": {
            "false_accepts_per_hour": 0.1,
            "frr": 0.05,
            "frr_ci95": [0.03, 0.08],
            "keywords_said": 400,
            "wish": {"false_accepts_per_hour": 1.0, "hours_of_proof": 3.0},
            "negatives": {"speech": heard(1, 10.0)},
        },
    }


def heard(false: int, hours: float, **words: int) -> dict[str, Any]:
    return {
        "hours": hours,
        "false_accepts": false,
        "false_accepts_per_hour": false / hours,
        "per_keyword": words,
    }


def told(report: dict[str, Any], **more: Any) -> list[Finding]:
    return first_of(findings(Evidence(report, **more)))


def test_a_good_run_is_told_where_there_is_least_to_spare() -> None:
    first = told(good())
    assert [one.verdict for one in first] == ["good", "good"]
    assert "the nearest is model_bytes with 900 of 1,000 bytes (90 %)" in " ".join(one.text for one in first)
    assert "“up” is missed most: 1.2 % of its clips (6 of 500" in " ".join(one.text for one in first)


def changed(**parts: Any) -> dict[str, Any]:
    """The good run with other values; keys are ways into it, with ``__`` for a step."""
    report = copy.deepcopy(good())
    for way, value in parts.items():
        *steps, last = way.split("__")
        at = report
        for step in steps:
            at = at[step]
        at[last] = value
    return report


BROKEN = [
    {"name": "model_bytes", "measured": 20_000, "limit": 16_384, "unit": "bytes", "passed": False}
    | {"largest": [{"name": "conv 3", "amount": 9_000}]}
]
TARGET = {
    "name": "tpr_min",
    "part": "up",
    "measured": 0.75,
    "ci95": [0.7, 0.8],
    "limit": 0.9,
    "at_least": True,
    "unit": "share",
    "by": "interval",
    "passed": False,
    "short_by": 0.2,
    "more": None,
    "counted_in": "clips",
    "note": "",
}


@pytest.mark.parametrize(
    ("parts", "about", "verdict", "words"),
    [
        ({"dataset__leaks": 3}, "leaks", "bad", ["3 speakers or recordings stand in two splits", "kws split"]),
        ({"budget__checks": BROKEN}, "limits", "bad", ["20,000 bytes where 16,384 are allowed", "conv 3 (9,000)"]),
        ({"targets": {"checks": [TARGET]}}, "targets", "bad", ["tpr_min, up", "75.0 % [70.0, 80.0]", "do not ship"]),
        ({"device__agreement": 0.998}, "agreement", "bad", ["other scores on 4 of 2,000 clips", "kws flash"]),
        ({"dataset__speakers": {"test": 8}}, "people", "doubt", ["Only 8 people", "record 12 more"]),
        ({"device__response_ms": {"p95": 250.0, "detected": 9}}, "response", "doubt", ["250 ms", "of 9 words"]),
        ({"stream__frr": 0.4, "stream__frr_ci95": [0.35, 0.45]}, "missed in streams", "bad", ["40.0 % of 400"]),
        ({"stream__frr": 0.12, "stream__frr_ci95": [0.08, 0.2]}, "missed in streams", "doubt", ["12.0 %"]),
        (
            {"stream__negatives": {"noise": heard(50, 5.0, up=30, yes=20)}},
            "hours",
            "bad",
            ["In noise", "10 times an hour (50 in 5.00 h, mostly “up” (30)) where 1 was wished for"],
        ),
        ({"stream__negatives": {"noise": heard(4, 3.5)}}, "hours", "doubt", ["1.14 times an hour"]),
        ({"stream__negatives": {"speech": heard(0, 0.5)}}, "too few hours", "doubt", ["0.50 h of speech", "2.5 h"]),
        ({"stream__false_accepts_per_hour": None}, "hours", "bad", ["were not measured", "data.negatives"]),
    ],
)
def test_each_fault_leads_with_its_numbers_and_a_remedy(
    parts: dict[str, Any], about: str, verdict: str, words: list[str]
) -> None:
    first = told(changed(**parts))[0]
    assert (first.about, first.verdict) == (about, verdict)
    assert all(word in first.text for word in words), first.text
    assert ": " in first.text and first.text.endswith(".")


def test_false_accepts_name_what_was_taken_for_what_and_doubt_is_not_proof() -> None:
    report = good()
    report["host"]["int8"] = metrics(990, 33, yes=(496, 500))
    taken = [Mistake("up", "yes", True, 90, 500), Mistake("cat", "go", False, 14, 40)]
    first = told(report, mistakes=taken, max_fpr=0.01)[0]
    assert first.verdict == "bad" and "3.3 % of clips" in first.text and "set for 1.0 %" in first.text
    assert "most often “cat” for “go” (14 of 40 clips)" in first.text
    assert told(report, max_fpr=0.03)[0].verdict == "doubt"


def test_the_weakest_keyword_names_its_most_frequent_confusion() -> None:
    report = good()
    report["host"]["int8"] = metrics(870, 5, yes=(496, 500), up=(375, 500))
    first = told(report, mistakes=[Mistake("up", "off", True, 70, 500), Mistake("up", NOTHING, True, 55, 500)])[0]
    assert "“up” is missed most: 25.0 % of its clips (125 of 500" in first.text and first.verdict == "bad"
    assert "most often taken for “off” (70)" in first.text and "saying “up” and “off”" in first.text
    silent = told(report, mistakes=[Mistake("up", NOTHING, True, 125, 500)])[0]
    assert "of which 125 are heard as no keyword at all" in silent.text
    assert "listen to these clips" in silent.text and silent.section == "clips"  # where they are heard


def test_scores_that_are_no_probabilities_and_words_that_int8_lost_are_told() -> None:
    report = good()
    report["host"]["int8"] = {**report["host"]["int8"], "calibration": {"ece": 0.084}}
    assert "8 points off on average (ECE)" in told(report)[0].text
    report["host"]["int8"] = {**report["host"]["float"], "tpr": 0.96}
    assert "finds 96.0 % of keywords where the float model finds 99.0 %" in told(report)[0].text


def test_the_worst_slice_says_what_to_record_of_it() -> None:
    row = {"conditions": {"word": "up", "snr": "below 10 dB"}, "errors": 30, "clips": 60, "rate": 0.5, "rest": 0.1}
    wanted = {"why": "fails", "conditions": row["conditions"], "clips": 325, "speakers": 65}
    slices = {"missed": {"worst": [{**row, "found": True}]}, "false_accepts": None, "record_next": [wanted]}
    first = told(good(), slices=slices)[0]
    assert first.about == "slice" and first.verdict == "bad"
    assert first.text == (
        'Of clips of "up" with SNR below 10 dB 30 of 60 are missed (50.0 %; of the others 10.0 %), which is more than '
        'chance: record 325 clips of "up" with SNR below 10 dB by 65 people.'
    )
    alone = {**row, "conditions": {"word": "up"}, "found": True}  # the weakest keyword is told without slices
    slices["missed"]["worst"] = [alone]
    assert "slice" not in [one.about for one in told(good(), slices=slices)]
    slices["missed"]["worst"] = [{**row, "found": False}]
    assert "slice" not in [one.about for one in told(good(), slices=slices)]


def test_what_nobody_says_and_what_nobody_recorded_is_not_passed_over() -> None:
    report = good()
    report["host"]["int8"] = metrics(990, 5, yes=(500, 500), up=(0, 0))
    assert told(report)[0].text.startswith("Nobody says “up”")
    assert told(good(), words=900, synthetic=900)[0].text.startswith("Nobody was recorded, all 900 words")
    assert told(good(), words=900, synthetic=899)[0].verdict == "good"


def test_what_is_proven_comes_before_what_is_doubted_and_worthless_figures_before_all() -> None:
    report = changed(dataset__leaks=1, budget__checks=BROKEN, stream__frr=0.12, stream__frr_ci95=[0.08, 0.2])
    report["targets"] = {"checks": [TARGET]}
    assert [one.about for one in told(report)] == ["leaks", "limits", "targets"]
    report["dataset"]["leaks"] = 0
    assert [one.about for one in told(report)] == ["limits", "targets", "missed in streams"]


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 500), st.floats(0, 1), st.integers(0, 60))
def test_any_run_is_told_something_the_same_each_time(
    found: int, false: int, yes: int, frr: float, people: int
) -> None:
    report = changed(
        dataset__speakers={"test": people}, stream__frr=frr, stream__frr_ci95=[frr * 0.8, min(1, frr * 1.2)]
    )
    report["host"]["int8"] = metrics(found, false, yes=(yes, 500), up=(500, 500))
    first = told(report)
    assert 1 <= len(first) <= 3 and first == told(copy.deepcopy(report))
    order = ["bad", "doubt", "good"]
    assert sorted(first, key=lambda one: order.index(one.verdict)) == first
    assert len({one.about for one in first}) == len(first)


def test_mistakes_are_counted_by_word_and_only_at_the_threshold() -> None:
    labels = ("_silence_", "_unknown_", "go", "no")
    y, heard_as = np.array([2, 2, 2, 3, 1, 1, 0, 1]), np.array([2, 3, -1, 3, 2, 2, -1, -1])
    rows = Predictions(
        labels,
        np.array([str(n) for n in range(8)]),
        np.full(8, "test"),
        np.full(8, "int8"),
        y,
        heard_as,
        np.zeros((8, 4), np.float32),
    )
    words = np.array(["go", "go", "go", "no", "cat", "cat", "_silence_", "dog"])
    assert found_mistakes(rows, words) == [
        Mistake("cat", "go", False, 2, 2),
        Mistake("go", NOTHING, True, 1, 3),
        Mistake("go", "no", True, 1, 3),
    ]
    assert found_mistakes(rows)[0] == Mistake("_unknown_", "go", False, 2, 3)
