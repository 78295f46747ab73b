"""How features become int8: one fixed offset and step for each, the same for every recording.

``q = floor((value - offset) / step + 0.5)``, saturated to -128 .. 127; the model's input is ``q / 128``.

The constants were fitted once, to 20 ms frames of Google Speech Commands at gains from -10 to +6 dB, so that each
feature has a standard deviation of about 40 steps and saturates in well under 1 % of frames. They do not depend on the data
of a run: two models with the same FrontendSpec have the same features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import FrontendSpec

# Log-mel levels in dB.
LOG_MEL_OFFSET_DB = -25.0
LOG_MEL_STEP_DB = 0.5

# Mel cepstra: coefficient 0 is sqrt(bands) times the mean level; the rest fall off smoothly with their number.
MEAN_LEVEL_DB = -25.0
MEAN_STEP_DB = 0.4
SLOPE_STEP_DB = 1.4
FINE_STEP_DB = 0.1


def quantisation(spec: FrontendSpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offset and step of each feature in dB, both of shape ``[features]``."""
    if spec.kind == "log_mel":
        return np.full(spec.features, LOG_MEL_OFFSET_DB), np.full(spec.features, LOG_MEL_STEP_DB)
    number = np.arange(spec.features, dtype=np.float64)
    width = np.sqrt(spec.mel_bands)
    step = FINE_STEP_DB + SLOPE_STEP_DB / np.maximum(number, 1.0)
    offset = np.zeros(spec.features)
    step[0] = MEAN_STEP_DB * width
    offset[0] = MEAN_LEVEL_DB * width
    return offset, step


def quantise(spec: FrontendSpec, values: NDArray[np.float64]) -> NDArray[np.int8]:
    """int8 features of ``values`` in dB, whose last axis is the features."""
    offset, step = quantisation(spec)
    return np.clip(np.floor((values - offset) / step + 0.5), -128, 127).astype(np.int8)


def dequantise(spec: FrontendSpec, quantised: NDArray[np.int8]) -> NDArray[np.float64]:
    """Values in dB at the centres of the int8 steps."""
    offset, step = quantisation(spec)
    return np.asarray(quantised.astype(np.float64) * step + offset)
