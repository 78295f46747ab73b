"""All operators without weights as kernel calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from firmware_tools.engine import fixed_point as fp
from firmware_tools.engine.call import Call, Constant, Value, fits_uint16
from firmware_tools.engine.graph import Graph, Operator, Tensor, graph_place
from firmware_tools.engine.lower_conv import fused_range
from firmware_tools.engine.window import window_of
from firmware_tools.errors import ModelError

SOFTMAX_CLASSES = 512  # from here on TFLM aborts when all inputs are equal

# ---- windows


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
    axes = sorted({int(a) % len(x.shape) for a in _constant(graph, operator, 1)})
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


# ---- two operands


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
    multiplier = fp.quantize_multiplier(a.scale * b.scale / y.scale)
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


# ---- moves


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
    axis = int(operator.options.get("axis", 0)) % len(y.shape)
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
    widths = _constant(graph, operator, 1)
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


# ---- tables


def _table(graph: Graph, operator: Operator, function: Callable[[int], int]) -> list[Call]:
    """Any function of one int8 as a table of 256."""
    x = graph.tensors[operator.inputs[0]]
    if graph.tensors[operator.output].elements != x.elements:
        raise ModelError(f"{graph_place(operator)} changes its shape", list(x.shape))
    values = np.asarray([min(max(function(q), -128), 127) for q in range(-128, 128)], np.int8)
    parameters: dict[str, Value] = {"table": "table", "count": x.elements}
    constants = {"table": Constant("int8_t", values)}
    call = Call(operator.index, "kws_lookup", (x.index,), operator.output, parameters, constants, 0, (x.index,))
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
    if factor <= 1.0 or x.shape != y.shape:
        raise ModelError(f"{graph_place(operator)} has an input scale that is too small", x.scale)
    if x.shape[-1] >= SOFTMAX_CLASSES:
        raise ModelError(f"{graph_place(operator)} has more classes than its arithmetic holds", x.shape[-1])
    multiplier = fp.quantize_multiplier(factor)
    reach = min(fp.input_radius(5, multiplier.shift), 255)
    values = [fp.exp_of_negative(fp.scale(-below, multiplier), 5) for below in range(reach + 1)]
    depth = x.shape[-1]
    parameters: dict[str, Value] = {
        "exponentials": "exponentials",
        "rows": x.elements // depth,
        "depth": depth,
        "reach": reach,
    }
    constants = {"exponentials": Constant("int32_t", np.asarray(values, np.int64))}
    call = Call(operator.index, "kws_softmax", (x.index,), y.index, parameters, constants, 0, (x.index,))
    return [call]


def _check_probabilities(operator: Operator, output: Tensor) -> None:
    if output.zero_point != -128 or output.scale != 1 / 256:
        shown = f"scale {output.scale}, zero point {output.zero_point}"
        raise ModelError(f"{graph_place(operator)} must have scale 1/256 and zero point -128; found", shown)


def _constant(graph: Graph, operator: Operator, position: int) -> list[int]:
    """An operand that must be a constant list of numbers."""
    data = graph.tensors[operator.inputs[position]].data
    if data is None or data.dtype not in (np.int32, np.int64):
        raise ModelError(f"{graph_place(operator)} has an operand that is not constant", position)
    return [int(value) for value in data.reshape(-1)]
