"""A stream as ESPHome's micro_wake_word scores it: from the first frames on, the rest of the window being quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.ring import ring_scores
from firmware_tools.frontend.micro import stream_features

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
