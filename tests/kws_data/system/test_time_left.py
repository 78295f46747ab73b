"""The time left is that of last time, else the usual one at the speed seen so far; nothing is told before that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kws_data.system.time_left import TimeLeft

USUAL_S = {"build": 10.0, "train": 40.0, "report": 5.0}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def left(tmp_path: Path, clock: Clock) -> TimeLeft:
    """Of a configuration that never ran."""
    return TimeLeft(tmp_path / "seconds.json", USUAL_S, clock)


def spend(left: TimeLeft, clock: Clock, step: str, seconds: float, waiting: Sequence[str] = ()) -> None:
    with left.during(step, waiting):
        clock.now += seconds


def test_nothing_is_told_before_a_step_has_shown_how_fast_it_goes(left: TimeLeft, clock: Clock) -> None:
    assert left.seconds() is None and left.words() == ""
    with left.during("build", ("train", "report")):
        assert left.seconds() is None and left.words() == ""


def test_usual_times_are_scaled_by_the_speed_seen_so_far(left: TimeLeft, clock: Clock) -> None:
    spend(left, clock, "build", 20.0)  # twice as slow as usual
    with left.during("train", ("report",)):
        assert left.seconds() == 90.0
        clock.now += 30.0
        assert left.seconds() == 60.0
    assert left.seconds() is None


def test_a_step_that_takes_longer_than_usual_shows_that_later_ones_will(left: TimeLeft, clock: Clock) -> None:
    spend(left, clock, "build", 10.0)
    with left.during("train", ("report",)):
        clock.now += 40.0
        assert left.seconds() == 5.0
        clock.now += 150.0  # 190 s of 40
        assert left.seconds() == pytest.approx(20.0)


def test_skipped_steps_count_as_nothing_and_so_do_those_without_a_usual_time(left: TimeLeft, clock: Clock) -> None:
    spend(left, clock, "build", 10.0)
    with left.during("flash", ("report",)):
        assert left.seconds() == 5.0


@pytest.mark.parametrize(("took", "expected"), [(0.9, None), (1.0, 4.5)])
def test_a_step_that_had_nothing_to_do_does_not_tell_the_speed(
    took: float, expected: float | None, left: TimeLeft, clock: Clock
) -> None:
    spend(left, clock, "build", took)
    with left.during("train", ("report",)):
        assert left.seconds() == (None if expected is None else pytest.approx(expected))


def test_last_time_counts_more_than_what_is_usual(left: TimeLeft, clock: Clock, tmp_path: Path) -> None:
    spend(left, clock, "build", 30.0)
    spend(left, clock, "train", 7.0)
    spend(left, clock, "report", 2.0)
    again = TimeLeft(tmp_path / "seconds.json", USUAL_S, clock)
    with again.during("build", ("train", "report")):
        assert again.seconds() == 39.0
        clock.now += 50.0
        assert again.seconds() == 9.0, "a late step has nothing left, and never less"


def test_a_step_that_fails_leaves_the_times_of_last_time(left: TimeLeft, clock: Clock, tmp_path: Path) -> None:
    spend(left, clock, "build", 30.0)
    with pytest.raises(ValueError, match="broken"), left.during("build", ("train",)):
        clock.now += 1.0
        raise ValueError("broken")
    assert left.seconds() is None
    assert json.loads((tmp_path / "seconds.json").read_text()) == {"build": 30.0}


@pytest.mark.parametrize("text", ["{", "[1]", '{"build": "soon"}', '{"build": null}'])
def test_a_damaged_file_counts_as_none(text: str, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "seconds.json").write_text(text)
    left = TimeLeft(tmp_path / "seconds.json", USUAL_S, clock)
    with left.during("build", ("train",)):
        assert left.seconds() is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (4.9, ""),
        (5.0, "about 10 s left"),
        (41.0, "about 50 s left"),
        (90.0, "about 2 min left"),
        (200.0, "about 3 min left"),
        (3_599.0, "about 1 h 0 min left"),
        (6_000.0, "about 1 h 40 min left"),
    ],
)
def test_the_words_are_round(seconds: float, words: str, left: TimeLeft, clock: Clock) -> None:
    spend(left, clock, "train", seconds)
    with left.during("train", ()):
        assert left.words() == words
