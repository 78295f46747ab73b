"""Operators of two operands, with broadcasting, as kernel calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from firmware_tools.engine import fixed_point as fp
from firmware_tools.engine.call import Call, Value, fits_uint16
from firmware_tools.engine.linear_sum import Operand, linear_sum
from firmware_tools.engine.lower_conv import fused_range
from firmware_tools.engine.real_multipliers import product_over
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, Tensor, graph_place


def _broadcast(operator: Operator, a: Tensor, b: Tensor, y: Tensor) -> tuple[Mapping[str, Value], tuple[int, ...]]:
    """Fields of ``kws_broadcast``, and the operands that are as large as the output."""
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        shape = ()
    if tuple(shape) != y.shape:
        raise ModelError(f"{graph_place(operator)} has shapes that do not agree", [list(a.shape), list(b.shape)])
    sizes, strides = _collapsed(y.shape, a.shape, b.shape)
    if len(sizes) > 4:
        raise ModelError(f"{graph_place(operator)} has too many dimensions", list(y.shape), "use up to four")
    lead = 4 - len(sizes)
    fields: dict[str, Value] = {
        "size": (*[1] * lead, *sizes),
        "stride_a": (*[0] * lead, *strides[0]),
        "stride_b": (*[0] * lead, *strides[1]),
    }
    for name, values in fields.items():
        assert isinstance(values, tuple)
        fits_uint16({f"{name} {i}": value for i, value in enumerate(values)}, graph_place(operator))
    whole = tuple(t.index for t in (a, b) if t.elements == y.elements and t.data is None)
    return fields, whole


def _collapsed(out: Sequence[int], a: Sequence[int], b: Sequence[int]) -> tuple[list[int], tuple[list[int], list[int]]]:
    """Sizes and strides with neighbouring dimensions merged where both operands run through them alike."""
    a, b = [*[1] * (len(out) - len(a)), *a], [*[1] * (len(out) - len(b)), *b]
    merged: list[list[int]] = []  # size, whether a and b run through it
    for n, in_a, in_b in zip(out, a, b, strict=True):
        if n == 1:
            continue
        kind = [int(in_a == n), int(in_b == n)]
        if merged and merged[-1][1:] == kind and merged[-1][0] * n <= 65535:
            merged[-1][0] *= n
        else:
            merged.append([n, *kind])
    merged = merged or [[1, 1, 1]]
    strides: tuple[list[int], list[int]] = ([], [])
    for which in (0, 1):
        step = 1
        for size, *runs in reversed(merged):
            strides[which].insert(0, step if runs[which] else 0)
            step *= size if runs[which] else 1
    return [m[0] for m in merged], strides


def add(graph: Graph, operator: Operator) -> list[Call]:
    """ADD, with broadcasting; operands are raised by 2**20 before they meet, the one of larger scale comes first."""
    a, b, y = (graph.tensors[i] for i in (*operator.inputs[:2], operator.output))
    if b.scale > a.scale:
        a, b = b, a
    shape, in_place = _broadcast(operator, a, b, y)
    scale_b = fp.quantize_multiplier(b.scale / (2 * a.scale))
    scale_out = fp.quantize_multiplier(2 * a.scale / ((1 << 20) * y.scale))
    if scale_out.right < 1 or (scale_b.right == 0 and scale_b.mantissa != 1 << 30):
        raise ModelError(f"{graph_place(operator)} has scales too far apart", [a.scale, b.scale, y.scale])
    least, most = fused_range(operator, y)
    if a.elements == b.elements == y.elements and (least, most) == (-128, 127):
        half = fp.quantize_multiplier(0.5)
        operands = Operand(a.scale, a.zero_point, half), Operand(b.scale, b.zero_point, scale_b)
        plane = linear_sum(*operands, scale_out, y.scale, y.zero_point)
        if plane is not None:
            sizes = {"count": y.elements, **asdict(plane)}
            return [Call(operator.index, "kws_add_linear", (a.index, b.index), y.index, sizes, in_place=in_place)]
    parameters: dict[str, Value] = {
        "shape": shape,
        "zero_a": a.zero_point,
        "zero_b": b.zero_point,
        "zero_out": y.zero_point,
        "multiplier_b": scale_b.mantissa,
        "shift_b": scale_b.right,
        "multiplier_out": scale_out.mantissa,
        "shift_out": scale_out.right,
        "least": least,
        "most": most,
    }
    return [Call(operator.index, "kws_add", (a.index, b.index), y.index, parameters, in_place=in_place)]


def mul(graph: Graph, operator: Operator) -> list[Call]:
    """MUL, with broadcasting."""
    a, b, y = (graph.tensors[i] for i in (*operator.inputs[:2], operator.output))
    shape, in_place = _broadcast(operator, a, b, y)
    multiplier = fp.quantize_multiplier(product_over(a.scale, b.scale, y.scale))
    least, most = fused_range(operator, y)
    parameters: dict[str, Value] = {
        "shape": shape,
        "zero_a": a.zero_point,
        "zero_b": b.zero_point,
        "zero_out": y.zero_point,
        "multiplier": multiplier.mantissa,
        "left": multiplier.left,
        "right": multiplier.right,
        "least": least,
        "most": most,
    }
    return [Call(operator.index, "kws_mul", (a.index, b.index), y.index, parameters, in_place=in_place)]
