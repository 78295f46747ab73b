"""Functions of one number, by table, and softmax as kernel calls."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from firmware_tools.engine import fixed_point as fp
from firmware_tools.engine.call import Call, Constant, Value
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, Tensor, graph_place

SOFTMAX_CLASSES = 512  # from here on TFLM aborts when all inputs are equal


def _table(graph: Graph, operator: Operator, function: Callable[[int], int]) -> list[Call]:
    """Any function of one int8 as a table of 256."""
    x = graph.tensors[operator.inputs[0]]
    if graph.tensors[operator.output].elements != x.elements:
        raise ModelError(f"{graph_place(operator)} changes its shape", list(x.shape))
    values = np.asarray([min(max(function(q), -128), 127) for q in range(-128, 128)], np.int8)
    parameters: dict[str, Value] = {"table": "table", "count": x.elements}
    constants = {"table": Constant("int8_t", values)}
    call = Call(operator.index, "kws_lookup", (x.index,), operator.output, parameters, constants, in_place=(x.index,))
    return [call]


def relu(graph: Graph, operator: Operator) -> list[Call]:
    """RELU as an operator of its own: rescaled, then cut at zero."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    multiplier = fp.quantize_multiplier(x.scale / y.scale)

    def function(q: int) -> int:
        return max(y.zero_point, y.zero_point + fp.scale(q - x.zero_point, multiplier))

    return _table(graph, operator, function)


def relu6(graph: Graph, operator: Operator) -> list[Call]:
    """RELU6 as an operator of its own: TFLM cuts in the input's scale and does not rescale."""
    x = graph.tensors[operator.inputs[0]]
    least, most = fp.activation_range("RELU6", x.scale, x.zero_point)
    return _table(graph, operator, lambda q: min(max(q, least), most))


def logistic(graph: Graph, operator: Operator) -> list[Call]:
    """LOGISTIC; output scale 1/256, zero point -128."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    _check_probabilities(operator, y)
    fraction, shift = math.frexp(x.scale * (1 << 27))
    if not 0 <= shift <= 31:
        raise ModelError(f"{graph_place(operator)} has an input scale that it cannot compute with", x.scale)
    multiplier = fp.Multiplier(math.floor(fraction * (1 << 31) + 0.5), shift)
    radius = fp.input_radius(4, shift)

    def function(q: int) -> int:
        value = q - x.zero_point
        if abs(value) >= radius:
            return 127 if value > 0 else -128
        return fp.rounding_divide_by_power(fp.logistic(fp.scale(value, multiplier), 4), 23) - 128

    return _table(graph, operator, function)


def softmax(graph: Graph, operator: Operator) -> list[Call]:
    """SOFTMAX over the last dimension; output scale 1/256, zero point -128."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    _check_probabilities(operator, y)
    beta = float(np.float32(operator.options.get("beta", 1.0)))
    factor = min(beta * x.scale * (1 << 26), (1 << 31) - 1.0)
    if not factor > 1.0 or x.shape != y.shape:
        raise ModelError(f"{graph_place(operator)} has an input scale that is too small", x.scale)
    if x.shape[-1] >= SOFTMAX_CLASSES:
        raise ModelError(f"{graph_place(operator)} has more classes than its arithmetic holds", x.shape[-1])
    multiplier = fp.quantize_multiplier(factor)
    reach = min(fp.input_radius(5, multiplier.shift), 255)
    depth = x.shape[-1]
    parameters: dict[str, Value] = {
        "rows": x.elements // depth,
        "depth": depth,
        "reach": reach,
        "multiplier": multiplier.mantissa,
        "shift": multiplier.left,
    }
    return [Call(operator.index, "kws_softmax", (x.index,), y.index, parameters, in_place=(x.index,))]


def _check_probabilities(operator: Operator, output: Tensor) -> None:
    if output.zero_point != -128 or output.scale != 1 / 256:
        shown = f"scale {output.scale}, zero point {output.zero_point}"
        raise ModelError(f"{graph_place(operator)} must have scale 1/256 and zero point -128; found", shown)
