"""Depthwise convolutions as kernel calls: four channels at a time where the kernels can, weights laid out for that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.call import Call, Constant, Value, fits_uint16
from firmware_tools.engine.channels import Channels, channels_of
from firmware_tools.engine.first_fit import aligned
from firmware_tools.engine.lower_conv import dot_products, range_of
from firmware_tools.engine.window import Window, window_of
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, graph_place

ALIGNMENT = 4  # planes are filled word by word
FOUR = 4  # channels that kernels filter together
MOST_TAPS = 9  # KWS_MOST_TAPS of firmware/include/kws_depthwise.h


def depthwise_conv_2d(graph: Graph, operator: Operator) -> list[Call]:
    """DEPTHWISE_CONV_2D; weights ``[1, kh, kw, out]``. Several filters of one channel are a convolution like any other.

    Raises:
        ModelError: shapes that do not agree or are too large, or sums that may not fit 32 bits.
    """
    weights = graph.tensors[operator.inputs[1]]
    window = window_of(graph, operator, (weights.shape[1], weights.shape[2]))
    per_input = window.out_channels // window.in_channels
    if weights.shape[3] != window.out_channels or per_input * window.in_channels != window.out_channels:
        raise ModelError(f"{graph_place(operator)} has weights that do not fit", list(weights.shape))
    if int(operator.options.get("depthMultiplier", per_input)) != per_input:
        raise ModelError(f"{graph_place(operator)} has a depth multiplier that does not fit", per_input)
    assert weights.data is not None
    filters = np.moveaxis(weights.data[0], 2, 0)
    if per_input == 1 and window.in_channels >= FOUR and _one_column(window):
        return [_column(graph, operator, window, filters[:, :, 0])]
    if window.in_channels == 1 and per_input > 1:
        return [dot_products(graph, operator, window, filters.reshape(per_input, -1))]
    return [_planes(graph, operator, window, filters)]


def in_fours(filters: NDArray[np.int8]) -> NDArray[np.int8]:
    """Filters int8 ``[out, taps]``, four or more, as ``[ceil(out / 4), taps, 4]``.

    The last four share some with the four before.
    """
    count = len(filters)
    first = [min(start, count - FOUR) for start in range(0, count, FOUR)]
    return np.stack([filters[start : start + FOUR].T for start in first])


def _one_column(window: Window) -> bool:
    """Whether all that is wanted is one column of a window along time that lies within the input."""
    h, w = window.height, window.width
    return (h.out, w.out, w.size, w.kernel, h.pad, w.pad) == (1, 1, 1, 1, 0, 0) and h.reach <= h.size


def _column(graph: Graph, operator: Operator, window: Window, filters: NDArray[np.int8]) -> Call:
    channels = channels_of(graph, operator, filters)
    sizes = {
        "count": window.out_channels,
        "taps": window.height.kernel,
        "step": window.in_channels * window.height.dilation,
    }
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "range": range_of(graph, operator),
        **fits_uint16(sizes, graph_place(operator)),
    }
    constants = {"weights": Constant("int8_t", in_fours(filters)), **channels.constants()}
    inputs = (operator.inputs[0],)
    return Call(operator.index, "kws_depthwise_column", inputs, operator.output, parameters, constants, in_place=inputs)


def _planes(graph: Graph, operator: Operator, window: Window, filters: NDArray[np.int8]) -> Call:
    """Over copies of the input's channels; filters int8 ``[out, kh, kw]``."""
    place = graph_place(operator)
    per_input = window.out_channels // window.in_channels
    in_place = (operator.inputs[0],) if per_input == 1 and _allows_in_place(window) else ()
    steps = {
        "in_step": window.in_channels,
        "in_jump": window.width.size * window.in_channels,
        "out_step": window.out_channels,
        "out_jump": window.width.out * window.out_channels,
    }
    if window.height.out > window.width.out:  # the kernels are fast along rows: run along the longer side
        window, filters = window.transposed(), filters.transpose(0, 2, 1)
        steps = dict(zip(steps, (steps[k] for k in ("in_jump", "in_step", "out_jump", "out_step")), strict=True))
    height, width = window.height, window.width
    channels = channels_of(graph, operator, filters.reshape(window.out_channels, -1))
    fours = per_input == 1 and window.out_channels >= FOUR
    piece = _piece(window, channels) if fours else 0
    taps = -(-width.kernel // piece) * piece if piece else width.kernel
    rows = (height.out - 1) * height.stride + height.reach
    # two outputs are computed at a time, the last one's neighbour too
    columns = -(-width.out // 2) * 2 + taps - 1 if piece else (width.out - 1) * width.stride + width.reach
    sizes = {
        "per_input": per_input,
        "rows": rows,
        "columns": columns,
        "inside_rows": min(rows - height.pad, height.size),
        "inside_columns": min(columns - width.pad, width.size),
        "taps": taps,
        "fours": int(fours),
        "piece": piece,
        **steps,
    }
    parameters: dict[str, Value] = {
        "weights": "weights",
        **channels.parameters(),
        "window": window.parameters(place),
        "range": range_of(graph, operator),
        **fits_uint16(sizes, place),
    }
    flat = np.pad(filters, ((0, 0), (0, 0), (0, taps - width.kernel))).reshape(window.out_channels, -1)
    constants = {"weights": Constant("int8_t", in_fours(flat) if fours else flat), **channels.constants()}
    scratch = aligned((FOUR if fours else 1) * rows * columns, ALIGNMENT)
    inputs = (operator.inputs[0],)
    return Call(operator.index, "kws_depthwise", inputs, operator.output, parameters, constants, scratch, in_place)


def _piece(window: Window, channels: Channels) -> int:
    """Taps of a row of the kernel that are filtered at two outputs at a time; 0 where outputs are no neighbours."""
    width = window.width
    several = width.kernel > MOST_TAPS and window.height.kernel > 1
    dense = width.stride == 1 and (width.dilation == 1 or width.kernel == 1)
    if several or not dense or not channels.packed:
        return 0
    return -(-width.kernel // -(-width.kernel // MOST_TAPS))


def _allows_in_place(window: Window) -> bool:
    """Channels are read whole before they are written; then only their own bytes may be overwritten."""
    return window.height.out * window.width.out <= window.height.size * window.width.size
