"""Small ONNX models, written field by field: what stands in a file, without a package that writes such files.

Numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.system.protobuf import bytes_field, varint_field

FLOAT32, INT64, FLOAT16 = 1, 7, 10
_TYPES = {"float32": FLOAT32, "uint8": 2, "int8": 3, "int32": 6, "int64": INT64, "float16": FLOAT16}

Attribute = int | float | str | Sequence[int] | bytes


def model(
    nodes: Sequence[bytes],
    inputs: Mapping[str, tuple[int, Sequence[int | str]]],
    outputs: Mapping[str, tuple[int, Sequence[int | str]]],
    constants: Mapping[str, NDArray[np.generic]] | None = None,
    opset: int = 17,
    ir: int = 8,
    more: bytes = b"",
) -> bytes:
    """A model: nodes of :func:`node`; inputs and outputs are type and shape (numbers, or names of free lengths).

    Args:
        nodes: in the order in which they run.
        inputs: by name.
        outputs: by name.
        constants: by name.
        opset: version of the operators.
        ir: version of the format.
        more: fields of the model to stand at its end.
    """
    sets = bytes_field(8, bytes_field(1, b""), varint_field(2, opset))
    microsoft = bytes_field(8, bytes_field(1, b"com.microsoft"), varint_field(2, 1))
    return varint_field(1, ir) + bytes_field(7, graph(nodes, inputs, outputs, constants)) + sets + microsoft + more


def graph(
    nodes: Sequence[bytes],
    inputs: Mapping[str, tuple[int, Sequence[int | str]]],
    outputs: Mapping[str, tuple[int, Sequence[int | str]]],
    constants: Mapping[str, NDArray[np.generic]] | None = None,
) -> bytes:
    """A graph, as a message: see :func:`model`; also the body of a node's attribute."""
    parts = [bytes_field(1, one) for one in nodes] + [bytes_field(2, b"small")]
    parts += [bytes_field(5, tensor(name, array)) for name, array in (constants or {}).items()]
    parts += [bytes_field(11, _value(name, *kind)) for name, kind in inputs.items()]
    parts += [bytes_field(12, _value(name, *kind)) for name, kind in outputs.items()]
    return b"".join(parts)


def node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: Attribute
) -> bytes:
    """A node. An attribute of bytes is a graph."""
    parts = [bytes_field(1, name.encode()) for name in inputs]
    parts += [bytes_field(2, name.encode()) for name in outputs]
    parts += [bytes_field(3, f"{operator} of {outputs[0]}".encode()), bytes_field(4, operator.encode())]
    parts += [bytes_field(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join(parts) + (bytes_field(7, domain.encode()) if domain else b"")


def tensor(name: str, array: NDArray[np.generic]) -> bytes:
    """A constant, as a message."""
    dims = b"".join(varint_field(1, size) for size in array.shape)
    return (
        dims
        + varint_field(2, _TYPES[array.dtype.name])
        + bytes_field(8, name.encode())
        + bytes_field(9, array.tobytes())
    )


def _attribute(name: str, value: Attribute) -> bytes:
    named = bytes_field(1, name.encode())
    if isinstance(value, float):
        return named + b"\x15" + struct.pack("<f", value) + varint_field(20, 1)
    if isinstance(value, int):
        return named + varint_field(3, value) + varint_field(20, 2)
    if isinstance(value, str):
        return named + bytes_field(4, value.encode()) + varint_field(20, 3)
    if isinstance(value, bytes):
        return named + bytes_field(6, value) + varint_field(20, 5)
    return named + b"".join(varint_field(8, one) for one in value) + varint_field(20, 7)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = [varint_field(1, size) if isinstance(size, int) else bytes_field(2, size.encode()) for size in shape]
    shaped = bytes_field(2, *(bytes_field(1, size) for size in sizes))
    return bytes_field(1, name.encode()) + bytes_field(2, bytes_field(1, varint_field(1, kind) + shaped))
