"""Pools and means as kernel calls."""

from __future__ import annotations

import math

from firmware_tools.engine import fixed_point as fp
from firmware_tools.engine.call import Call, Value
from firmware_tools.engine.lower_conv import fused_range
from firmware_tools.engine.window import window_of
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, constant_numbers, dimension, graph_place


def _pool(graph: Graph, operator: Operator, function: str) -> list[Call]:
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    kernel = int(operator.options["filterHeight"]), int(operator.options["filterWidth"])
    window = window_of(graph, operator, kernel)
    if window.in_channels != window.out_channels:
        raise ModelError(f"{graph_place(operator)} changes the number of channels", list(y.shape))
    least, most = fused_range(operator, y)
    parameters: dict[str, Value] = {
        "window": window.parameters(graph_place(operator)),
        "range": {"in_zero": x.zero_point, "out_zero": y.zero_point, "least": least, "most": most},
    }
    in_place = (x.index,) if window.allows_in_place(1) else ()
    return [Call(operator.index, function, (x.index,), y.index, parameters, in_place=in_place)]


def average_pool_2d(graph: Graph, operator: Operator) -> list[Call]:
    """AVERAGE_POOL_2D."""
    return _pool(graph, operator, "kws_average_pool")


def max_pool_2d(graph: Graph, operator: Operator) -> list[Call]:
    """MAX_POOL_2D."""
    return _pool(graph, operator, "kws_max_pool")


def mean(graph: Graph, operator: Operator) -> list[Call]:
    """MEAN over neighbouring dimensions."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    axes = sorted({dimension(operator, x, a) for a in constant_numbers(graph, operator, 1)})
    if not axes or axes != list(range(axes[0], axes[-1] + 1)):
        raise ModelError(f"{graph_place(operator)} reduces dimensions that are not neighbours", axes)
    outer = math.prod(x.shape[: axes[0]])
    count = math.prod(x.shape[axes[0] : axes[-1] + 1])
    inner = math.prod(x.shape[axes[-1] + 1 :])
    if outer * inner != y.elements:
        raise ModelError(f"{graph_place(operator)} has an output that does not fit its input", list(y.shape))
    multiplier = fp.quantize_multiplier(x.scale / y.scale)
    shift = min(count.bit_length() - 1, 32, 31 + multiplier.shift)
    divided = fp.Multiplier((multiplier.mantissa << shift) // count, multiplier.shift - shift)
    parameters: dict[str, Value] = {
        "outer": outer,
        "count": count,
        "inner": inner,
        "multiplier": divided.mantissa,
        "left": divided.left,
        "right": divided.right,
        "range": {"in_zero": x.zero_point, "out_zero": y.zero_point, "least": -128, "most": 127},
    }
    in_place = (x.index,) if outer == 1 else ()
    return [Call(operator.index, "kws_mean", (x.index,), y.index, parameters, in_place=in_place)]
