"""Decisions of micro_wake_word: ESPHome's C++ and pymicro-wakeword's Python, written out plainly, and both at once."""

from __future__ import annotations

import statistics
from collections import deque

import numpy as np
import pytest
from esphome_decisions import detections
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.spotter.wake_word import Cutoff, cutoff_for

STRIDE = 3


def scores_of(seed: int, count: int = 3_000) -> NDArray[np.uint8]:
    """Quiet, with hills."""
    draw = np.random.default_rng(seed)
    hills = np.convolve((draw.random(count) < 0.02) * draw.uniform(0, 600, count), np.ones(9), "same")
    return np.clip(hills + draw.normal(15, 15, count), 0, 255).astype(np.uint8)


def esphome(scores: NDArray[np.uint8], cutoff: Cutoff) -> list[int]:
    """Frames of detections, in the order of statements of streaming_model.cpp and process_probabilities_."""
    bar, size = int(cutoff.probability * 255), cutoff.window
    recent, index, ignore, unprocessed, found = [0] * size, 0, -100, False, []
    for frame in range(1, STRIDE * len(scores) + 1):
        if frame % STRIDE == 0:
            index += 1
            if index == size:
                index = 0
            recent[index] = int(scores[frame // STRIDE - 1])
            unprocessed = True
        if recent[index] < bar:
            ignore = min(ignore + 1, 0)
        if not unprocessed or ignore < 0:
            continue
        unprocessed = False
        if sum(recent) > bar * size:
            found.append(frame)
            recent, ignore = [0] * size, -100
    return found


def pymicro(scores: NDArray[np.uint8], cutoff: Cutoff) -> list[bool]:
    """What process_streaming of pymicro-wakeword returns at each score."""
    recent: deque[float] = deque(maxlen=cutoff.window)
    answers = []
    for score in scores:
        recent.append((np.float32(score) * np.float32(1 / 256)).item())
        mean = 0.0 if len(recent) < cutoff.window else statistics.mean(recent)
        answers.append(not mean <= cutoff.probability)
    return answers


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("window", [1, 3, 5, 10, 33])
@pytest.mark.parametrize("probability", [0.05, 0.5, 0.97])
def test_a_detection_is_one_of_both_runtimes(seed: int, window: int, probability: float) -> None:
    scores, cutoff = scores_of(seed), Cutoff(probability, window)
    own = [heard.frames for heard in detections(scores, cutoff)]
    theirs = pymicro(scores, cutoff)
    assert all(theirs[frames // STRIDE - 1] for frames in own)
    if window < 33 and probability < 0.9:
        assert own
        assert abs(len(own) - len(esphome(scores, cutoff))) <= 0.1 * len(own) + 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bar", [1, 40, 128, 200, 254])
def test_with_one_score_all_three_agree(seed: int, bar: int) -> None:
    """A cutoff of bar/255 is the same bar in both where no sums are taken."""
    scores, cutoff = scores_of(seed), Cutoff(np.ceil(bar / 255 * 1e6) / 1e6, 1)
    assert cutoff.bar == bar
    own = [heard.frames for heard in detections(scores, cutoff)]
    assert own == esphome(scores, cutoff)
    assert own


@pytest.mark.parametrize("window", [2, 5, 12])
def test_low_bars_are_the_same_in_both(window: int) -> None:
    """As long as bar x window stays below 255, no sum lies between the two."""
    for bar in range(1, 255 // window):
        cutoff = Cutoff(np.ceil(bar / 255 * 1e6) / 1e6, window)
        for seed in range(2):
            scores = scores_of(seed, 500) // 4
            assert [heard.frames for heard in detections(scores, cutoff)] == esphome(scores, cutoff)


@pytest.mark.parametrize("window", [1, 3, 5, 10, 64])
def test_a_cutoff_stands_for_its_threshold(window: int) -> None:
    """Exactly in pymicro-wakeword, and so here; ESPHome's bar is lower by less than two units a score."""
    for total in range(window + 2, 255 * window + 1, 7):
        cutoff = cutoff_for(total - 128 * window, window)
        assert not cutoff.reached(total - 1)
        assert cutoff.reached(total)
        assert total - 2 * window < cutoff.bar * window + 1 <= total


def test_a_threshold_below_esphomes_least_is_raised_to_it() -> None:
    for window in (1, 5):
        cutoff = cutoff_for(-128 * window, window)
        assert cutoff.bar == 1
        assert cutoff.reached(2 * window)


def test_there_is_a_wait_at_the_start_and_after_each_detection() -> None:
    """100 frames, which pass only while the newest score is low."""
    cutoff = Cutoff(0.5, 2)
    low, high = [0] * 40, [255] * 2
    heard = detections(np.asarray([*high, *low, *high, *high, *low, *high], np.uint8), cutoff)
    assert [one.frames for one in heard] == [3 * 44, 3 * 88]
    assert detections(np.full(500, 255, np.uint8), cutoff) == []
    assert [one.total for one in heard] == [510, 510]


def test_a_score_that_waits_is_decided_on_between_two_scores() -> None:
    """The wait ends at frame 102, after the score of frame 99 has been put aside; a fresh one is there then."""
    scores = np.asarray([0] * 33 + [200, 200], np.uint8)
    assert [one.frames for one in detections(scores, Cutoff(0.5, 1))] == esphome(scores, Cutoff(0.5, 1)) == [102]
    late = np.asarray([0] * 32 + [100, 200], np.uint8)
    assert [one.frames for one in detections(late, Cutoff(0.2, 1))] == esphome(late, Cutoff(0.2, 1))


@pytest.mark.parametrize("probability", [0.0, 0.003, 0.9999, 1.0, 1.5, -1, float("nan")])
def test_a_cutoff_that_never_detects(probability: float) -> None:
    with pytest.raises(ModelError, match="never detect"):
        Cutoff(probability, 5)


def test_a_threshold_that_nothing_reaches_and_an_empty_window() -> None:
    with pytest.raises(ModelError, match="never detect"):
        cutoff_for(32_767, 5)
    with pytest.raises(ModelError, match="sliding window"):
        Cutoff(0.5, 0)
