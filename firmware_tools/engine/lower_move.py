"""Operators that only move elements, as kernel calls."""

from __future__ import annotations

import math

from firmware_tools.engine.call import Call, Value, fits_uint16
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, constant_numbers, dimension, graph_place


def copy(graph: Graph, operator: Operator) -> list[Call]:
    """RESHAPE, SQUEEZE, EXPAND_DIMS where input and output cannot be the same memory."""
    check_same_elements(graph, operator)
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    parameters: dict[str, Value] = {"blocks": 1, "length": x.elements, "stride": x.elements, "offset": 0}
    return [Call(operator.index, "kws_copy", (x.index,), y.index, parameters)]


def check_same_elements(graph: Graph, operator: Operator) -> None:
    """Raise ModelError when an operator that only renames changes the number of elements."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    if x.elements != y.elements:
        raise ModelError(f"{graph_place(operator)} changes the number of elements", [list(x.shape), list(y.shape)])


def concatenation(graph: Graph, operator: Operator) -> list[Call]:
    """CONCATENATION: one copy an input; TFLM does not rescale."""
    y = graph.tensors[operator.output]
    axis = dimension(operator, y, int(operator.options.get("axis", 0)))
    if int(operator.options.get("fusedActivationFunction", 0)) != 0:
        raise ModelError(f"{graph_place(operator)} has an activation, which TFLM leaves out", None, "give it a layer")
    row = math.prod(y.shape[axis:])
    calls = []
    offset = 0
    for index in operator.inputs:
        x = graph.tensors[index]
        others = [n for i, n in enumerate(x.shape) if i != axis] if len(x.shape) == len(y.shape) else None
        if others != [n for i, n in enumerate(y.shape) if i != axis]:
            raise ModelError(f"{graph_place(operator)} has shapes that do not agree", list(x.shape))
        length = math.prod(x.shape[axis:])
        parameters: dict[str, Value] = {
            "blocks": math.prod(x.shape[:axis]),
            "length": length,
            "stride": row,
            "offset": offset,
        }
        calls.append(Call(operator.index, "kws_copy", (index,), y.index, parameters))
        offset += length
    if offset != row:
        raise ModelError(f"{graph_place(operator)} has an output that does not fit its inputs", list(y.shape))
    return calls


def pad(graph: Graph, operator: Operator) -> list[Call]:
    """PAD with the output's zero point."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    widths = constant_numbers(graph, operator, 1)
    rank = len(x.shape)
    if rank > 4 or len(widths) != 2 * rank or min(widths) < 0:
        raise ModelError(f"{graph_place(operator)} has paddings that do not fit", widths)
    before, after = widths[::2], widths[1::2]
    if y.shape != tuple(n + b + a for n, b, a in zip(x.shape, before, after, strict=True)):
        raise ModelError(f"{graph_place(operator)} has an output that does not fit its input", list(y.shape))
    fits_uint16({f"dimension {i}": n for i, n in enumerate(y.shape)}, graph_place(operator))
    lead = 4 - rank
    parameters: dict[str, Value] = {
        "in_size": (*[1] * lead, *x.shape),
        "out_size": (*[1] * lead, *y.shape),
        "before": (*[0] * lead, *before),
        "value": y.zero_point,
    }
    return [Call(operator.index, "kws_pad", (x.index,), y.index, parameters)]
