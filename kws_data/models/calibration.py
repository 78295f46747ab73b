"""Clips whose activations fix the ranges of an int8 model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from kws_data.models.float_model import as_input

REPRESENTATIVE_CLIPS = 1_000


def representative(features: NDArray[np.int8], seed: int) -> NDArray[np.float32]:
    """Model inputs to calibrate on: some clips, and one frame each of the lowest and the highest value."""
    if features.ndim != 3 or len(features) == 0:
        raise ModelError("no features to calibrate on", list(features.shape), "give int8 [clips, frames, features]")
    index = np.random.default_rng(seed).permutation(len(features))[:REPRESENTATIVE_CLIPS]
    chosen = np.array(features[np.sort(index)])
    chosen[0, 0, 0], chosen[0, -1, -1] = -128, 127
    inputs = as_input(chosen)
    assert inputs.min() == -1.0 and inputs.max() == 127 / 128
    return inputs
