"""Which biases can do without their scale in a file.

A bias's scale follows from those of input and weights, and kernels compute with the latter. But the dense layer of
TFLM compares: a bias that states no scale passes for one of 0, which is let through as long as the product of the two
others is below a fiftieth of the output's scale.
"""

from __future__ import annotations

from typing import Any

from firmware_tools.tflite.flatbuffer import operator_code, schema

TOLERANCE = 0.02  # of the output's scale, as in TFLM's GetQuantizedConvolutionMultipler
SAFETY = 0.9  # TFLM computes in floats of its own


def needless_scales(model: Any, graph: Any) -> set[int]:
    """Numbers of the constant int32 tensors of a subgraph whose quantisation can be left out."""
    int32 = schema().TensorType.INT32
    constant = {i for i, tensor in enumerate(graph.tensors) if tensor.type == int32 and _holds_data(model, tensor)}
    return constant - _compared(model, graph)


def _holds_data(model: Any, tensor: Any) -> bool:
    data = model.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _compared(model: Any, graph: Any) -> set[int]:
    """Biases of dense layers whose steps are coarse against those of the output."""
    dense = schema().BuiltinOperator.FULLY_CONNECTED
    found = set()
    for operator in graph.operators:
        code = operator_code(model.operatorCodes[operator.opcodeIndex])
        if code != dense or len(operator.inputs) < 3 or operator.inputs[2] < 0:
            continue
        scales = [_scale(graph.tensors[i]) for i in (operator.inputs[0], operator.inputs[1], operator.outputs[0])]
        if scales[0] * scales[1] > SAFETY * TOLERANCE * scales[2]:
            found.add(int(operator.inputs[2]))
    return found


def _scale(tensor: Any) -> float:
    """The first scale of a tensor; 0 where it has none."""
    quantization = tensor.quantization
    scales = None if quantization is None else quantization.scale
    return 0.0 if scales is None or len(scales) == 0 else float(scales[0])
