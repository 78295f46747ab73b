"""Features and int8 scores of clips on the host, as the board computes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kws_data.bundle import ModelBundle


def int8_scores(tflite: bytes, x: NDArray[np.int8]) -> tuple[NDArray[np.int8], str]:
    """Scores int8 [clips, labels] of features int8 [clips, frames, features], and the engine that made them.

    The engine is the TFLM interpreter; where its wheel is missing the generated C engine, which is bit for bit equal,
    stands in.

    Raises:
        ModelError: the model cannot be run, or takes other features.
    """
    from firmware_tools.tflite import tflm

    inputs = np.ascontiguousarray(x)[:, :, np.newaxis, :]
    if tflm.available():
        return tflm.TflmInterpreter(tflite)(inputs), "tflite-micro"
    from firmware_tools.engine.host import HostEngine

    return HostEngine(tflite)(inputs), "kws C engine (tflite-micro is not installed here)"


def host_features(bundle: ModelBundle, samples: NDArray[np.int16]) -> NDArray[np.int8]:
    """Features int8 [clips, frames, features] by the bundle's own front end."""
    from firmware_tools.frontend.host import HostFrontend

    return HostFrontend(bundle.frontend)(samples)
