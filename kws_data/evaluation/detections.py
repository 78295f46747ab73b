"""Detections in one recording, by the host or by the flashed board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.detector import Detection, HostDetector, StreamSpec
from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.evaluation.inference import host_features, int8_scores
from kws_data.evaluation.on_board import Engine, need

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession

DEVICE_BLOCK_SAMPLES = 4_096


def detections(
    bundle: ModelBundle,
    samples: Samples,
    engine: Engine = "host",
    session: BoardSession | None = None,
    stream: StreamSpec | None = None,
) -> list[Detection]:
    """Detections in one recording."""
    if engine == "device":
        return device_detections(need(session), bundle, samples)
    scores, ends = stream_scores(bundle, samples, (stream or StreamSpec()).stride_frames)
    rate = bundle.frontend.sample_rate_hz
    detector = HostDetector(len(bundle.labels), bundle.streaming_int8, stream, sample_rate_hz=rate)
    return detector.run(scores, (int(end) for end in ends))


def stream_scores(
    bundle: ModelBundle, samples: Samples, stride_frames: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores of the windows of a recording: int8 [windows, labels], and after how many samples each was made.

    The first window ends with frame ``bundle.frames``, as on the board; there are none in a shorter recording.
    """
    spec = bundle.frontend
    if spec.frames(len(samples)) < bundle.frames:
        return np.zeros((0, len(bundle.labels)), np.int8), np.zeros(0, np.int64)
    frames = host_features(bundle, samples[np.newaxis])[0]
    starts = np.arange(0, len(frames) - bundle.frames + 1, stride_frames)
    windows = np.lib.stride_tricks.sliding_window_view(frames, bundle.frames, axis=0)[starts]
    scores, _ = int8_scores(bundle.tflite, np.ascontiguousarray(windows.transpose(0, 2, 1)))
    return scores, (starts + bundle.frames - 1) * spec.hop_samples + spec.window_samples


def device_detections(session: BoardSession, bundle: ModelBundle, samples: Samples) -> list[Detection]:
    """Detections that the flashed image makes in a recording sent over the serial port."""
    from firmware_tools.spotter.client import StreamDetection
    from firmware_tools.spotter.client import stream as send

    session.require("spotter", bundle.bundle_hash)
    blocks = (samples[i : i + DEVICE_BLOCK_SAMPLES] for i in range(0, len(samples), DEVICE_BLOCK_SAMPLES))
    return [event for event in send(session.link, blocks) if isinstance(event, StreamDetection)]
