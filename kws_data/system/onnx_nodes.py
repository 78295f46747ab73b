"""Nodes, constants and inputs of an ONNX graph, read and written as bytes: what editing a model needs of the format.

The numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kws_data.system.protobuf import BYTES, FIXED32, Field, bytes_field, fields, varint_field

MODEL_GRAPH, MODEL_FUNCTION = 7, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, FUNCTION_NODE = 1, 5, 11, 7
FLOAT32, INT64 = 1, 7  # TensorProto.DataType
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE = 1, 2, 4, 5
_NAME, _FLOAT, _INTEGER, _GRAPH, _INTEGERS, _GRAPHS, _TYPE = 1, 2, 3, 6, 8, 11, 20
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_OF_INTEGER = 2  # AttributeProto.AttributeType


@dataclass
class Attribute:
    """Of a node: a number, whole numbers, or graphs."""

    name: str = ""
    number: float = 0.0
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


def node_field(operator: str, output: bytes, *inputs: bytes, **integers: int) -> bytes:
    """A node, as a field of a graph."""
    parts = [bytes_field(_NODE_INPUT, one) for one in inputs]
    parts += [bytes_field(_NODE_OUTPUT, output), bytes_field(_NODE_OPERATOR, operator.encode())]
    for name, value in integers.items():
        attribute = bytes_field(_NAME, name.encode()) + varint_field(_INTEGER, value)
        parts.append(bytes_field(_NODE_ATTRIBUTE, attribute + varint_field(_TYPE, _OF_INTEGER)))
    return bytes_field(GRAPH_NODE, *parts)


def constant_field(name: bytes, kind: int, values: Sequence[float], dims: Sequence[int] = ()) -> bytes:
    """A constant (``FLOAT32`` or ``INT64``), as a field of a graph."""
    raw = np.asarray(values, "<i8" if kind == INT64 else "<f4").tobytes()
    parts = [varint_field(_TENSOR_DIMS, size) for size in dims]
    parts += [varint_field(_TENSOR_TYPE, kind), bytes_field(_TENSOR_NAME, name), bytes_field(_TENSOR_RAW, raw)]
    return bytes_field(GRAPH_INITIALIZER, *parts)


def input_field(name: bytes, length: int) -> bytes:
    """A float32 vector, as an input of a graph."""
    shape = bytes_field(1, varint_field(1, length))
    tensor = varint_field(1, FLOAT32) + bytes_field(2, shape)
    return bytes_field(GRAPH_INPUT, bytes_field(1, name), bytes_field(2, bytes_field(1, tensor)))


def _attribute(message: memoryview) -> Attribute:
    attribute = Attribute()
    for part in fields(message):
        if part.number == _NAME:
            attribute.name = _text(part.data)
        elif part.number == _FLOAT and part.kind == FIXED32:
            (attribute.number,) = struct.unpack("<f", part.data)
        elif part.number == _INTEGER:
            attribute.number = part.value
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
