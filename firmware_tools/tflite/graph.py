"""What a .tflite computes, checked: tensors, operators in order, inputs and outputs.

A :class:`Graph` holds one feed-forward int8 network with batch size 1. Everything the engine relies on later (shapes
that agree, scales that are positive, constants of the right size, tensors written before they are read) is checked
here once, because the file is not ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError, UnsupportedOperatorError
from firmware_tools.tflite.flatbuffer import load_model, operator_code, operator_names, tensor_types
from firmware_tools.tflite.foreign import refuse_foreign
from firmware_tools.tflite.int4 import packed_bytes, unpack_nibbles

MAX_ELEMENTS = 1 << 24
MAX_DIMENSIONS = 5

# Operators that the engine has, with the least number of inputs each needs.
SUPPORTED: Mapping[str, int] = {
    "CONV_2D": 2,
    "DEPTHWISE_CONV_2D": 2,
    "FULLY_CONNECTED": 2,
    "AVERAGE_POOL_2D": 1,
    "MAX_POOL_2D": 1,
    "MEAN": 2,
    "ADD": 2,
    "MUL": 2,
    "RESHAPE": 1,
    "SQUEEZE": 1,
    "EXPAND_DIMS": 2,
    "PAD": 2,
    "CONCATENATION": 1,
    "STRIDED_SLICE": 4,
    "RELU": 1,
    "RELU6": 1,
    "LOGISTIC": 1,
    "SOFTMAX": 1,
}

_DTYPES = {"INT8": np.int8, "INT32": np.int32, "INT64": np.int64, "FLOAT32": np.float32}


@dataclass(frozen=True)
class Tensor:
    """A tensor; ``data`` is its value when it is a constant, None when it is computed.

    Weights of 4 bits have ``dtype`` INT4 and are unpacked: ``data`` is int8, -8 to 7.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int
    data: NDArray[Any] | None = None

    @property
    def elements(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def quantised_as_one(self) -> bool:
        """Whether it has one scale and one zero point; TFLM takes a file that leaves either out for not quantised."""
        return self.scales.size == self.zero_points.size == 1

    @property
    def scale(self) -> float:
        """Scale of a per-tensor quantised tensor (float32 value in a Python float)."""
        return float(self.scales[0])

    @property
    def zero_point(self) -> int:
        """Zero point of a per-tensor quantised tensor."""
        return int(self.zero_points[0])


@dataclass(frozen=True)
class Operator:
    """One operator: ``kind`` as in the schema, tensor numbers, its options by schema name."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> int:
        """Number of the only output."""
        return self.outputs[0]


@dataclass(frozen=True)
class Graph:
    """A checked int8 network."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def input(self) -> Tensor:
        """The only input."""
        return self.tensors[self.inputs[0]]

    @property
    def output(self) -> Tensor:
        """The only output."""
        return self.tensors[self.outputs[0]]

    @property
    def parameters(self) -> int:
        """Number of weights and biases (each constant once)."""
        used = {i for op in self.operators if op.kind in _WEIGHTED for i in op.inputs[1:]}
        return sum(self.tensors[i].elements for i in used if self.tensors[i].data is not None)

    def macs(self, operator: Operator) -> int:
        """Multiply-accumulate operations of one operator (padding included, as is usual)."""
        if operator.kind not in _WEIGHTED:
            return 0
        weights = self.tensors[operator.inputs[1]].shape
        output = self.tensors[operator.output].shape
        if operator.kind == "CONV_2D":
            return math.prod(output) * math.prod(weights[1:])
        if operator.kind == "DEPTHWISE_CONV_2D":
            return math.prod(output) * weights[1] * weights[2]
        return math.prod(output) * weights[-1]

    @property
    def total_macs(self) -> int:
        """Multiply-accumulate operations of one inference."""
        return sum(self.macs(operator) for operator in self.operators)

    def layer_name(self, operator: Operator) -> str:
        """A short name for messages, for example ``2 conv_2d 28x1x1x28``."""
        shape = ""
        if operator.kind in _WEIGHTED:
            shape = " " + "x".join(str(n) for n in self.tensors[operator.inputs[1]].shape)
        return f"{operator.index} {operator.kind.lower()}{shape}"


_WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
# The schema's class of the options that are read; False: left out, they have defaults (0, no activation).
_OPTIONS: Mapping[str, tuple[str, bool]] = {
    "CONV_2D": ("Conv2DOptionsT", True),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptionsT", True),
    "FULLY_CONNECTED": ("FullyConnectedOptionsT", False),
    "AVERAGE_POOL_2D": ("Pool2DOptionsT", True),
    "MAX_POOL_2D": ("Pool2DOptionsT", True),
    "ADD": ("AddOptionsT", False),
    "MUL": ("MulOptionsT", False),
    "CONCATENATION": ("ConcatenationOptionsT", False),
    "STRIDED_SLICE": ("StridedSliceOptionsT", False),
    "SOFTMAX": ("SoftmaxOptionsT", True),
}


def read_tflite(source: bytes | bytearray | Path) -> Graph:
    """The network in a .tflite, checked.

    Raises:
        UnsupportedOperatorError: an operator that the engine lacks; named with its place.
        ModelError: no such file, damaged, not int8, or a construction that the engine does not have.
    """
    model = load_model(source)
    try:
        refuse_foreign(model)
        subgraph = model.subgraphs[0]
        tensors = tuple(_tensor(model, i, item) for i, item in enumerate(subgraph.tensors))
        operators = tuple(_operator(model, i, item) for i, item in enumerate(subgraph.operators))
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ModelError("the .tflite is damaged", str(error), "export it again") from error
    graph = Graph(tensors, operators, _indices(subgraph.inputs), _indices(subgraph.outputs))
    _check_order(graph)
    for operator in graph.operators:
        _check_operator(graph, operator)
    return graph


def _list(items: Any) -> list[Any]:
    return [] if items is None else list(items)


def _indices(items: Any) -> tuple[int, ...]:
    return tuple(int(i) for i in _list(items))


def _tensor(model: Any, index: int, item: Any) -> Tensor:
    dtype = tensor_types().get(item.type, "?")
    shape = _indices(item.shape)
    if len(shape) > MAX_DIMENSIONS or any(n < 1 for n in shape) or math.prod(shape) > MAX_ELEMENTS:
        raise ModelError(f"tensor {index} has an impossible shape", list(shape), "export with batch size 1")
    if item.sparsity is not None or item.isVariable:
        raise ModelError("the engine has no sparse or variable tensors", index, "export a feed-forward int8 model")
    quantization = item.quantization
    scales = np.asarray(_list(quantization.scale) if quantization else [], np.float32)
    zero_points = np.asarray(_list(quantization.zeroPoint) if quantization else [], np.int64)
    if zero_points.size == 1:  # one for all channels
        zero_points = np.repeat(zero_points, scales.size)
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise ModelError(f"tensor {index} has a scale that is not positive", None, "export the model again")
    name = item.name.decode(errors="replace") if isinstance(item.name, bytes) else str(item.name or f"t{index}")
    axis = int(quantization.quantizedDimension) if quantization else 0
    return Tensor(index, name, shape, dtype, scales, zero_points, axis, _constant(model, item, dtype, shape))


def _constant(model: Any, item: Any, dtype: str, shape: tuple[int, ...]) -> NDArray[Any] | None:
    buffer = model.buffers[item.buffer]
    if buffer.data is None or len(buffer.data) == 0:
        return None
    raw = np.asarray(buffer.data, np.uint8).tobytes()
    kind = np.uint8 if dtype == "INT4" else _DTYPES.get(dtype)
    if kind is None:
        raise ModelError("the engine has no constants of this type", dtype, "export an int8 model")
    count = math.prod(shape)
    if len(raw) != (packed_bytes(count) if dtype == "INT4" else count * np.dtype(kind).itemsize):
        raise ModelError("a constant does not have the size of its shape", list(shape), "export the model again")
    if dtype == "INT4":
        return unpack_nibbles(np.frombuffer(raw, np.uint8), count).reshape(shape)
    return np.frombuffer(raw, np.dtype(kind).newbyteorder("<")).astype(kind).reshape(shape)


def _operator(model: Any, index: int, item: Any) -> Operator:
    code = model.operatorCodes[item.opcodeIndex]
    number = operator_code(code)
    kind = operator_names().get(number, f"operator {number}")
    if kind not in SUPPORTED:
        custom = code.customCode
        shown = custom.decode(errors="replace") if isinstance(custom, bytes) else (custom or kind)
        remedy = f"the engine has {', '.join(sorted(SUPPORTED))}"
        raise UnsupportedOperatorError(f"the engine lacks an operator (layer {index})", shown, remedy)
    options = _options(kind, item.builtinOptions, f"{kind} (layer {index})")
    return Operator(index, kind, _indices(item.inputs), _indices(item.outputs), options)


def _options(kind: str, item: Any, place: str) -> Mapping[str, Any]:
    """Options by schema name; empty where the engine reads none."""
    expected, needed = _OPTIONS.get(kind, ("", False))
    if (item is None and needed) or (item is not None and expected not in ("", type(item).__name__)):
        raise ModelError("the .tflite is damaged: options of", place, "export it again")
    return {} if item is None or not expected else dict(vars(item))


def _check_order(graph: Graph) -> None:
    """One int8 input and output, batch 1; every tensor exists and is written before it is read."""
    count = len(graph.tensors)
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        ends = f"{len(graph.inputs)} inputs, {len(graph.outputs)} outputs"
        remedy = "export one that takes the features and gives the scores"
        raise ModelError("the engine runs models with one input and one output; this one has", ends, remedy)
    known = {t.index for t in graph.tensors if t.data is not None} | set(graph.inputs)
    for operator in graph.operators:
        missing = [i for i in operator.inputs if i != -1 and i not in known]
        if missing or len(operator.outputs) != 1 or not 0 <= operator.output < count or operator.output in known:
            raise ModelError("the .tflite is damaged: tensors of an operator", graph_place(operator), "export it again")
        known.add(operator.output)
    written = {operator.output for operator in graph.operators}
    if not set(graph.outputs) <= written or not set(graph.inputs) <= set(range(count)):
        raise ModelError("the .tflite is damaged: nothing writes its output", None, "export it again")
    for tensor in (graph.input, graph.output):
        if tensor.dtype != "INT8" or not tensor.quantised_as_one or not tensor.shape or tensor.shape[0] != 1:
            shown = f"{tensor.dtype.lower()} {list(tensor.shape)}"
            raise ModelError("input and output must be int8 with batch size 1; found", shown, "export it as full int8")


def graph_place(operator: Operator) -> str:
    """Where an operator stands, for messages."""
    return f"{operator.kind} (layer {operator.index})"


def constant_numbers(graph: Graph, operator: Operator, position: int) -> list[int]:
    """An operand that must be a constant list of numbers (axes, paddings).

    Raises:
        ModelError: it is computed, or not of integers.
    """
    data = graph.tensors[operator.inputs[position]].data
    if data is None or data.dtype not in (np.int32, np.int64):
        raise ModelError(f"{graph_place(operator)} has an operand that is not constant", position)
    return [int(value) for value in data.reshape(-1)]


def dimension(operator: Operator, tensor: Tensor, axis: int) -> int:
    """The dimension that an axis names, counted from the end where it is negative.

    Raises:
        ModelError: the tensor has no such dimension.
    """
    if not -len(tensor.shape) <= axis < len(tensor.shape):
        raise ModelError(f"{graph_place(operator)} has no such dimension", axis, "export the model again")
    return axis % len(tensor.shape)


def _check_operator(graph: Graph, operator: Operator) -> None:
    """Activations int8 and quantised per tensor, weights of 8 or 4 bits and symmetric, biases int32."""
    place = graph_place(operator)
    if len([i for i in operator.inputs if i >= 0]) < SUPPORTED[operator.kind]:
        raise ModelError("the .tflite is damaged: too few inputs of", place, "export it again")
    data_inputs = operator.inputs if operator.kind in ("ADD", "MUL", "CONCATENATION") else operator.inputs[:1]
    for index in (*data_inputs, operator.output):
        tensor = graph.tensors[index]
        if tensor.dtype != "INT8" or not tensor.quantised_as_one or not -128 <= tensor.zero_point <= 127:
            raise ModelError(f"{place} works on {tensor.dtype.lower()}, not on int8", tensor.name, "export full int8")
        if not tensor.shape:
            raise ModelError(f"{place} works on a tensor without dimensions", tensor.name, "export with batch size 1")
    if operator.kind in _WEIGHTED:
        _check_weights(graph, operator, place)


def _check_weights(graph: Graph, operator: Operator, place: str) -> None:
    weights = graph.tensors[operator.inputs[1]]
    if (
        weights.data is None
        or weights.dtype not in ("INT8", "INT4")
        or (weights.zero_points != 0).any()
        or (weights.zero_points.size != weights.scales.size)
    ):
        raise ModelError("weights must be constant, int8 or int4, and symmetric", place, "export with int8 weights")
    axis = 3 if operator.kind == "DEPTHWISE_CONV_2D" else 0
    if len(weights.shape) <= axis or (operator.kind != "FULLY_CONNECTED" and len(weights.shape) != 4):
        raise ModelError("weights have an impossible shape", f"{place} {list(weights.shape)}")
    channels = weights.shape[axis]
    if weights.scales.size not in (1, channels) or (weights.scales.size > 1 and weights.axis != axis):
        raise ModelError("weights are quantised along another axis than their output channels", place)
    if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
        bias = graph.tensors[operator.inputs[2]]
        if bias.data is None or bias.dtype != "INT32" or bias.elements != channels:
            raise ModelError("biases must be constant int32, one a channel", place, "export full int8")
