"""What was not used is told by reason, with two examples and where the whole list is."""

from __future__ import annotations

from kws_data.set_aside import REASONS, told


def test_nothing_set_aside_is_no_line() -> None:
    assert told([], "kws catalog --set-aside") == []


def test_reasons_are_told_apart_by_what_is_wrong_and_have_two_examples() -> None:
    cut = [(f"{n}.wav", f"audio file is truncated: {n} bytes there") for n in range(3)]
    lines = told([("b.csv line 2", "names no file"), *cut], "kws catalog --set-aside")
    assert lines == [
        "set aside, 3: audio file is truncated, such as 0.wav (0 bytes there), 1.wav (1 bytes there)",
        "set aside, 1: names no file, such as b.csv line 2",
        "all of them: kws catalog --set-aside",
    ]


def test_clips_that_are_copies_of_others_are_of_one_kind() -> None:
    lines = told([("a", "exact copy of 0123456789abcdef"), ("b", "exact copy of fedcba9876543210")], "x", "left out")
    assert lines[0] == "left out, 2: exact copy of another clip, such as a, b"


def test_ids_of_the_examples_stay_as_they_are() -> None:
    first = told(
        [("task 9", "its clip is not in this catalogue: 0123456789abcdef; name another")], "x", "not taken in"
    )[0]
    assert first == (
        "not taken in, 1: its clip is not in this catalogue, such as task 9 (0123456789abcdef; name another)"
    )


def test_very_many_reasons_are_counted() -> None:
    lines = told([(f"{n}", f"reason {n}") for n in range(REASONS + 5)], "x")
    assert len(lines) == REASONS + 2 and lines[REASONS] == "set aside, 5: for 5 other reasons"
