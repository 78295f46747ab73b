"""From a float model to the file that ``export:`` and ``model.pointwise_bits`` ask for: int8, slim, with a memory plan
when that saves some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.tflm_plan import METADATA, plan_vector
from firmware_tools.tflite.pack_int4 import packed
from firmware_tools.tflite.slim import slim
from kws_data.config.export import ExportSettings
from kws_data.export.quantize import quantise
from kws_data.models.float_model import load_float
from kws_data.models.weights_4bit import on_levels

if TYPE_CHECKING:
    import keras


def exported_tflite(
    model_float: Path | keras.Model,
    features: NDArray[np.int8],
    settings: ExportSettings,
    seed: int = 0,
    pointwise_bits: int = 8,
) -> bytes:
    """The bytes of the slim ``.tflite``.

    Args:
        model_float: path of ``model_float.keras``, or the model.
        features: int8 [clips, frames, features], training features to calibrate the activations on.
        settings: of the export.
        seed: which of them are used, when there are more than are needed.
        pointwise_bits: 8, or 4, of the weights of 1x1 convolutions.

    Raises:
        ModelError: no features, no such model, or one that cannot be stored in so many bits.
    """
    model = load_float(model_float) if isinstance(model_float, Path) else model_float
    per_channel = settings.dense_per_channel
    if pointwise_bits == 8:
        file = slim(quantise(model, features, seed, dense_per_channel=per_channel))
    else:
        file = slim(packed(quantise(on_levels(model), features, seed, dense_per_channel=per_channel)))
    plan = plan_vector(file) if settings.arena_plan else None
    return file if plan is None else slim(file, {METADATA: plan})
