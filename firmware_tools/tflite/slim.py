"""Make a .tflite smaller without changing what it computes.

Half of a tiny model file is not weights. :func:`slim` drops what no interpreter needs to run int8 operators (names,
min/max statistics, shape signatures, metadata, signatures, empty buffers, the quantisation of biases, which follows
from input and weights) and writes the rest with every identical vector and table stored once. The file opens in LiteRT
and in TFLM, and TFLM's outputs stay equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.bias_scales import needless_scales
from firmware_tools.tflite.flatbuffer import Field, SharingWriter, load_model, operator_code, operator_names, schema

LARGE_CODES = 127  # operators from here on do not fit the first, one-byte field of their number
DATA_ALIGNMENT = 4  # bytes: int32 biases are read in place by cores that cannot load unaligned words


def slim(tflite: bytes | Path, metadata: Mapping[str, Sequence[int]] | None = None) -> bytes:
    """The same model in as few bytes as its format allows.

    Args:
        tflite: the model.
        metadata: int32 vectors to write into the file, by name; what it had is dropped.

    Raises:
        ModelError: damaged, or of a kind that this would break (several subgraphs, external or huge buffers).
    """
    model = load_model(tflite)
    _check_supported(model)
    return small_file(model, metadata)


def small_file(model: Any, metadata: Mapping[str, Sequence[int]] | None = None) -> bytes:
    """The file of a tree of schema objects, without what no interpreter needs and with equal parts stored once.

    Args:
        model: a tree whose references are in order, with any number of subgraphs.
        metadata: int32 vectors to write into the file, by name.
    """
    writer = SharingWriter()
    buffers = _BufferTable(model, writer)
    subgraphs = [_subgraph(writer, buffers, model, graph) for graph in model.subgraphs]
    notes = [_metadata(writer, buffers, name, values) for name, values in (metadata or {}).items()]
    codes = [_code(writer, code) for code in model.operatorCodes]
    root = writer.table(
        [
            Field(0, "uint32", model.version),
            Field(1, "offset", writer.offsets(codes)),
            Field(2, "offset", writer.offsets(subgraphs)),
            Field(4, "offset", writer.offsets(buffers.offsets)),
            Field(6, "offset", writer.offsets(notes) if notes else None),
        ]
    )
    return writer.finish(root)


def _subgraph(writer: SharingWriter, buffers: _BufferTable, model: Any, graph: Any) -> int:
    biases = needless_scales(model, graph)
    tensors = [_tensor(writer, buffers, tensor, bias=index in biases) for index, tensor in enumerate(graph.tensors)]
    operators = [_operator(writer, operator) for operator in graph.operators]
    return writer.table(
        [
            Field(0, "offset", writer.offsets(tensors)),
            Field(1, "offset", _int32(writer, graph.inputs)),
            Field(2, "offset", _int32(writer, graph.outputs)),
            Field(3, "offset", writer.offsets(operators)),
        ]
    )


def layer_bytes(tflite: bytes | Path) -> list[tuple[str, int]]:
    """What each operator adds to the file, largest first: ``("2 depthwise_conv_2d 1x9x1x28", bytes)``.

    Counts weights, biases and per-channel quantisation; a buffer used several times counts where it is first used.

    Raises:
        ModelError: damaged.
    """
    model = load_model(tflite)
    _check_supported(model)
    graph = model.subgraphs[0]
    names = operator_names()
    seen: set[bytes] = set()
    layers = []
    for index, operator in enumerate(graph.operators):
        kind = names.get(operator_code(model.operatorCodes[operator.opcodeIndex]), "?").lower()
        constants = [graph.tensors[i] for i in operator.inputs if i >= 0 and _holds_data(model, graph.tensors[i])]
        weight = next((c for c in constants if len(c.shape) > 1), None)
        shape = "" if weight is None else " " + "x".join(str(n) for n in weight.shape)
        vectors = [v for c in constants for v in _vectors(model, c)]
        size = sum(len(v) + 4 for v in dict.fromkeys(vectors) if v not in seen)
        seen.update(vectors)
        layers.append((f"{index} {kind}{shape}", size))
    return sorted(layers, key=lambda layer: -layer[1])


def _check_supported(model: Any) -> None:
    """Refuse what cannot be rewritten faithfully, and references that lead nowhere."""
    if len(model.subgraphs) != 1:
        raise ModelError("a model for a board has one subgraph; this one has", len(model.subgraphs))
    if model.externalBuffers or any(buffer.offset > 1 for buffer in model.buffers):
        raise ModelError("the model keeps weights outside the flatbuffer", None, "export it as one file below 2 GB")
    graph = model.subgraphs[0]
    if any(tensor.sparsity is not None for tensor in graph.tensors):
        raise ModelError("the model has sparse tensors", None, "export it without sparsity")
    if any(not 0 <= tensor.buffer < len(model.buffers) for tensor in graph.tensors):
        raise ModelError("the .tflite is damaged: a tensor without its buffer", None, "export it again")
    for index, operator in enumerate(graph.operators):
        references = [*operator.inputs, *operator.outputs]
        known = all(-1 <= i < len(graph.tensors) for i in references)
        if not known or not 0 <= operator.opcodeIndex < len(model.operatorCodes):
            raise ModelError("the .tflite is damaged: references of operator", index, "export it again")


class _BufferTable:
    """The buffers that hold data, each content once; number 0 is the empty one, as the format wants it."""

    def __init__(self, model: Any, writer: SharingWriter) -> None:
        self._model = model
        self._writer = writer
        self._numbers: dict[bytes, int] = {}
        self.offsets = [writer.table([])]

    def number(self, tensor: Any) -> int:
        return self.number_of(_content(self._model, tensor))

    def number_of(self, data: bytes) -> int:
        if not data:
            return 0
        if data not in self._numbers:
            self._numbers[data] = len(self.offsets)
            vector = self._writer.vector(np.frombuffer(data, np.uint8), DATA_ALIGNMENT)
            self.offsets.append(self._writer.table([Field(0, "offset", vector)]))
        return self._numbers[data]


def _metadata(writer: SharingWriter, buffers: _BufferTable, name: str, values: Sequence[int]) -> int:
    number = buffers.number_of(np.asarray(values, "<i4").tobytes())
    return writer.table([Field(0, "offset", writer.string(name)), Field(1, "uint32", number)])


def _content(model: Any, tensor: Any) -> bytes:
    data = model.buffers[tensor.buffer].data
    return b"" if data is None else np.asarray(data, np.uint8).tobytes()


def _holds_data(model: Any, tensor: Any) -> bool:
    return bool(_content(model, tensor))


def _vectors(model: Any, tensor: Any) -> list[bytes]:
    """The vectors that a constant tensor brings into the file."""
    vectors = [_content(model, tensor)]
    quantization = tensor.quantization
    weights = (schema().TensorType.INT8, schema().TensorType.INT4)
    if quantization is not None and tensor.type in weights and quantization.scale is not None:
        vectors.append(np.asarray(quantization.scale, np.float32).tobytes())
        vectors.append(_zero_points(quantization).tobytes())
    return vectors


def _tensor(writer: SharingWriter, buffers: _BufferTable, tensor: Any, *, bias: bool) -> int:
    shape = np.asarray([] if tensor.shape is None else tensor.shape, np.int32)
    quantization = None if bias else _quantization(writer, tensor.quantization)
    return writer.table(
        [
            Field(0, "offset", writer.vector(shape)),
            Field(1, "int8", tensor.type),
            Field(2, "uint32", buffers.number(tensor)),
            Field(4, "offset", quantization),
            Field(5, "bool", bool(tensor.isVariable), False),
        ]
    )


def _quantization(writer: SharingWriter, quantization: Any) -> int | None:
    if quantization is None or quantization.scale is None or len(quantization.scale) == 0:
        return None
    return writer.table(
        [
            Field(2, "offset", writer.vector(np.asarray(quantization.scale, np.float32))),
            Field(3, "offset", writer.vector(_zero_points(quantization))),
            Field(6, "int32", quantization.quantizedDimension),
        ]
    )


def _zero_points(quantization: Any) -> NDArray[np.int64]:
    """Zero points; a file that leaves them out means zeros."""
    stored = quantization.zeroPoint
    if stored is None or len(stored) == 0:
        return np.zeros(len(quantization.scale), np.int64)
    return np.asarray(stored, np.int64)


def _operator(writer: SharingWriter, operator: Any) -> int:
    options = None if operator.builtinOptions is None else writer.packed(operator.builtinOptions)
    options2 = None if operator.builtinOptions2 is None else writer.packed(operator.builtinOptions2)
    custom = operator.customOptions
    return writer.table(
        [
            Field(0, "uint32", operator.opcodeIndex),
            Field(1, "offset", _int32(writer, operator.inputs)),
            Field(2, "offset", _int32(writer, operator.outputs)),
            Field(3, "uint8", operator.builtinOptionsType if options is not None else 0),
            Field(4, "offset", options),
            Field(5, "offset", None if custom is None else writer.vector(np.asarray(custom, np.uint8))),
            Field(11, "uint8", operator.builtinOptions2Type if options2 is not None else 0),
            Field(12, "offset", options2),
        ]
    )


def _code(writer: SharingWriter, code: Any) -> int:
    """An operator code in as few fields as readers need: versions only choose between kernels, and every resolver
    has one from version 1 on; the number stands once, in the field of its size."""
    custom = code.customCode
    raw = custom.encode() if isinstance(custom, str) else custom
    number = operator_code(code)
    small = number < LARGE_CODES
    return writer.table(
        [
            Field(0, "int8", number if small else LARGE_CODES),
            Field(1, "offset", None if raw is None else writer.vector(np.frombuffer(raw + b"\0", np.uint8))),
            Field(3, "int32", 0 if small else number),
        ]
    )


def _int32(writer: SharingWriter, values: NDArray[np.int32] | list[int] | None) -> int:
    return writer.vector(np.asarray([] if values is None else values, np.int32))
