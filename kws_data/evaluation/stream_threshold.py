"""The threshold of the streaming detector: a window that holds half a word scores otherwise than a whole clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from firmware_tools.spotter.detector import FirmwareDetector
from kws_data.bundle import ModelBundle
from kws_data.evaluation.inference import stream_scores
from kws_data.evaluation.stitched_stream import string_together
from kws_data.evaluation.stream_truth import Truth, judge
from kws_data.features.load import load_audio_clips, load_features


def choose_stream_threshold(bundle: ModelBundle, dataset_dir: Path, max_false_per_hour: float) -> int:
    """The lowest int8 threshold, from the clip threshold up, that holds the false accepts in a validation stream.

    The stream is the validation clips one after the other, so words follow each other far more closely
    than in life. 127 when no threshold holds the limit.

    Raises:
        DataError: the data set is missing.
    """
    rate_hz = bundle.frontend.sample_rate_hz
    validation = load_features(dataset_dir, "validation")
    clips = load_audio_clips(dataset_dir, "validation")
    samples, spoken = string_together(clips, validation.y, bundle.labels, rate_hz)
    truth = Truth({"stream": spoken})
    stream = replace(bundle.stream, sums=None)
    scores, ends = stream_scores(bundle, samples, stream.stride_frames)
    allowed = max_false_per_hour * len(samples) / rate_hz / 3_600

    def holds(threshold_int8: int) -> bool:
        detector = FirmwareDetector(len(bundle.labels), threshold_int8, stream, sample_rate_hz=rate_hz)
        found = detector.run(scores, ends)
        times, names = [d.sample / rate_hz for d in found], [bundle.labels[d.label] for d in found]
        verdicts, _ = judge(truth, "stream", times, names)
        return verdicts.count("false") <= allowed

    return _lowest(holds, bundle.threshold_int8)


def _lowest(holds: Callable[[int], bool], low: int) -> int:
    """The lowest of ``low`` to 127 that holds, by halving: a higher threshold lets less through."""
    high = 127
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
