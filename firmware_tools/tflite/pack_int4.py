"""Pointwise convolutions of a .tflite with weights of 4 bits: half the bytes of most of a model's weights.

The file is made in two stages that need nothing special of the converter: a model whose pointwise kernels lie on 15
levels (``models/levels.py``) is converted to int8 as any other, which puts the levels 127/7 apart, and :func:`packed`
writes the numbers of the levels, two a byte, as kTfLiteInt4 tensors.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, model_bytes, operator_code, schema
from firmware_tools.tflite.int4 import LEVELS, pack_nibbles

INT8_ROUNDING = 0.51  # how far the converter's int8 weight can be from its level


def packed(tflite: bytes) -> bytes:
    """The same model with the weights of its pointwise convolutions as numbers of 4 bits.

    Biases are rounded to the larger scale that goes with the larger step.

    Raises:
        ModelError: damaged, or kernels that are not those of ``on_levels``.
    """
    model = load_model(tflite)
    graph, conv = model.subgraphs[0], schema().BuiltinOperator.CONV_2D
    for operator in graph.operators:
        if operator_code(model.operatorCodes[operator.opcodeIndex]) == conv and _is_int8_pointwise(graph, operator):
            _pack(model, graph, operator)
    return model_bytes(model)


def _is_int8_pointwise(graph: Any, operator: Any) -> bool:
    weights = graph.tensors[operator.inputs[1]]
    return weights.type == schema().TensorType.INT8 and list(weights.shape[1:3]) == [1, 1]


def _pack(model: Any, graph: Any, operator: Any) -> None:
    weights = _own_tensor(graph, operator, 1)
    stored = np.asarray(model.buffers[weights.buffer].data, np.uint8).view(np.int8).reshape(weights.shape)
    levels, steps = _levels(stored.reshape(len(stored), -1))
    _set_data(model, weights, pack_nibbles(levels))
    weights.type = schema().TensorType.INT4
    _scale(weights, steps)
    if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
        bias = _own_tensor(graph, operator, 2)
        values = np.asarray(model.buffers[bias.buffer].data, np.uint8).view("<i4")
        _set_data(model, bias, np.rint(values / steps).astype("<i4").view(np.uint8))
        _scale(bias, steps)


def _levels(stored: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Numbers of the levels [channels, inputs], and each channel's step in units of its int8 weights."""
    most = np.abs(stored.astype(np.int16)).max(axis=1).astype(np.float64)
    steps = np.where(most > 0, most / LEVELS, 1.0)
    levels = np.rint(stored / steps[:, np.newaxis])
    furthest = float(np.abs(levels * steps[:, np.newaxis] - stored).max())
    if furthest > INT8_ROUNDING:
        raise ModelError("weights are not on 15 levels", f"{furthest:.1f} steps of int8 away", "use kws export")
    return levels.astype(np.int8), steps


def _own_tensor(graph: Any, operator: Any, position: int) -> Any:
    """An operand that no other operator reads: the tensor itself, or a copy of it."""
    index = int(operator.inputs[position])
    if sum(list(other.inputs).count(index) for other in graph.operators) > 1:
        graph.tensors.append(copy.deepcopy(graph.tensors[index]))
        operator.inputs = np.array(operator.inputs)
        operator.inputs[position] = len(graph.tensors) - 1
    return graph.tensors[operator.inputs[position]]


def _set_data(model: Any, tensor: Any, data: NDArray[np.uint8]) -> None:
    """A buffer of its own: the old one may be that of other tensors as well."""
    model.buffers.append(schema().BufferT(data=data))
    tensor.buffer = len(model.buffers) - 1


def _scale(tensor: Any, factors: NDArray[np.float64]) -> None:
    """Scales times ``factors``, one a channel, and what goes with that number of scales."""
    quantization = tensor.quantization
    quantization.scale = (np.asarray(quantization.scale, np.float64) * factors).astype(np.float32)
    quantization.zeroPoint = np.zeros(len(factors), np.int64)
    quantization.min = quantization.max = None
