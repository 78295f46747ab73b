"""What kws hears in a stream with a model of micro_wake_word is what that runtime hears, sample for sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from wake_word_models import keyword_model, wake_word_bundle
from wake_word_runtime import first_of_each, steps_heard

from firmware_tools.frontend.micro import stream_features
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite import tflm
from firmware_tools.tflite.ring_model import ring_model
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import stream_scores
from kws_data.export.micro_wake_word import sayable

pytest.importorskip("pymicro_features")
MODEL = 5  # its scores of the sounds below are low, high and all between


def sound(seconds: float = 12.0, seed: int = 0) -> np.ndarray:
    """Syllables of a sort: tones that come and go, over a hiss."""
    rng, rate = np.random.default_rng(seed), 16_000
    time = np.arange(round(seconds * rate)) / rate
    loud = np.repeat(rng.uniform(0, 1, len(time) // 2_400 + 1) ** 2, 2_400)[: len(time)]
    pitch = np.repeat(rng.uniform(200, 3_000, len(time) // 2_400 + 1), 2_400)[: len(time)]
    tones = sum(np.sin(2 * np.pi * np.cumsum(pitch * k) / rate) / k for k in (1, 2, 3))
    return np.rint(6_000 * loud * tones + rng.normal(0, 60, len(time))).astype(np.int16)


@pytest.mark.skipif(not tflm.available(), reason="tflite-micro has no wheel here")
def test_scores_are_those_of_the_file_that_the_device_loads() -> None:
    bundle, samples = wake_word_bundle(keyword_model(MODEL), StreamSpec()), sound(4)
    scores, ends = stream_scores(bundle, samples, 3)
    frames = stream_features(samples)
    calls = frames[: len(frames) // 3 * 3].reshape(-1, 3, 40)
    wanted = tflm.TflmInterpreter(ring_model(bundle.tflite, limit_bytes=None))(calls)[:, 0].view(np.uint8)
    assert np.array_equal(scores[:, 2].astype(int) + 128, wanted)
    assert np.unique(wanted).size > 20, "scores that do not move tell nothing"
    assert ends.tolist() == [480 + 160 * (3 * call + 2) for call in range(len(calls))]


def test_silence_and_other_words_share_what_the_keyword_leaves() -> None:
    scores, _ = stream_scores(wake_word_bundle(keyword_model(MODEL), StreamSpec()), sound(3), 3)
    total = (scores.astype(int) + 128).sum(axis=1)
    assert np.array_equal(scores[:, 0], scores[:, 1])
    assert total.min() >= 254
    assert total.max() <= 255


@pytest.mark.parametrize("samples", [0, 479, 480, 799, 800])
def test_recordings_that_are_hardly_one(samples: int) -> None:
    scores, ends = stream_scores(wake_word_bundle(keyword_model(MODEL), StreamSpec()), sound(1)[:samples], 3)
    assert scores.shape == (int(samples >= 800), 3)
    assert ends.tolist() == [800] * len(scores)


@pytest.mark.parametrize(("average", "share"), [(5, 0.8), (16, 0.6)])
def test_detections_are_those_of_pymicro_wakeword(average: int, share: float, tmp_path: Path) -> None:
    pytest.importorskip("pymicro_wakeword")
    tflite, samples = keyword_model(MODEL), sound()
    scores, _ = stream_scores(wake_word_bundle(tflite, StreamSpec()), samples, 3)
    sums = np.convolve(scores[:, 2].astype(int), np.ones(average, int), "valid")
    threshold = sayable(int(np.quantile(sums, share)), average)
    stream = StreamSpec(3, average, 1_000, (threshold,) * 3)
    found = [one.sample for one in HostDetector(wake_word_bundle(tflite, stream)).detections(samples)]
    heard = steps_heard(ring_model(tflite, limit_bytes=None), stream, samples, tmp_path)
    assert found == first_of_each(heard, 16_000)
    assert len(found) > 2
    assert len(heard) > len(found)
