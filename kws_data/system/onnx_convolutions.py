"""Convolutions of whole numbers as products of matrices: the same numbers to the bit, two and a half times as fast.

onnxruntime multiplies a ``ConvInteger``'s weights from the left, unsigned, by what it gathers anew each time; a
``MatMulInteger`` has them on the right, signed and packed when it is loaded, which is what processors have instructions
for. Along one axis (sound), with a kernel of K values::

    y = ConvInteger(x, w)      frames = Transpose(Pad(x))
                               columns = Concat(Slice(frames, 0 …), Slice(frames, 1 …), … K of them)
                               y = Transpose(MatMulInteger(columns, w))

Processors without these instructions add pairs of products in 16 bits, which may be too few: there
:func:`products_are_exact` says no, and models stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import ConfigError
from kws_data.system import onnx_nodes as nodes
from kws_data.system.onnx import OnnxModel
from kws_data.system.onnx_nodes import Node, constant_field, node_field
from kws_data.system.protobuf import BYTES, bytes_field, fields

_OPERATOR = "ConvInteger"
_OLDEST_VERSION = 13  # of the operators that pad bytes
_SHIFT = 0x80  # from unsigned to signed
_TO_THE_END = 2**62


def faster_convolutions(model: bytes, name: str) -> bytes:
    """The model with its convolutions of whole numbers replaced, where that changes no bit of what it computes.

    Raises:
        ConfigError: this is no ONNX.
    """
    if _OPERATOR.encode() not in model or not products_are_exact():
        return model
    prefix = b"kws_conv"
    while prefix in model:
        prefix += b"_"
    try:
        if nodes.operators_version(model) < _OLDEST_VERSION:
            return model
        parts = [
            bytes_field(nodes.MODEL_GRAPH, *_graph(part.data, prefix))
            if part.number == nodes.MODEL_GRAPH and part.kind == BYTES
            else part.encoded
            for part in fields(model)
        ]
    except (ValueError, RecursionError) as error:
        raise ConfigError("not an ONNX model", name, str(error)) from None
    return b"".join(parts)


@lru_cache(maxsize=1)
def products_are_exact() -> bool:
    """Whether unsigned times signed bytes are summed without loss on this machine: asked with the greatest ones."""
    size = 64
    largest = np.full((size, size), 127, np.int8)
    graph = [
        node_field("MatMulInteger", b"y", b"x", b"w"),
        constant_field(b"w", largest),
        nodes.value_field(nodes.GRAPH_INPUT, b"x", nodes.UINT8, [size, size]),
        nodes.value_field(nodes.GRAPH_OUTPUT, b"y", nodes.INT32, [size, size]),
    ]
    (made,) = OnnxModel(nodes.model_of(graph), "a product")({"x": np.full((size, size), 255, np.uint8)})
    return bool((made == 255 * 127 * size).all())


def _graph(graph: memoryview, prefix: bytes) -> list[bytes | memoryview]:
    constants = dict(
        nodes.read_bytes_constant(part.data) for part in fields(graph) if part.number == nodes.GRAPH_INITIALIZER
    )
    parts: list[bytes | memoryview] = []
    for number, part in enumerate(fields(graph)):
        node = None
        if part.number == nodes.GRAPH_NODE and nodes.operator_of(part.data) == _OPERATOR:
            node = nodes.read_node(part.data)
        weights = _signed_weights(node, constants) if node else None
        if node and weights:
            parts += _product(node, *weights, prefix + b"%d_" % number)
        else:
            parts.append(part.encoded)
    return parts


def _signed_weights(
    node: Node, constants: Mapping[bytes, NDArray[Any] | None]
) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
    """Weights ``[out, in, kernel]`` and their zero point, or None where a node is not to be replaced."""
    weights, zero = (constants.get(name) for name in (node.inputs[1::2] if len(node.inputs) == 4 else (b"", b"")))
    padded = node.attributes["auto_pad"].text if "auto_pad" in node.attributes else ""
    along_one_axis = weights is not None and weights.ndim == 3 and node.integers("strides", [1]) == [1]
    if weights is None or zero is None or zero.size != 1 or zero.dtype != weights.dtype:
        return None
    if not along_one_axis or node.number("group", 1) != 1 or padded not in ("", "NOTSET"):
        return None
    if weights.dtype == np.uint8:
        weights, zero = ((one ^ _SHIFT).view(np.int8) for one in (weights, zero))
    return weights, zero.reshape(())


def _product(node: Node, weights: NDArray[np.int8], zero: NDArray[np.int8], prefix: bytes) -> Iterator[bytes]:
    outputs, channels, kernel = weights.shape
    (dilation,), (before, after) = node.integers("dilations", [1]), node.integers("pads", [0, 0])
    columns = weights.transpose(2, 1, 0).reshape(kernel * channels, outputs)
    yield constant_field(prefix + b"weights", np.ascontiguousarray(columns))
    yield constant_field(prefix + b"zero", zero)
    yield constant_field(prefix + b"pads", np.asarray([0, 0, before, 0, 0, after], "<i8"))
    yield constant_field(prefix + b"step", np.asarray([1], "<i8"))
    sound, sound_zero = node.inputs[0], node.inputs[2]
    yield node_field("Pad", prefix + b"padded", sound, prefix + b"pads", sound_zero)
    yield node_field("Transpose", prefix + b"frames", prefix + b"padded", perm=[0, 2, 1])
    taps = [prefix + b"tap%d" % tap for tap in range(kernel)]
    for tap, name in enumerate(taps):
        end = (tap - kernel + 1) * dilation
        yield constant_field(name + b"_first", np.asarray([tap * dilation], "<i8"))
        yield constant_field(name + b"_end", np.asarray([end or _TO_THE_END], "<i8"))
        bounds = (name + b"_first", name + b"_end", prefix + b"step")
        yield node_field("Slice", name, prefix + b"frames", *bounds)
    yield node_field("Concat", prefix + b"columns", *taps, axis=2)
    factors = (prefix + b"columns", prefix + b"weights", sound_zero, prefix + b"zero")
    yield node_field("MatMulInteger", prefix + b"product", *factors)
    yield node_field("Transpose", node.outputs[0], prefix + b"product", perm=[0, 2, 1])
