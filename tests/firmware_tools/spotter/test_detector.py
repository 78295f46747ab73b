"""Decisions: clip and stream, against what the header promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from firmware_tools.errors import ModelError
from firmware_tools.spotter.detector import Detection, FirmwareDetector
from firmware_tools.spotter.stream_spec import StreamSpec

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


def reference_stream(scores: np.ndarray, samples: list[int], threshold: int, average: int, refractory: int) -> list:
    found: list[Detection] = []
    for i in range(average - 1, len(scores)):
        sums = scores[i - average + 1 : i + 1, 2:].astype(int).sum(axis=0)
        best = int(sums.argmax())
        free = not found or samples[i] - found[-1].sample >= refractory
        if free and sums[best] >= threshold * average:
            found.append(Detection(samples[i], best + 2, int(sums[best] // average)))
    return found


@given(
    hnp.arrays(np.int8, st.tuples(st.integers(0, 40), st.just(4))),
    st.integers(-128, 127),
    st.integers(1, 6),
    st.integers(0, 2_000),
)
@settings(deadline=None)
def test_stream_follows_the_definition(scores: np.ndarray, threshold: int, average: int, refractory_ms: int) -> None:
    stream = StreamSpec(average=average, refractory_ms=refractory_ms)
    samples = [16_000 + 960 * i for i in range(len(scores))]
    detector = FirmwareDetector(4, threshold, stream)
    expected = reference_stream(scores, samples, threshold, average, refractory_ms * 16)
    assert detector.run(scores, samples) == expected
    detector.reset()
    assert detector.run(scores, samples) == expected


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
        lambda: StreamSpec(average=0),
        lambda: StreamSpec(stride_frames=0),
        lambda: StreamSpec(refractory_ms=-1),
        lambda: FirmwareDetector(5, 0).clips(np.zeros((2, 4), np.int8)),
        lambda: FirmwareDetector(5, 0).clips(np.zeros((2, 5), np.int16)),
    ],
)
def test_impossible_settings_are_refused(make: object) -> None:
    with pytest.raises(ModelError):
        make()  # type: ignore[operator]
