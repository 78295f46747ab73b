"""The threshold of a stream comes from a stream, and never lies below that of clips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import tiny_bundle

from kws_data.bundle import ModelBundle
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.stitched_stream import string_together
from kws_data.evaluation.stream_threshold import choose_stream_threshold
from kws_data.features.load import feature_path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Validation clips of noise of many levels, half of them called a keyword."""
    rng = np.random.default_rng(5)
    clips = (rng.standard_normal((40, 16_000)) * rng.uniform(10, 4_000, (40, 1))).astype(np.int16)
    np.save(tmp_path / "audio-validation.npy", clips)
    np.save(feature_path(tmp_path, "validation", "x"), np.zeros((40, 1, 49, 40), np.int8))
    np.save(feature_path(tmp_path, "validation", "y"), np.arange(40, dtype=np.int32) % 4)
    np.save(feature_path(tmp_path, "validation", "ids"), np.array([str(i) for i in range(40)]))
    return tmp_path


def false_accepts(bundle: ModelBundle, dataset: Path) -> int:
    clips, y = np.load(dataset / "audio-validation.npy"), np.arange(40) % 4
    samples, spoken = string_together(clips, y, bundle.labels, 16_000)
    found = HostDetector(bundle).detections(samples)
    right = sum(
        any(w.start_s <= d.sample / 16_000 <= w.end_s + 1 and bundle.labels[d.label] == w.label for w in spoken)
        for d in found
    )
    return len(found) - right


def test_it_holds_the_false_accepts(dataset: Path) -> None:
    bundle = replace(tiny_bundle(), threshold_int8=-128)
    assert false_accepts(bundle, dataset) > 2
    strict = choose_stream_threshold(bundle, dataset, max_false_per_hour=1e-6)
    loose = choose_stream_threshold(bundle, dataset, max_false_per_hour=1e6)
    assert -128 == loose < strict
    assert false_accepts(replace(bundle, stream_threshold_int8=strict), dataset) == 0


def test_it_never_lies_below_the_threshold_of_clips(dataset: Path) -> None:
    bundle = replace(tiny_bundle(), threshold_int8=90)
    assert choose_stream_threshold(bundle, dataset, max_false_per_hour=1e6) == 90
    assert replace(bundle, stream_threshold_int8=10).streaming_int8 == 90
    assert replace(bundle, stream_threshold_int8=100).streaming_int8 == 100


def test_clips_in_a_row_keep_their_samples_and_times() -> None:
    clips = np.stack([np.full(16_000, value, np.int16) for value in (100, 200, 300)])
    samples, spoken = string_together(clips, np.array([0, 2, 3]), ["_silence_", "_unknown_", "yes", "no"], 16_000)
    assert len(samples) == 48_000 and {word.label for word in spoken} == {"yes", "no"}
    for word in spoken:
        middle = samples[int((word.start_s + word.end_s) / 2 * 16_000)]
        assert middle == {"yes": 200, "no": 300}[word.label]
        assert samples[int(word.start_s * 16_000)] == 0
