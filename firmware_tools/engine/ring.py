"""Scores of a ring model over a stream, from the windows that it holds: no runtime with variables is needed.

A ring model (:mod:`firmware_tools.tflite.ring_model`) computes the whole window at each call, so its scores are those
of the windowed model over the stream with a window of silence before it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.host import HostEngine
from firmware_tools.tflite.ring_model import STRIDE_FRAMES, Window, window_of
from firmware_tools.tflite.sigmoid_head import sigmoid_model
from firmware_tools.tflite.streaming_rules import FEATURE_ZERO


def ring_scores(tflite: bytes, frames: NDArray[np.int8], stride_frames: int = STRIDE_FRAMES) -> NDArray[np.uint8]:
    """What the ring model of a windowed one gives for a stream from its start, 0 to 255 a call.

    Args:
        tflite: the windowed model, as :func:`firmware_tools.tflite.ring_model.ring_model` takes it.
        frames: features int8 ``[n, 40]``; call number k ends with frame ``stride * k + stride - 1``.
        stride_frames: frames that each call brings.

    Raises:
        ModelError: the model cannot be a ring model.
        FirmwareError: the compiler refused.
    """
    engine, window = _engine(tflite, stride_frames)
    silence = np.full((window.frames - stride_frames, frames.shape[1]), FEATURE_ZERO, np.int8)
    scores = engine.windows(np.concatenate([silence, frames]), stride_frames)[:, 0]
    return (scores.astype(np.int16) + 128).astype(np.uint8)


@lru_cache(maxsize=8)
def _engine(tflite: bytes, stride_frames: int) -> tuple[HostEngine, Window]:
    engine = HostEngine(sigmoid_model(tflite))
    return engine, window_of(engine.graph, stride_frames)
