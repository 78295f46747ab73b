"""How features become int8: one fixed offset and step for each, the same for every recording.

``q = floor((value - offset) / step + 0.5)``, saturated to -128 .. 127; the model's input is ``q / 128``.

The constants were fitted once, to training speakers of Google Speech Commands with background noise at 0 to 30 dB in
half of the clips and gains from -10 to +6 dB. With 40 bands each feature has a standard deviation of 28 to 40 steps
and saturates in about 1 % of frames or fewer. They do not depend on the data of a run: the same FrontendSpec
always gives the same features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import MICRO, FrontendSpec

# Log-mel levels in dB: -89 to +25.
LOG_MEL_OFFSET_DB = -32.0
LOG_MEL_STEP_DB = 0.45

# Mel cepstra. An orthonormal DCT of a fixed spectral shape grows as sqrt(bands), so everything does.
# Coefficient 0 is the mean level, 1 the tilt of the spectrum, 3 has the only other mean that counts; from 1 on the
# spread falls as a power.
MEAN_LEVEL_DB = -36.0
MEAN_LEVEL_STEP_DB = 0.4
TILT_DB = 5.0
BEND_DB = 1.2
SHAPE_STEP_DB = 0.135
SHAPE_POWER = -0.73

# micro_frontend's int8 law is ESPHome's: 666 / 256 of a uint16, which is 64 times the natural logarithm of a magnitude
# after noise reduction and gain control. It is 0 there where a level of ours would be the least.
MICRO_STEP_DB = 20.0 * np.log10(np.e) / 64.0 * 666.0 / 256.0


def quantisation(spec: FrontendSpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offset and step of each feature in dB, both of shape ``[features]``."""
    if spec.kind == "log_mel":
        return np.full(spec.features, LOG_MEL_OFFSET_DB), np.full(spec.features, LOG_MEL_STEP_DB)
    if spec.kind == MICRO:
        return np.full(spec.features, 128.0 * MICRO_STEP_DB), np.full(spec.features, MICRO_STEP_DB)
    number = np.arange(spec.features, dtype=np.float64)
    width = np.sqrt(spec.mel_bands)
    step = width * SHAPE_STEP_DB * np.maximum(number, 1.0) ** SHAPE_POWER
    step[0] = width * MEAN_LEVEL_STEP_DB
    offset = np.zeros(spec.features)
    offset[:4] = width * np.array([MEAN_LEVEL_DB, TILT_DB, 0.0, BEND_DB])[: spec.features]
    return offset, step


def quantise(spec: FrontendSpec, values: NDArray[np.float64]) -> NDArray[np.int8]:
    """int8 features of ``values`` in dB, whose last axis is the features."""
    offset, step = quantisation(spec)
    return np.clip(np.floor((values - offset) / step + 0.5), -128, 127).astype(np.int8)


def dequantise(spec: FrontendSpec, quantised: NDArray[np.int8]) -> NDArray[np.float64]:
    """Values in dB at the centres of the int8 steps."""
    offset, step = quantisation(spec)
    return np.asarray(quantised.astype(np.float64) * step + offset)
