"""Regions of Label Studio: results joined by their id, and what becomes of those that cannot be used."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.sources.imports.layouts.label_studio_regions import Annotation, Label, annotation_of

LENGTH_S = 3.0


def result(key: str, kind: str, word: str, start: object = None, end: object = None, **more: object) -> dict[str, Any]:
    """One result; without a start it has no times."""
    times = {} if start is None else {"start": start, "end": end}
    field = {"textarea": "text"}.get(kind, kind)
    entry: dict[str, Any] = {"from_name": kind, "type": kind, "value": {**times, field: [word]}, **more}
    return entry | ({"id": key} if key else {})


def says(*results: object) -> Annotation:
    return annotation_of(results, LENGTH_S)


def test_label_and_choice_of_one_region_are_one_clip() -> None:
    found = says(
        result("b", "choices", "no", 1.2, 2.1), result("a", "labels", "Speech", 0.2, 1.1),
        result("b", "labels", "Speech", 1.2, 2.1), result("a", "choices", "yes", 0.2, 1.1),
    )  # fmt: skip
    assert found == Annotation(frozenset({Label("yes", 0.2, 1.1), Label("no", 1.2, 2.1)}))


def test_a_choice_without_times_belongs_to_the_region_of_its_id_or_its_parent() -> None:
    found = says(
        result("a", "labels", "Speech", 0.2, 1.1), result("a", "choices", "yes"),
        result("b", "labels", "Speech", 1.2, 2.1), result("c", "choices", "no", parentID="b"),
    )  # fmt: skip
    assert found == Annotation(frozenset({Label("yes", 0.2, 1.1), Label("no", 1.2, 2.1)}))


def test_a_transcript_is_the_word_and_is_kept() -> None:
    [label] = says(result("a", "labels", "Speech", 0.2, 1.1), result("a", "textarea", "Hey, Jarvis!", 0.2, 1.1)).labels
    assert (label.word, label.transcript) == ("hey_jarvis", "Hey, Jarvis!")


def test_ratings_and_relations_are_no_regions() -> None:
    found = says(
        result("a", "labels", "yes", 0.2, 1.1),
        {"id": "a", "type": "rating", "from_name": "quality", "value": {"start": 0.2, "end": 1.1, "rating": 4}},
        {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"},
    )
    assert found == Annotation(frozenset({Label("yes", 0.2, 1.1)}))


def test_regions_without_an_id_stand_alone() -> None:
    found = says(result("", "labels", "yes", 0.2, 1.1), result("", "labels", "no", 1.2, 2.1))
    assert {label.word for label in found.labels} == {"yes", "no"} and not found.problems


def test_smaller_regions_are_taken_instead_of_the_general_one_around_them() -> None:
    found = says(
        result("p", "labels", "Speech", 0.1, 2.9), result("a", "labels", "yes", 0.2, 1.1, parentID="p"),
        result("q", "labels", "hey_jarvis", 0.1, 2.8), result("b", "labels", "hey", 0.2, 1.0, parentID="q"),
    )  # fmt: skip
    assert {label.word for label in found.labels} == {"yes", "hey_jarvis", "hey"}
    [(which, reason)] = found.problems
    assert which == "region p (0.1 to 2.9)" and "smaller regions" in reason


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        (0.2, None, "no end"), ("soon", 1.0, "no start"), (1.1, 0.2, "ends before"), (0.5, 0.5, "ends before"),
        (-0.5, 0.5, "begins before"), (2.0, 3.5, "outside of the recording of 3.000 s"), (5.0, 6.0, "outside"),
        (200, 1_100, "milliseconds?"), (10, 35, "percent or milliseconds?"), (float("nan"), 1.0, "no start"),
        (0.2, 90_000, "outside"), (True, 1.0, "no start"), (0.0001, 0.0004, "ends before"),
    ],
)  # fmt: skip
def test_unusable_regions_are_told_and_the_others_stay(start: object, end: object, part: str) -> None:
    found = says(result("bad", "labels", "yes", start, end), result("good", "labels", "no", 1.2, 2.1))
    assert found.labels == {Label("no", 1.2, 2.1)}
    [(which, reason)] = found.problems
    assert which.startswith("region bad (") and part in reason and ("again" in reason or "correct" in reason)


@pytest.mark.parametrize(
    ("results", "part"),
    [
        ([result("a", "labels", "yes")], "no start and end"),
        ([result("a", "labels", "Speech", 0.2, 1.1), result("a", "choices", "yes", 0.3, 1.2)], "two different times"),
        ([{"id": "a", "value": {"start": 0.2, "end": 1.1}}], "no label, choice or text"),
        ([result("a", "choices", "yes", 0.2, 1.1), result("a", "choices", "no", 0.2, 1.1)], "more than one answer"),
        (["yes"], "no result"), ([None], "no result"),
    ],
)  # fmt: skip
def test_what_is_no_region(results: list[object], part: str) -> None:
    found = says(*results)
    assert not found.labels and len(found.problems) == 1 and part in found.problems[0][1]


def test_times_may_be_text_and_end_a_little_late() -> None:
    assert says(result("a", "labels", "yes", "0.2", "1.1")).labels == {Label("yes", 0.2, 1.1)}
    assert says(result("a", "labels", "yes", 2.0, 3.05)).labels == {Label("yes", 2.0, 3.05)}


def test_of_an_unreadable_recording_the_regions_stay_for_its_reader_to_tell() -> None:
    assert annotation_of([result("a", "labels", "yes", 5.0, 6.0)], None).labels == {Label("yes", 5.0, 6.0)}


def test_the_whole_recording() -> None:
    assert says(result("a", "choices", "yes")).labels == {Label("yes")}
    quality = result("b", "choices", "good", from_name="quality")
    assert says(result("a", "choices", "yes"), quality).labels == {Label("yes")}
    both = says(result("a", "choices", "yes"), result("b", "choices", "loud", from_name="how"))
    assert not both.labels and "(choices, how)" in both.doubt and both.doubt.startswith("whole recording has several")
    assert says(result("a", "choices", "talk"), result("r", "labels", "yes", 0.1, 0.9)).labels == {
        Label("yes", 0.1, 0.9)
    }
    assert says({"id": "a", "type": "rating", "value": {"rating": 3}}) == Annotation()


def test_a_word_of_the_whole_belongs_to_its_one_general_region_and_to_no_other() -> None:
    speech, other = result("a", "labels", "Speech", 0.2, 1.1), result("b", "labels", "Speech", 1.2, 2.1)
    noise, word = result("n", "labels", "Noise", 2.2, 2.9), result("w", "choices", "yes")
    assert says(speech, word, noise).labels == {Label("yes", 0.2, 1.1), Label("Noise", 2.2, 2.9)}
    found = says(speech, other, noise, word)
    assert found.labels == {Label("Noise", 2.2, 2.9)} and len(found.problems) == 2
    assert "Speech only" in found.problems[0][1] and "yes" in found.problems[0][1]
    quality = result("w", "choices", "good", from_name="quality")
    assert says(speech, quality).labels == {Label("Speech", 0.2, 1.1)}


TIMES = st.sampled_from(
    [(0.2, 1.1), (1.2, 2.1), (2.0, 2.9), (1.1, 0.2), (-1, 1), (2, 9), (200, 900), (None, 1), (1, "x")]
)
WORDS = st.sampled_from(["yes", "no", "Speech", ""])
REGIONS = st.lists(st.tuples(TIMES, WORDS, WORDS, WORDS, st.booleans()), min_size=1, max_size=6)


def expected(times: tuple[Any, Any], label: str, choice: str, text: str) -> Label | None:
    """The plain rule, written once more: the word of a region that can be used."""
    start, end = times
    if not (isinstance(start, int | float) and isinstance(end, int | float)) or not 0 <= start < end <= LENGTH_S:
        return None
    other = choice or text.lower()
    if label in ("", "Speech"):
        return Label(other or label, start, end) if other or label else None
    return Label(label, start, end) if choice == label or (not choice and text.lower() in ("", label)) else None


@settings(deadline=None, max_examples=300)
@given(REGIONS, st.randoms(use_true_random=False))
def test_every_region_is_a_clip_with_its_word_and_times_or_a_problem(
    regions: list[tuple[tuple[Any, Any], str, str, str, bool]], chance: random.Random
) -> None:
    results = []
    for place, ((start, end), label, choice, text, bare) in enumerate(regions):
        for kind, word in (("labels", label), ("choices", choice), ("textarea", text)):
            times = {} if bare and kind != "labels" and label else {"start": start, "end": end}
            field = {"textarea": "text"}.get(kind, kind)
            value = {**times, field: [word] if word else []}
            results.append({"id": f"r{place}", "from_name": kind, "type": kind, "value": value})
    chance.shuffle(results)
    found = says(*results)
    told = {which.split(" (")[0] for which, _ in found.problems}
    assert len(told) == len(found.problems)
    for place, (times, label, choice, text, _) in enumerate(regions):
        right = expected(times, label, choice, text)
        assert (f"region r{place}" in told) == (right is None), regions[place]
        assert right is None or right in found.labels
    assert len(found.labels) <= len(regions) - len(told) and not found.doubt
