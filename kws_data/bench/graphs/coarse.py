"""Models whose weights have 15 or 16 levels, stored with 4 bits or with 8."""

from __future__ import annotations

from typing import Any

import numpy as np

from firmware_tools.tflite.flatbuffer import load_model, model_bytes, operator_code, operator_names, schema
from firmware_tools.tflite.int4 import pack_nibbles

STEP = 16  # of int8 to one of int4
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


def coarse(tflite: bytes, *, four_bits: bool, lowest: int = -7) -> bytes:
    """The model with weights from ``lowest`` to 7, stored with 4 bits or with 8."""
    model = load_model(tflite)
    graph = model.subgraphs[0]
    for operator in graph.operators:
        if operator_names()[operator_code(model.operatorCodes[operator.opcodeIndex])] in WEIGHTED:
            _make_coarse(model, graph.tensors[operator.inputs[1]], four_bits, lowest)
            for bias in (graph.tensors[i] for i in operator.inputs[2:] if i >= 0):
                buffer = model.buffers[bias.buffer]
                buffer.data = (np.asarray(buffer.data).view(np.int32) // STEP).view(np.uint8)
                bias.quantization.scale = np.asarray(bias.quantization.scale, np.float32) * STEP
    return model_bytes(model)


def _make_coarse(model: Any, tensor: Any, four_bits: bool, lowest: int) -> None:
    buffer = model.buffers[tensor.buffer]
    values = np.asarray(buffer.data).view(np.int8)
    values = np.clip(np.rint(values / STEP), lowest, 7).astype(np.int8)
    tensor.quantization.scale = np.asarray(tensor.quantization.scale, np.float32) * STEP
    buffer.data = pack_nibbles(values) if four_bits else values.view(np.uint8)
    tensor.type = schema().TensorType.INT4 if four_bits else schema().TensorType.INT8
