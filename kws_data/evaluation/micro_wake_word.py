"""A stream as ESPHome's micro_wake_word hears it: scores from the first frames on, the rest of the window being quiet,
and decisions by the stricter of the rules of its two runtimes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.ring import ring_scores
from firmware_tools.frontend.micro import stream_features
from firmware_tools.spotter.detector import FIRST_KEYWORD, Detection
from firmware_tools.spotter.wake_word import cutoff_for, detections

if TYPE_CHECKING:
    from kws_data.audio import Samples
    from kws_data.bundle import ModelBundle


def ring_stream_scores(
    bundle: ModelBundle, samples: Samples, stride_frames: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores int8 ``[windows, 3]`` of a recording and after how many samples each was made, a window every
    ``stride_frames`` frames.

    The keyword's are those of the file that the device loads, less 128; silence and other words share the rest.

    Raises:
        FrontendError: ``pymicro-features`` is not installed.
        ModelError: the model has not one score.
    """
    spec = bundle.frontend
    keyword = ring_scores(bundle.tflite, stream_features(samples), stride_frames).astype(np.int16)
    rest = (255 - keyword) // 2
    scores = (np.stack([rest, rest, keyword], axis=1) - 128).astype(np.int8)
    last_frames = (np.arange(len(scores)) + 1) * stride_frames - 1
    return scores, last_frames * spec.hop_samples + spec.window_samples


def decided(bundle: ModelBundle, scores: NDArray[np.int8]) -> list[Detection]:
    """Detections in a stream by its scores ``[windows, 3]`` from its start on, with the cutoff that the manifest gets.

    ``refractory_ms`` has no part in it: the runtime waits for 100 frames of low scores instead.
    """
    spec, stream = bundle.frontend, bundle.stream
    threshold = stream.thresholds(len(bundle.labels), bundle.streaming_int8)[FIRST_KEYWORD]
    if threshold > 127 * stream.average:
        return []
    keyword = (scores[:, FIRST_KEYWORD].astype(np.int16) + 128).astype(np.uint8)
    heard = detections(keyword, cutoff_for(threshold, stream.average), stream.stride_frames)
    return [
        Detection(
            sample=spec.window_samples + (one.frames - 1) * spec.hop_samples,
            label=FIRST_KEYWORD,
            score=one.total // stream.average - 128,
        )
        for one in heard
    ]
