"""A stream as ESPHome's micro_wake_word scores it: from the first frames on, the rest of the window being quiet."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.host import HostEngine
from firmware_tools.frontend.micro import ZERO, stream_features
from firmware_tools.tflite.sigmoid_head import sigmoid_model

if TYPE_CHECKING:
    from kws_data.audio import Samples
    from kws_data.bundle import ModelBundle


def ring_scores(
    bundle: ModelBundle, samples: Samples, stride_frames: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores int8 ``[windows, 3]`` of a recording and after how many samples each was made, a window every
    ``stride_frames`` frames.

    The keyword's are those of the file that the device loads (:func:`firmware_tools.tflite.ring_model.ring_model`),
    less 128: its ring begins full of silence, and computes the window anew at each call. Here the generated C does,
    over all windows in one call. Silence and other words share the rest.

    Raises:
        FrontendError: ``pymicro-features`` is not installed.
        ModelError: the model has not one score.
    """
    spec, frames = bundle.frontend, stream_features(samples)
    before = np.full((bundle.frames - stride_frames, spec.features), ZERO, np.int8)
    keyword = _engine(bundle.tflite).windows(np.concatenate([before, frames]), stride_frames)[:, 0]
    rest = (127 - keyword.astype(np.int16)) // 2 - 128
    scores = np.stack([rest, rest, keyword], axis=1).astype(np.int8)
    last_frames = (np.arange(len(scores)) + 1) * stride_frames - 1
    return scores, last_frames * spec.hop_samples + spec.window_samples


@lru_cache(maxsize=8)
def _engine(tflite: bytes) -> HostEngine:
    return HostEngine(sigmoid_model(tflite))
