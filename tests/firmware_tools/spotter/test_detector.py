"""Decisions: clip and stream, against what the header promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from firmware_tools.errors import ModelError
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from firmware_tools.spotter.stream_spec import MAX_AVERAGE, NEVER, StreamSpec

score_rows = hnp.arrays(np.int8, st.tuples(st.integers(0, 12), st.just(5)))


@given(score_rows, st.integers(-128, 127))
@settings(deadline=None)
def test_clip_decision_is_the_first_best_keyword_from_the_threshold_on(scores: np.ndarray, threshold: int) -> None:
    best = scores[:, 2:].argmax(axis=1) + 2
    expected = np.where(scores[np.arange(len(scores)), best] >= threshold, best, -1)
    np.testing.assert_array_equal(FirmwareDetector(5, threshold).clips(scores), expected)


def test_silence_and_unknown_are_never_detected() -> None:
    scores = np.array([[127, 127, -1, -2], [127, -128, 0, -128]], np.int8)
    assert FirmwareDetector(4, 0).clips(scores).tolist() == [-1, 2]


def reference_stream(scores: np.ndarray, samples: list[int], stream: StreamSpec, thresholds: list[int]) -> list:
    found: list[Detection] = []
    for i in range(stream.average - 1, len(scores)):
        sums = scores[i - stream.average + 1 : i + 1].astype(int).sum(axis=0)
        above = (sums - thresholds)[2:]
        best = int(above.argmax())
        free = not found or samples[i] - found[-1].sample >= stream.refractory_samples(16_000)
        if free and above[best] >= 0:
            found.append(Detection(samples[i], best + 2, int(sums[best + 2] // stream.average)))
    return found


streams = hnp.arrays(np.int8, st.tuples(st.integers(0, 40), st.just(4)))


@given(streams, st.integers(-128, 127), st.integers(1, 6), st.integers(0, 2_000))
@settings(deadline=None)
def test_stream_follows_the_definition(scores: np.ndarray, threshold: int, average: int, refractory_ms: int) -> None:
    stream = StreamSpec(average=average, refractory_ms=refractory_ms)
    samples = [16_000 + 960 * i for i in range(len(scores))]
    detector = FirmwareDetector(4, threshold, stream)
    expected = reference_stream(scores, samples, stream, [average * threshold] * 4)
    assert detector.run(scores, samples) == expected
    detector.reset()
    assert detector.run(scores, samples) == expected


@given(streams, st.integers(1, 64), st.integers(0, 300), st.lists(st.integers(-300, 300), min_size=4, max_size=4))
@settings(deadline=None)
def test_each_keyword_has_a_threshold_of_its_own(
    scores: np.ndarray, average: int, refractory_ms: int, sums: list[int]
) -> None:
    stream = StreamSpec(average=average, refractory_ms=refractory_ms, sums=tuple(sums))
    samples = [16_000 + 960 * i for i in range(len(scores))]
    assert FirmwareDetector(4, 127, stream).run(scores, samples) == reference_stream(scores, samples, stream, sums)


def test_the_keyword_furthest_above_its_own_threshold_is_detected_not_the_loudest() -> None:
    scores = np.array([[0, 0, 60, 40, 40]] * 2, np.int8)

    def label(*keywords: int) -> int | None:
        detector = FirmwareDetector(5, 0, StreamSpec(average=2, sums=(0, 0, *keywords)))
        found = detector.run(scores, [1, 2])
        return found[0].label if found else None

    assert label(0, 0, 0) == 2
    assert label(119, 70, 70) == 3  # 1, 10 and 10 above: the first of equals
    assert label(120, 81, NEVER) == 2  # at its threshold
    assert label(121, 81, NEVER) is None


@pytest.mark.parametrize("value", [-128, 127])
def test_the_longest_average_is_summed_exactly(value: int) -> None:
    scores = np.full((3 * MAX_AVERAGE, 3), value, np.int8)
    stream = StreamSpec(average=MAX_AVERAGE, refractory_ms=0, sums=(0, 0, MAX_AVERAGE * value))
    found = FirmwareDetector(3, 0, stream).run(scores, range(len(scores)))
    assert [(one.sample, one.score) for one in found] == [(i, value) for i in range(MAX_AVERAGE - 1, len(scores))]
    never = replace(stream, sums=(0, 0, MAX_AVERAGE * value + 1))
    assert FirmwareDetector(3, 0, never).run(scores, range(len(scores))) == []


def test_sample_counts_beyond_32_bits_are_kept() -> None:
    detector = FirmwareDetector(3, 10, StreamSpec(average=1, refractory_ms=100))
    loud = np.array([0, 0, 50], np.int8)
    late = (1 << 33) + 5
    assert detector.push(loud, late) == Detection(late, 2, 50)
    assert detector.push(loud, late + 1_599) is None
    assert detector.push(loud, late + 1_600) == Detection(late + 1_600, 2, 50)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FirmwareDetector(2, 0),
        lambda: FirmwareDetector(256, 0),
        lambda: FirmwareDetector(5, 128),
        lambda: FirmwareDetector(5, 0, StreamSpec(sums=(0,) * 4)),
        lambda: FirmwareDetector(5, 0).run(np.zeros((2, 5), np.int8), [1]),
        lambda: FirmwareDetector(5, 0).clips(np.zeros((2, 4), np.int8)),
        lambda: FirmwareDetector(5, 0).clips(np.zeros((2, 5), np.int16)),
    ],
)
def test_impossible_settings_are_refused(make: object) -> None:
    with pytest.raises(ModelError):
        make()  # type: ignore[operator]
