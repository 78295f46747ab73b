"""Convolutions and dense layers as kernel calls: weights laid out, zero points folded into biases, requantisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.call import Call, Constant, Value, fits_uint16
from firmware_tools.engine.channels import channels_of
from firmware_tools.engine.fixed_point import activation_range
from firmware_tools.engine.paired import GROUP, exact, padded_depth, pair_filters, pair_nibbles
from firmware_tools.engine.window import Axis, Window, window_of
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import schema
from firmware_tools.tflite.graph import Graph, Operator, Tensor, graph_place

PIXELS = 3  # KWS_PIXELS and KWS_MOST_DEPTH of firmware/include/kws_dots.h
MOST_DEPTH = 504
MOST_PAIRS = 5  # KWS_MOST_PAIRS of firmware/include/kws_depthwise.h


def conv_2d(graph: Graph, operator: Operator) -> list[Call]:
    """CONV_2D; weights ``[out, kh, kw, in]``."""
    weights = graph.tensors[operator.inputs[1]]
    window = window_of(graph, operator, (weights.shape[1], weights.shape[2]))
    if weights.shape[0] != window.out_channels or weights.shape[3] != window.in_channels:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", list(weights.shape))
    assert weights.data is not None
    return [_dot_products(graph, operator, window, weights.data.reshape(window.out_channels, -1))]


def fully_connected(graph: Graph, operator: Operator) -> list[Call]:
    """FULLY_CONNECTED as a 1x1 convolution over rows; weights ``[units, depth]``."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    weights = graph.tensors[operator.inputs[1]]
    shape = weights.shape
    if len(shape) != 2:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", list(shape))
    units, depth = shape
    if int(operator.options.get("weightsFormat", 0)) != 0:
        raise ModelError(f"{graph_place(operator)} has shuffled weights", None, "export plain int8 weights")
    rows = y.elements // units
    if rows * units != y.elements or rows * depth != x.elements:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", [units, depth])
    window = Window(Axis(1, 1, 1, 1, 1, 0), Axis(rows, rows, 1, 1, 1, 0), depth, units)
    assert weights.data is not None
    return [_dot_products(graph, operator, window, weights.data)]


def depthwise_conv_2d(graph: Graph, operator: Operator) -> list[Call]:
    """DEPTHWISE_CONV_2D; weights ``[1, kh, kw, out]``. Of a single input channel it is a convolution like any other."""
    x, weights = graph.tensors[operator.inputs[0]], graph.tensors[operator.inputs[1]]
    window = window_of(graph, operator, (weights.shape[1], weights.shape[2]))
    per_input = window.out_channels // window.in_channels
    if weights.shape[3] != window.out_channels or per_input * window.in_channels != window.out_channels:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", list(weights.shape))
    if int(operator.options.get("depthMultiplier", per_input)) != per_input:
        raise ModelError(f"{graph_place(operator)} has a depth multiplier that does not fit", per_input)
    assert weights.data is not None
    if per_input == 1 and _one_column(window):
        return [_depthwise_column(graph, operator, window)]
    filters = np.moveaxis(weights.data[0], 2, 0)
    if window.in_channels == 1 and per_input > 1:
        return [_dot_products(graph, operator, window, filters.reshape(per_input, -1))]
    in_place = per_input == 1 and _depthwise_in_place(window)
    steps = {
        "in_step": window.in_channels,
        "in_jump": window.width.size * window.in_channels,
        "out_step": window.out_channels,
        "out_jump": window.width.out * window.out_channels,
    }
    if window.height.out > window.width.out:  # the kernel is fast along rows: run along the longer side
        window, filters = window.transposed(), filters.transpose(0, 2, 1)
        steps = dict(zip(steps, (steps[k] for k in ("in_jump", "in_step", "out_jump", "out_step")), strict=True))
    filters = np.ascontiguousarray(filters).reshape(window.out_channels, -1)
    rows = (window.height.out - 1) * window.height.stride + window.height.reach
    pairs, piece = _pairs(window)
    columns = (window.width.out - 1) * window.width.stride + 2 * pairs
    columns += columns % 2  # rows begin with whole words
    scratch = rows * columns + 4 * window.height.kernel * pairs
    place = graph_place(operator)
    channels = channels_of(graph, operator, filters)
    sizes = {"per_input": per_input, "rows": rows, "columns": columns, "pairs": pairs, "piece": piece, **steps}
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "window": window.parameters(place),
        "range": _range(graph, operator),
        **fits_uint16(sizes, place),
    }
    constants = {"weights": Constant("int8_t", filters), **channels.constants()}
    inputs = (x.index,)
    return [
        Call(
            operator.index,
            "kws_depthwise",
            inputs,
            operator.output,
            parameters,
            constants,
            2 * scratch,
            inputs if in_place else (),
        )
    ]


def _pairs(window: Window) -> tuple[int, int]:
    """Pairs of weights in a row of the kernel, and in a piece of it; 0 where eight outputs are not computed at once."""
    pairs = window.width.reach // 2 + 1
    if window.width.stride > 1 or (pairs > MOST_PAIRS and window.height.kernel > 1):
        return pairs, 0
    pieces = -(-pairs // MOST_PAIRS)
    piece = -(-pairs // pieces)
    return pieces * piece, piece


def _one_column(window: Window) -> bool:
    """Whether all that is wanted is one column of a window along time that lies within the input."""
    h, w = window.height, window.width
    return (h.out, w.out, w.size, w.kernel, h.pad, w.pad) == (1, 1, 1, 1, 0, 0) and h.reach <= h.size


def _depthwise_column(graph: Graph, operator: Operator, window: Window) -> Call:
    weights = graph.tensors[operator.inputs[1]].data
    assert weights is not None
    taps = weights.reshape(window.height.kernel, window.out_channels)
    channels = channels_of(graph, operator, np.ascontiguousarray(taps.T))
    sizes = {
        "count": window.out_channels,
        "taps": window.height.kernel,
        "step": window.in_channels * window.height.dilation,
    }
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "range": _range(graph, operator),
        **fits_uint16(sizes, graph_place(operator)),
    }
    constants = {"weights": Constant("int8_t", taps), **channels.constants()}
    inputs = (operator.inputs[0],)
    return Call(operator.index, "kws_depthwise_column", inputs, operator.output, parameters, constants, in_place=inputs)


def _depthwise_in_place(window: Window) -> bool:
    """One channel is read whole before it is written; then only its own bytes may be overwritten."""
    return window.height.out * window.width.out <= window.height.size * window.width.size


def _dot_products(graph: Graph, operator: Operator, window: Window, filters: NDArray[np.int8]) -> Call:
    """Filters int8 ``[out, taps]``, taps in the order in which a window's bytes lie."""
    halves = graph.tensors[operator.inputs[1]].dtype == "INT4"
    taps = filters.shape[1]
    depth, plain = padded_depth(taps), window.one_piece and taps >= GROUP
    place = graph_place(operator)
    channels = channels_of(graph, operator, filters)
    if not halves and not exact(filters):
        channels = replace(channels, rare=True)
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "window": window.parameters(place),
        "range": _range(graph, operator),
        **fits_uint16({"taps": taps, "depth": depth, "plain": int(plain), "halves": int(halves)}, place),
    }
    stored = pair_nibbles(filters) if halves else pair_filters(filters)
    constants = {"weights": Constant("int16_t", stored), **channels.constants()}
    inputs = (operator.inputs[0],)
    pixels = window.height.out * window.width.out  # a single one is not copied before it is overwritten
    in_place = inputs if pixels > 1 and window.allows_in_place(1) else ()
    scratch = _scratch_bytes(pixels, depth, plain)
    return Call(operator.index, "kws_conv", inputs, operator.output, parameters, constants, scratch, in_place)


def _scratch_bytes(pixels: int, depth: int, plain: bool) -> int:
    """Three windows widened, or one as it is where outputs may be written over it; another where it is in pieces."""
    pieces = 0 if plain else depth
    if pixels >= PIXELS and depth <= MOST_DEPTH:
        return 2 * PIXELS * depth + pieces
    return depth if pixels > 1 else pieces


def _range(graph: Graph, operator: Operator) -> Mapping[str, Value]:
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    least, most = fused_range(operator, y)
    return {"in_zero": x.zero_point, "out_zero": y.zero_point, "least": least, "most": most}


def fused_range(operator: Operator, output: Tensor) -> tuple[int, int]:
    """Limits that the operator's fused activation puts on its int8 output."""
    number = int(operator.options.get("fusedActivationFunction", 0))
    names = {value: name for name, value in vars(schema().ActivationFunctionType).items() if isinstance(value, int)}
    return activation_range(names.get(number, str(number)), output.scale, output.zero_point)
