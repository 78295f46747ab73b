"""Convolutions and dense layers as kernel calls: weights laid out, zero points folded into biases, requantisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.call import Call, Constant, Symbol, Value, fits_uint16
from firmware_tools.engine.channels import Channels, channels_of
from firmware_tools.engine.fixed_point import activation_range
from firmware_tools.engine.paired import GROUP, exact, padded_depth, pair_filters, pair_nibbles
from firmware_tools.engine.window import Axis, Window, window_of
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import schema
from firmware_tools.tflite.graph import Graph, Operator, Tensor, graph_place

PIXELS = 3  # KWS_PIXELS and KWS_MOST_DEPTH of firmware/include/kws_dots.h
MOST_DEPTH = 504


def conv_2d(graph: Graph, operator: Operator) -> list[Call]:
    """CONV_2D; weights ``[out, kh, kw, in]``."""
    weights = graph.tensors[operator.inputs[1]]
    window = window_of(graph, operator, (weights.shape[1], weights.shape[2]))
    if weights.shape[0] != window.out_channels or weights.shape[3] != window.in_channels:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", list(weights.shape))
    assert weights.data is not None
    return [dot_products(graph, operator, window, weights.data.reshape(window.out_channels, -1))]


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
    return [dot_products(graph, operator, window, weights.data)]


def dot_products(graph: Graph, operator: Operator, window: Window, filters: NDArray[np.int8]) -> Call:
    """A convolution's call; filters int8 ``[out, taps]``, taps in the order in which a window's bytes lie.

    Raises:
        ModelError: it is too large, or its sums may not fit 32 bits.
    """
    halves = graph.tensors[operator.inputs[1]].dtype == "INT4"
    taps = filters.shape[1]
    depth, plain = padded_depth(taps), window.one_piece and taps >= GROUP
    place = graph_place(operator)
    channels = channels_of(graph, operator, filters)
    if not halves and not exact(filters):
        channels = replace(channels, rare=True)
    pixels = window.height.out * window.width.out
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "dots": Symbol(_dots(channels, depth, pixels, halves)),
        "window": window.parameters(place),
        "range": range_of(graph, operator),
        **fits_uint16({"taps": taps, "depth": depth, "plain": int(plain), "halves": int(halves)}, place),
    }
    stored = pair_nibbles(filters) if halves else pair_filters(filters)
    constants = {"weights": Constant("int16_t", stored), **channels.constants()}
    inputs = (operator.inputs[0],)
    if plain and pixels == 1:
        return Call(operator.index, "kws_conv_pixel", inputs, operator.output, parameters, constants)
    in_place = inputs if pixels > 1 and window.allows_in_place(1) else ()  # a single one is not copied before
    scratch = _scratch_bytes(pixels, depth, plain)
    return Call(operator.index, "kws_conv", inputs, operator.output, parameters, constants, scratch, in_place)


def _dots(channels: Channels, depth: int, pixels: int, halves: bool) -> str:
    """The functions that a layer's pixels need, of those in ``kws_kernels_conv_dots.c``."""
    if not channels.packed:
        return "kws_dots_wide"
    bits = "4bit" if halves else "8bit"
    if depth > MOST_DEPTH:
        return f"kws_dots_deep_{bits}"
    return f"kws_dots_{bits}" if pixels >= PIXELS else f"kws_dots_pixel_{bits}"


def _scratch_bytes(pixels: int, depth: int, plain: bool) -> int:
    """Three windows widened, or one as it is where outputs may be written over it; another where it is in pieces."""
    pieces = 0 if plain else depth
    if pixels >= PIXELS and depth <= MOST_DEPTH:
        return 2 * PIXELS * depth + pieces
    return depth if pixels > 1 else pieces


def range_of(graph: Graph, operator: Operator) -> Mapping[str, Value]:
    """Fields of the C struct ``kws_range`` of a weighted layer."""
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.output]
    least, most = fused_range(operator, y)
    return {"in_zero": x.zero_point, "out_zero": y.zero_point, "least": least, "most": most}


def fused_range(operator: Operator, output: Tensor) -> tuple[int, int]:
    """Limits that the operator's fused activation puts on its int8 output."""
    number = int(operator.options.get("fusedActivationFunction", 0))
    names = {value: name for name, value in vars(schema().ActivationFunctionType).items() if isinstance(value, int)}
    return activation_range(names.get(number, str(number)), output.scale, output.zero_point)
