"""Results of one annotation: each region is a word with its times, or a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.sources.imports.layouts.label_studio_regions import Label, beyond, read_results


def result(kind: str, word: object, start: object = 0.2, end: object = 1.1, **more: object) -> dict[str, Any]:
    """A result as Label Studio has it; without an id unless one is given."""
    times = {key: value for key, value in (("start", start), ("end", end)) if value is not None}
    words = word if isinstance(word, list) else [word]
    return {"type": kind, "from_name": kind, "value": {**times, "channel": 0, kind: words}, **more}


def test_label_and_choice_of_a_region_are_one_clip() -> None:
    results = [result("labels", "Speech", id="a"), result("choices", "yes", id="a")]
    assert read_results(results) == ([Label("yes", 0.2, 1.1)], [])
    assert read_results(results[::-1]) == ([Label("yes", 0.2, 1.1)], []), "whatever the order"


def test_the_text_of_a_region_is_its_word_and_stays_its_transcript() -> None:
    results = [result("labels", "Speech", id="a"), result("text", "Hey Jarvis!", id="a"), result("rating", 4, id="a")]
    assert read_results(results) == ([Label("Hey Jarvis", 0.2, 1.1, "Hey Jarvis!")], [])
    own = [result("labels", "yes", id="a"), result("text", "yes, please", id="a")]
    assert read_results(own) == ([Label("yes", 0.2, 1.1, "yes, please")], [])


def test_results_without_id_stand_alone_unless_their_times_are_equal() -> None:
    apart = [result("labels", "yes"), result("labels", "no", 1.2, 2.0)]
    assert read_results(apart)[0] == [Label("yes", 0.2, 1.1), Label("no", 1.2, 2.0)]
    small_form = [result("labels", "Speech"), result("choices", "yes")]
    assert read_results(small_form) == ([Label("yes", 0.2, 1.1)], [])


def test_one_id_at_times_apart_is_another_region() -> None:
    results = [result("labels", "yes", id="1"), result("labels", "no", 1.2, 2.0, id="1")]
    assert read_results(results) == ([Label("yes", 0.2, 1.1), Label("no", 1.2, 2.0)], [])
    moved = [result("labels", "Speech", id="1"), result("choices", "yes", 0.25, 1.1, id="1")]
    assert read_results(moved) == ([Label("yes", 0.2, 1.1)], []), "a region that was moved is still one"


def test_a_result_without_times_is_of_the_region_with_its_id() -> None:
    results = [result("choices", "yes", None, None, id="a"), result("labels", "Speech", id="a")]
    assert read_results(results) == ([Label("yes", 0.2, 1.1)], [])
    assert read_results([result("choices", "yes", None, None, id="a")]) == ([Label("yes")], [])


@pytest.mark.parametrize(
    ("start", "end", "length", "reason"),
    [
        (None, 1.1, 3.0, "has no start"),
        (0.2, None, 3.0, "has no end"),
        (None, None, 3.0, "has no start"),
        ("0,2", 1.1, 3.0, "start 0,2 that is no number"),
        (1.1, 0.2, 3.0, "ends before it begins: 1.1 to 0.2 s"),
        (0.5, 0.5, 3.0, "ends before it begins"),
        (-0.3, 0.5, 3.0, "begins before the recording"),
        (2.5, 3.5, 3.0, "goes beyond the end of the recording: 2.5 to 3.5 of 3 s"),
        (200, 1100, 3.0, "seem to be milliseconds"),
        (0, 900, 1.0, "seem to be milliseconds"),
        (200, 99_000, 3.0, "goes beyond the end"),
    ],
)
def test_unusable_regions_have_a_reason(start: object, end: object, length: float, reason: str) -> None:
    bad = [
        result(kind, word, start, end, id="b", original_length=length)
        for kind, word in (("labels", "Speech"), ("choices", "no"))
    ]
    labels, problems = read_results([*bad, result("labels", "yes", id="a", original_length=length)])
    assert labels == [Label("yes", 0.2, 1.1)]
    assert [place for place, _ in problems] == ["region b"] and reason in problems[0][1]


def test_the_last_region_may_end_where_another_decoder_ends() -> None:
    assert read_results([result("labels", "yes", 2.0, 3.05, original_length=3.0)])[0] == [Label("yes", 2.0, 3.05)]
    assert "milliseconds" not in beyond(1.0, 1.9, 0.5), "two seconds are no milliseconds"


def test_a_region_has_one_label() -> None:
    assert "without a label" in read_results([result("labels", [], id="a")])[1][0][1]
    assert "without a label" in read_results([result("rating", 3, id="a")])[1][0][1]
    labels, problems = read_results([result("labels", ["yes", "no"], id="a")])
    assert labels == [] and "more than one label for a region: no, yes" in problems[0][1]
    labels, problems = read_results([result("labels", "yes", id="a"), result("labels", "no", id="b")])
    assert labels == [] and "several words: no, yes" in problems[0][1]
    assert read_results([result("labels", ["Speech", "yes"], id="a")])[0] == [Label("yes", 0.2, 1.1)]


TIMES = st.sampled_from([None, -0.5, 0.0, 0.5, 1.0, 2.0, 9.0, "1"])


@st.composite
def regions(draw: st.DrawFn) -> dict[str, Any]:
    """A region in a slot of its own of an hour, with whatever may be missing, and what it is by plain rules."""
    slot = draw(st.integers(0, 3))
    start, end = draw(TIMES), draw(TIMES)
    shifted = [value + 10 * slot if isinstance(value, float) and value >= 0 else value for value in (start, end)]
    return {
        "start": shifted[0],
        "end": shifted[1],
        "label": draw(st.sampled_from([None, "Speech", "yes", "no"])),
        "choice": draw(st.sampled_from([None, "yes", "no"])),
        "text": draw(st.sampled_from([None, "yes", "stop it"])),
    }


def parts_of(region: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    kinds = (("labels", "label"), ("choices", "choice"), ("text", "text"))
    found = [result(kind, region[key], region["start"], region["end"], id=name) for kind, key in kinds if region[key]]
    return found or [result("rating", 3, region["start"], region["end"], id=name)]


def plain_reading(region: Mapping[str, Any]) -> str | tuple[str, float, float] | None:
    """A reference: (word, start, end); ``whole`` for what has no times; None for what must have a reason."""
    start, end, label = region["start"], region["end"], region["label"]
    if start is None and end is None and not label:
        return "whole"
    if not (isinstance(start, float) and isinstance(end, float)) or not 0 <= start < end:
        return None
    own = label if label != "Speech" else None
    if own and region["choice"] and own != region["choice"]:
        return None
    word = region["choice"] or own or region["text"] or label
    return (word, start, end) if word else None


@given(st.lists(regions(), max_size=5), st.randoms(use_true_random=False))
def test_each_region_is_a_clip_or_a_problem(drawn: list[dict[str, Any]], random: Any) -> None:
    results = [part for number, region in enumerate(drawn) for part in parts_of(region, f"r{number}")]
    random.shuffle(results)
    labels, problems = read_results(results)
    got = {(label.word, label.start_s, label.end_s) for label in labels if not label.whole}
    told = {place for place, _ in problems}
    wanted = {f"r{number}": plain_reading(region) for number, region in enumerate(drawn)}
    for name, reading in wanted.items():
        if isinstance(reading, tuple):
            others = {one[0] for one in wanted.values() if isinstance(one, tuple) and one[1:] == reading[1:]}
            assert (reading in got) == (len(others) == 1)
            assert len(others) == 1 or f"region {reading[1]:g}-{reading[2]:g} s" in told
        assert (reading is None) == (f"region {name}" in told)
    assert got <= {reading for reading in wanted.values() if isinstance(reading, tuple)}
