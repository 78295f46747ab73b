"""Nodes, constants and inputs of an ONNX graph, read and written as bytes: what editing a model needs of the format.

The numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.system.protobuf import BYTES, FIXED32, Field, bytes_field, fields, varint_field

MODEL_GRAPH, MODEL_FUNCTION = 7, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT, FUNCTION_NODE = 1, 5, 11, 12, 7
FLOAT32, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7  # TensorProto.DataType
_MODEL_OPERATORS, _FORMAT_VERSION, _OPERATORS_VERSION = 8, 8, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 4, 5
_NAME, _FLOAT, _INTEGER, _TEXT, _GRAPH, _INTEGERS, _GRAPHS, _TYPE = 1, 2, 3, 4, 6, 8, 11, 20
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_INT32, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 5, 8, 9
_OF_INTEGER, _OF_INTEGERS = 2, 7  # AttributeProto.AttributeType
_TYPES = {np.dtype("<f4"): FLOAT32, np.dtype("u1"): UINT8, np.dtype("i1"): INT8, np.dtype("<i8"): INT64}


@dataclass
class Attribute:
    """Of a node: a number, a text, whole numbers, or graphs."""

    name: str = ""
    number: float = 0.0
    text: str = ""
    integers: list[int] = field(default_factory=list)
    graphs: list[memoryview] = field(default_factory=list)


@dataclass(frozen=True)
class Node:
    """One operation of a graph."""

    operator: str
    inputs: list[bytes]
    outputs: list[bytes]
    attributes: dict[str, Attribute]

    def number(self, name: str, usual: float) -> float:
        """An attribute that is a number."""
        return self.attributes[name].number if name in self.attributes else usual

    def integers(self, name: str, usual: list[int]) -> list[int]:
        """An attribute that is a list of whole numbers."""
        return self.attributes[name].integers if name in self.attributes else usual


def operators_version(model: bytes) -> int:
    """Which version of ONNX's own operators a model means; 0 when it does not say."""
    for part in fields(model):
        if part.number == _MODEL_OPERATORS and part.kind == BYTES:
            read = {one.number: one for one in fields(part.data)}
            if 2 in read and (1 not in read or not read[1].data):
                return read[2].value
    return 0


def read_node(message: memoryview) -> Node:
    """Raises ValueError: no node."""
    read = list(fields(message))
    attributes = [_attribute(part.data) for part in read if part.number == _NODE_ATTRIBUTE]
    return Node(
        operator_of(message),
        [bytes(part.data) for part in read if part.number == _NODE_INPUT],
        [bytes(part.data) for part in read if part.number == _NODE_OUTPUT],
        {attribute.name: attribute for attribute in attributes},
    )


def operator_of(message: memoryview) -> str:
    """What a node does."""
    return next((_text(part.data) for part in fields(message) if part.number == _NODE_OPERATOR), "")


def graphs_inside(message: memoryview) -> list[memoryview]:
    """A node's own graphs: the branches of an If, the body of a Loop."""
    attributes = (_attribute(part.data) for part in fields(message) if part.number == _NODE_ATTRIBUTE)
    return [graph for attribute in attributes for graph in attribute.graphs]


def node_field(operator: str, output: bytes, *inputs: bytes, **attributes: int | list[int]) -> bytes:
    """A node, as a field of a graph."""
    parts = [bytes_field(_NODE_INPUT, one) for one in inputs]
    parts += [bytes_field(_NODE_OUTPUT, output), bytes_field(_NODE_OPERATOR, operator.encode())]
    for name, value in attributes.items():
        if isinstance(value, int):
            values, kind = [varint_field(_INTEGER, value)], varint_field(_TYPE, _OF_INTEGER)
        else:
            values, kind = [varint_field(_INTEGERS, one) for one in value], varint_field(_TYPE, _OF_INTEGERS)
        parts.append(bytes_field(_NODE_ATTRIBUTE, bytes_field(_NAME, name.encode()), *values, kind))
    return bytes_field(GRAPH_NODE, *parts)


def constant_field(name: bytes, values: NDArray[Any]) -> bytes:
    """A constant (float32, int64, int8 or uint8), as a field of a graph."""
    parts = [varint_field(_TENSOR_DIMS, size) for size in values.shape]
    parts += [varint_field(_TENSOR_TYPE, _TYPES[values.dtype]), bytes_field(_TENSOR_NAME, name)]
    return bytes_field(GRAPH_INITIALIZER, *parts, bytes_field(_TENSOR_RAW, values.tobytes()))


def read_bytes_constant(message: memoryview) -> tuple[bytes, NDArray[np.uint8] | NDArray[np.int8] | None]:
    """Name and values of a constant; no values where it is neither uint8 nor int8.

    Raises:
        ValueError: it has less or more values than its shape says.
    """
    name, kind, raw = b"", 0, b""
    dims, integers = list[int](), list[int]()
    for part in fields(message):
        if part.number == _TENSOR_DIMS:
            dims += _packed(part)
        elif part.number == _TENSOR_TYPE:
            kind = part.value
        elif part.number == _TENSOR_INT32:
            integers += _packed(part)
        elif part.number == _TENSOR_NAME:
            name = bytes(part.data)
        elif part.number == _TENSOR_RAW:
            raw = bytes(part.data)
    if kind not in (UINT8, INT8):
        return name, None
    values = np.frombuffer(raw or bytes(one & 0xFF for one in integers), np.uint8).reshape(dims)
    return name, values if kind == UINT8 else values.view(np.int8)


def value_field(number: int, name: bytes, kind: int, shape: list[int]) -> bytes:
    """An input or output of a graph (``number``), as its field."""
    sizes = [bytes_field(1, varint_field(1, size)) for size in shape]
    tensor = varint_field(1, kind) + bytes_field(2, *sizes)
    return bytes_field(number, bytes_field(1, name), bytes_field(2, bytes_field(1, tensor)))


def model_of(graph: list[bytes]) -> bytes:
    """A model of the fields of a graph."""
    operators = bytes_field(_MODEL_OPERATORS, varint_field(2, _OPERATORS_VERSION))
    return varint_field(1, _FORMAT_VERSION) + bytes_field(MODEL_GRAPH, *graph, bytes_field(2, b"graph")) + operators


def _attribute(message: memoryview) -> Attribute:
    attribute = Attribute()
    for part in fields(message):
        if part.number == _NAME:
            attribute.name = _text(part.data)
        elif part.number == _FLOAT and part.kind == FIXED32:
            (attribute.number,) = struct.unpack("<f", part.data)
        elif part.number == _INTEGER:
            attribute.number = part.value
        elif part.number == _TEXT:
            attribute.text = _text(part.data)
        elif part.number == _INTEGERS:
            attribute.integers += _packed(part)
        elif part.number in (_GRAPH, _GRAPHS) and part.kind == BYTES:
            attribute.graphs.append(part.data)
    return attribute


def _packed(part: Field) -> list[int]:
    """Whole numbers: one of several fields, or all in one."""
    if part.kind != BYTES:
        return [part.value]
    keyed = b"".join(b"\x08" + bytes(part.data[start:end]) for start, end in _numbers(part.data))
    return [number.value for number in fields(keyed)]


def _numbers(packed: memoryview) -> Iterator[tuple[int, int]]:
    start = 0
    for place, byte in enumerate(packed):
        if byte < 0x80:
            yield start, place + 1
            start = place + 1


def _text(data: memoryview) -> str:
    return bytes(data).decode("utf-8", "replace")
