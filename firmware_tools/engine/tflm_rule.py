"""Which of the two rules for dense layers with one scale the TensorFlow Lite Micro at hand follows.

The two are described in :mod:`firmware_tools.engine.real_multipliers`. The question is put to the interpreter itself:
one layer, with one sum that lies where the two give different bytes.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from firmware_tools.errors import ModelError
from firmware_tools.tflite.model_builder import ModelBuilder
from firmware_tools.tflite.tflm import TflmInterpreter

Rule = Literal["double", "float32"]

# 11,989 is 117.5 steps of the output to within a millionth: below it with a float32 product, above with double.
INPUT_SCALE, WEIGHT_SCALE, OUTPUT_SCALE = 0.049, 0.04, 0.2
SUM = 11_989
OUTPUTS: dict[int, Rule] = {117: "float32", 118: "double"}


def probe_model() -> bytes:
    """A dense layer whose output for the input 0 is its bias, in steps of the output."""
    build = ModelBuilder()
    x = build.input((1, 1), INPUT_SCALE)
    weights = build.tensor((1, 1), "int8", WEIGHT_SCALE, 0, np.ones((1, 1), np.int8))
    bias = build.tensor((1,), "int32", INPUT_SCALE * WEIGHT_SCALE, 0, np.asarray([SUM], np.int32))
    y = build.activation((1, 1), OUTPUT_SCALE, 0)
    build.operator("FULLY_CONNECTED", [x.index, weights.index, bias.index], [y], build.dense_options(), 4)
    return build.finish(y)


def tflm_rule() -> Rule:
    """How the installed tflite-micro takes the product of two scales.

    Raises:
        ModelError: the wheel is missing, or it gives what neither rule gives.
    """
    output = int(TflmInterpreter(probe_model())(np.zeros((1, 1), np.int8))[0, 0])
    if output not in OUTPUTS:
        raise ModelError(
            "tflite-micro scales a dense layer by neither known rule", output, "install the pinned version"
        )
    return OUTPUTS[output]
