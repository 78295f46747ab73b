"""Labelled stretches of an Edge Impulse export: what their numbers count, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.sources.imports.layouts.edge_impulse_stretches import NEAR_MS, NEAR_VALUES, Stretch, stretches


def label(start: object, end: object, word: object = "yes") -> dict[str, object]:
    return {"startIndex": start, "endIndex": end, "label": word}


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100])
def test_indexes_of_values_are_inclusive_and_without_gaps(rate_hz: int) -> None:
    labels = [label(0, rate_hz - 1, "noise"), label(rate_hz, 3 * rate_hz - 1)]
    found, problems = stretches(labels, 3 * rate_hz, rate_hz)
    assert problems == [] and found == [Stretch("noise", 0, 1), Stretch("yes", 1, 3)]


@pytest.mark.parametrize("last", [2_998, 2_999, 3_000, 3_002])
def test_milliseconds_end_at_the_length_in_milliseconds(last: int) -> None:
    found, problems = stretches([label(0, 999, "noise"), label(1_000, last)], 48_000, 16_000)
    assert problems == [] and found == [Stretch("noise", 0, 0.999), Stretch("yes", 1, last / 1_000)]


@pytest.mark.parametrize("last", [2_000, 2_990, 23_999, 47_000, 95_999])
def test_an_end_that_is_neither_sets_the_file_aside(last: int) -> None:
    """23,999 is the last of the values at 8 kHz: read as indexes at 16 kHz, each word would be cut at half its time."""
    found, [(which, reason)] = stretches([label(0, 999), label(1_000, last)], 48_000, 16_000)
    assert found == [] and which == ""
    assert f"{last:,}" in reason and "48,000" in reason and "milliseconds (3,000)" in reason


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        (label(20_000, 18_000), "ends before"), (label(-5, 15_000), "begins before"),
        (label("1", 15_000), "startIndex"),
        (label(None, 15_000), "startIndex"), (label(17_000, 18_000, ""), "label"),
        (label(17_000, 18_000, 3.5), "label"),
        (label(47_000, 60_000), "ends behind"), (label(50_000, 60_000), "ends behind"),
        (label(17_000, 17_010), "shorter than 10 ms"), ([], "startIndex"),
    ],
)  # fmt: skip
def test_one_bad_stretch_leaves_the_others_right(bad: object, part: str) -> None:
    labels = [label(0, 15_999, "noise"), bad, label(32_000, 47_999)]
    found, [(which, reason)] = stretches(labels, 48_000, 16_000)
    assert found == [Stretch("noise", 0, 1), Stretch("yes", 2, 3)]
    assert which.startswith("stretch 2") and part in reason and "correct" in reason


def test_the_last_stretch_may_be_the_reversed_one() -> None:
    found, [(_, reason)] = stretches([label(0, 31_999, "no"), label(47_999, 32_000)], 48_000, 16_000)
    assert found == [Stretch("no", 0, 2)] and "ends before" in reason


def test_a_stretch_behind_the_end_leaves_the_others_in_milliseconds_too() -> None:
    found, [(which, reason)] = stretches(
        [label(0, 999, "no"), label(1_000, 3_000), label(3_000, 60_000)], 48_000, 16_000
    )
    assert found == [Stretch("no", 0, 0.999), Stretch("yes", 1, 3)]
    assert (
        which.startswith("stretch 3 (3,000 to 60,000 ms") and "ends behind the recording, which has 3,000 ms" in reason
    )


def test_overlaps_are_set_aside_and_a_common_border_is_none() -> None:
    labels = [label(0, 16_000, "a"), label(16_000, 31_999, "b"), label(24_000, 40_000, "c"), label(40_001, 47_999, "d")]
    found, problems = stretches(labels, 48_000, 16_000)
    assert [stretch.word for stretch in found] == ["a", "d"]
    assert [(which[:9], reason.split(":")[0]) for which, reason in problems] == [
        ("stretch 3", "overlaps stretch 2 (b)"),
        ("stretch 2", "overlaps stretch 3 (c)"),
    ]


def test_gaps_are_told() -> None:
    found, problems = stretches([label(8_000, 15_999), label(32_000, 47_999, "no")], 48_000, 16_000)
    assert [stretch.word for stretch in found] == ["yes", "no"]
    assert [which for which, _ in problems] == ["0.000 to 0.500 s", "1.000 to 2.000 s"]


def test_a_stretch_that_stands_twice_is_one() -> None:
    found, problems = stretches([label(0, 15_999), label(0, 15_999)], 16_000, 16_000)
    assert (found, problems) == ([Stretch("yes", 0, 1)], [])


def test_no_numbers_at_all() -> None:
    assert stretches([label("a", "b")], 16_000, 16_000)[1][0][1].startswith("no stretch has")


@settings(deadline=None)
@given(
    st.lists(st.integers(400, 9_000), min_size=1, max_size=6), st.sampled_from([8_000, 16_000, 44_100]), st.booleans()
)
def test_any_exact_cover_comes_back_as_it_was(lengths: list[int], rate_hz: int, milliseconds: bool) -> None:
    """Cut a recording in stretches of so many milliseconds, write them in either unit, and read them back."""
    ends_ms = [sum(lengths[: place + 1]) for place in range(len(lengths))]
    starts_ms = [0, *ends_ms[:-1]]
    samples = ends_ms[-1] * rate_hz // 1_000
    per_ms = 1 if milliseconds else rate_hz / 1_000
    labels = [
        label(round(start * per_ms), round(end * per_ms) - (0 if milliseconds else 1), f"w{place}")
        for place, (start, end) in enumerate(zip(starts_ms, ends_ms, strict=True))
    ]
    if not milliseconds and abs(samples - 1 - ends_ms[-1]) <= NEAR_MS + NEAR_VALUES:
        return
    found, problems = stretches(labels, samples, rate_hz)
    assert problems == [] and [stretch.word for stretch in found] == [f"w{place}" for place in range(len(lengths))]
    for stretch, start, end in zip(found, starts_ms, ends_ms, strict=True):
        assert abs(stretch.start_s - start / 1_000) < 2 / rate_hz and abs(stretch.end_s - end / 1_000) < 2 / rate_hz


NUMBERS = st.sampled_from([None, "7", -3, 0, 3_999, 4_000, 7_998, 7_999, 8_000]) | st.floats(1_100, 7_000)


@settings(deadline=None)
@given(st.lists(st.builds(label, NUMBERS, NUMBERS, st.sampled_from(["yes", "no", "", 3])), max_size=6))
def test_every_stretch_is_a_clip_or_a_problem(labels: list[dict[str, object]]) -> None:
    found, problems = stretches(labels, 8_000, 8_000)
    if any(not which for which, _ in problems):
        assert found == [] and len(problems) == 1
        return
    told = {which.split(" (")[0] for which, _ in problems}
    for place, one in enumerate(labels, 1):
        if one in labels[: place - 1]:
            continue
        start, end = one["startIndex"], one["endIndex"]
        taken = (
            isinstance(start, int | float)
            and isinstance(end, int | float)
            and Stretch(str(one["label"]), start / 8_000, (end + 1) / 8_000) in found
        )
        assert taken != (f"stretch {place}" in told), f"{one} is lost, or both"
