"""The TensorFlow Lite file as an object tree: open it with suspicion, write it back small.

A ``.tflite`` comes from outside, so :func:`load_model` checks the identifier and turns whatever the schema classes
raise on damaged bytes into one :class:`~firmware_tools.errors.ModelError`.

:class:`SharingWriter` is a FlatBuffers writer that stores every vector and every table once, however often it is
referred to. The ordinary writer repeats them, and in a model of a few kilobytes those repetitions (per-channel zero
points above all) weigh as much as the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.recognise import not_a_tflite

IDENTIFIER = b"TFL3"
MAX_FILE_BYTES = 64 << 20

FieldKind = Literal["bool", "int8", "uint8", "int32", "uint32", "uint64", "float32", "offset"]
_WIDTH = {"bool": 1, "int8": 1, "uint8": 1, "int32": 4, "uint32": 4, "uint64": 8, "float32": 4, "offset": 4}


@cache
def schema() -> ModuleType:
    """The generated schema classes (they ship with LiteRT on every platform)."""
    from ai_edge_litert import schema_py_generated

    module: ModuleType = schema_py_generated
    return module


@cache
def operator_names() -> dict[int, str]:
    """Operator code to its name in the schema, e.g. ``3`` to ``"CONV_2D"``."""
    codes = schema().BuiltinOperator
    return {value: name for name, value in vars(codes).items() if isinstance(value, int)}


@cache
def tensor_types() -> dict[int, str]:
    """Type of a tensor to its name in the schema, e.g. ``9`` to ``"INT8"``."""
    return {value: name for name, value in vars(schema().TensorType).items() if isinstance(value, int)}


def file_bytes(source: bytes | bytearray | Path) -> bytes:
    """The bytes of a model given as bytes or as a path.

    Raises:
        ModelError: there is no such file, or it cannot be a model by its size or identifier.
    """
    data = _read(source) if isinstance(source, Path) else bytes(source)
    _refuse_large(len(data))
    if len(data) < 16 or data[4:8] != IDENTIFIER:
        raise not_a_tflite(data)
    return data


def _read(path: Path) -> bytes:
    try:
        _refuse_large(path.stat().st_size)
        return path.read_bytes()
    except IsADirectoryError:
        raise ModelError("the model is a folder", str(path), "name the .tflite file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelError("cannot read the model", str(path), f"{reason}: check the path") from error


def _refuse_large(size_bytes: int) -> None:
    if size_bytes > MAX_FILE_BYTES:
        raise ModelError("the model is too large to be one for a microcontroller", f"{size_bytes} bytes")


def load_model(source: bytes | bytearray | Path) -> Any:
    """The file as a tree of schema objects (``ModelT``), vectors as numpy arrays.

    Raises:
        ModelError: no such file, not a .tflite, or damaged.
    """
    data = file_bytes(source)
    root = int.from_bytes(data[:4], "little")
    if not 8 <= root <= len(data) - 4:
        raise ModelError("the .tflite is damaged (root offset)", root, "export the model again")
    try:
        return _with_empty_lists(schema().ModelT.InitFromPackedBuf(data, 0))
    except Exception as error:  # the schema classes raise whatever struct, numpy and range checks raise
        raise ModelError("the .tflite is damaged", f"{type(error).__name__}: {error}", "export it again") from error


def _with_empty_lists(model: Any) -> Any:
    """The model with ``[]`` for lists that the file leaves out, which the format allows."""

    def fill(item: Any, *names: str) -> None:
        for name in names:
            if getattr(item, name) is None:
                setattr(item, name, [])

    fill(model, "subgraphs", "buffers", "operatorCodes")
    for graph in model.subgraphs:
        fill(graph, "tensors", "operators", "inputs", "outputs")
        for tensor in graph.tensors:
            fill(tensor, "shape")
        for operator in graph.operators:
            fill(operator, "inputs", "outputs")
    return model


def model_bytes(model: Any) -> bytes:
    """The file of a tree of schema objects, as :func:`load_model` gives it; the ordinary writer, nothing shared."""
    import flatbuffers

    builder = flatbuffers.Builder(1 << 14)
    builder.Finish(model.Pack(builder), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def operator_code(code: Any) -> int:
    """The builtin operator of an ``OperatorCodeT`` (files before 2020 keep it in the deprecated field)."""
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


@dataclass(frozen=True)
class Field:
    """One field of a table: its number in the schema, its kind, its value (an offset for vectors and tables)."""

    slot: int
    kind: FieldKind
    value: Any
    default: Any = 0


class SharingWriter:
    """Writes a FlatBuffer in which identical vectors and tables are stored once."""

    def __init__(self, initial_bytes: int = 1 << 16) -> None:
        import flatbuffers

        self._builder = flatbuffers.Builder(initial_bytes)
        self._known: dict[object, int] = {}

    def vector(self, values: NDArray[Any], alignment: int = 0) -> int:
        """Offset of a vector of numbers, aligned to its element size or to ``alignment`` bytes."""
        payload = np.ascontiguousarray(values)
        raw = payload.astype(payload.dtype.newbyteorder("<"), copy=False).tobytes()
        align = max(alignment, payload.dtype.itemsize)
        key = ("vector", payload.dtype.itemsize, align, raw)
        if key not in self._known:
            self._builder.StartVector(payload.dtype.itemsize, payload.size, align)
            head = self._builder.head - len(raw)
            self._builder.head = head
            self._builder.Bytes[head : head + len(raw)] = raw
            self._known[key] = self._builder.EndVector()
        return self._known[key]

    def string(self, text: str) -> int:
        """Offset of a string."""
        if ("string", text) not in self._known:
            self._known["string", text] = self._builder.CreateString(text)
        return self._known["string", text]

    def offsets(self, offsets: Sequence[int]) -> int:
        """Offset of a vector of references."""
        key = ("offsets", tuple(offsets))
        if key not in self._known:
            self._builder.StartVector(4, len(offsets), 4)
            for offset in reversed(offsets):
                self._builder.PrependUOffsetTRelative(offset)
            self._known[key] = self._builder.EndVector()
        return self._known[key]

    def table(self, fields: Sequence[Field]) -> int:
        """Offset of a table; fields that hold their default are left out, as the format has it."""
        kept = [field for field in fields if field.value is not None and field.value != field.default]
        key = ("table", tuple((field.slot, field.kind, field.value) for field in kept))
        if key not in self._known:
            slots = max((field.slot for field in kept), default=-1) + 1
            self._builder.StartObject(slots)
            for field in sorted(kept, key=lambda field: (_WIDTH[field.kind], -field.slot)):
                self._put(field)
            self._known[key] = self._builder.EndObject()
        return self._known[key]

    def packed(self, item: Any) -> int:
        """Offset of a schema object written by its own ``Pack``, shared with equal ones."""
        key = ("packed", type(item).__name__, repr(sorted((name, _plain(value)) for name, value in vars(item).items())))
        if key not in self._known:
            self._known[key] = item.Pack(self._builder)
        return self._known[key]

    def finish(self, root: int) -> bytes:
        """The finished file with its identifier."""
        self._builder.Finish(root, file_identifier=IDENTIFIER)
        return bytes(self._builder.Output())

    def _put(self, field: Field) -> None:
        builder = self._builder
        if field.kind == "offset":
            builder.PrependUOffsetTRelativeSlot(field.slot, field.value, 0)
            return
        put = getattr(builder, f"Prepend{field.kind.capitalize()}Slot")
        put(field.slot, field.value, None)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value
