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


def strided_slice(graph: Graph, operator: Operator) -> list[Call]:
    """STRIDED_SLICE that cuts pieces off the ends of one dimension."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    axis, begin = cut_dimension(graph, operator)
    inner = math.prod(x.shape[axis + 1 :])
    parameters: dict[str, Value] = {
        "blocks": math.prod(x.shape[:axis]),
        "length": y.shape[axis] * inner,
        "stride": x.shape[axis] * inner,
        "offset": begin * inner,
    }
    return [Call(operator.index, "kws_slice", (x.index,), y.index, parameters)]


def cut_dimension(graph: Graph, operator: Operator) -> tuple[int, int]:
    """Which dimension a STRIDED_SLICE makes shorter (the first where it makes none), and how much it leaves out before.

    Raises:
        ModelError: it takes steps, changes several dimensions, or their number.
    """
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    place = graph_place(operator)
    begins, ends, steps = (constant_numbers(graph, operator, position) for position in (1, 2, 3))
    odd = [key for key in ("ellipsisMask", "newAxisMask", "shrinkAxisMask", "offset") if operator.options.get(key)]
    if odd or not len(x.shape) == len(y.shape) == len(begins) == len(ends) == len(steps) or set(steps) != {1}:
        raise ModelError(f"{place} does more than cut off ends", odd or steps, "use Cropping layers")
    free_begin, free_end = (int(operator.options.get(key, 0)) for key in ("beginMask", "endMask"))
    found = []
    for axis, size in enumerate(x.shape):
        begin = 0 if free_begin >> axis & 1 else _clamped(begins[axis], size)
        end = size if free_end >> axis & 1 else _clamped(ends[axis], size)
        if end - begin != y.shape[axis]:
            raise ModelError(f"{place} has an output that does not fit its input", list(y.shape))
        if y.shape[axis] != size:
            found.append((axis, begin))
    if len(found) > 1:
        raise ModelError(f"{place} cuts several dimensions", list(y.shape), "use a Cropping layer for each")
    return found[0] if found else (0, 0)


def _clamped(place: int, size: int) -> int:
    """A place in a dimension; counted from its end where negative, and never outside."""
    return min(max(place + size if place < 0 else place, 0), size)


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
