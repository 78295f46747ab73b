"""Slimming: smaller, still opened by both interpreters, and not a bit of TFLM's output changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.slim import layer_bytes, slim
from firmware_tools.tflite.tflm import TflmInterpreter, available

MODEL = keyword_model()
needs_tflm = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")


def every_kind_of_operator() -> bytes:
    build = ModelBuilder(2)
    x = build.input((1, 12, 6, 3), 0.03, 7)
    y = build.conv2d(build.pad(x, ((0, 0), (1, 1), (0, 2), (0, 0))), 8, (3, 3), stride=(2, 2), activation="RELU6")
    y = build.pool(build.conv2d(y, 8, (3, 3), depthwise=True, dilation=(2, 1)), (2, 2), stride=(2, 2))
    y = build.elementwise("MUL", build.logistic(y), build.concatenate([build.relu(y)], 3))
    y = build.elementwise("ADD", y, build.constant((1, 1, 1, 8), 0.2))
    y = build.dense(build.reshape(build.mean(y, (1,), keep_dims=True), (1, 16)), 5, per_channel=True, bias=False)
    return build.finish(build.softmax(y, beta=0.7))


def test_sizes() -> None:
    small = slim(MODEL)
    payload = sum(size for _, size in layer_bytes(MODEL))
    assert payload < len(small) < payload + 3_700 < 16_384 < len(MODEL)
    assert slim(small) == small


def test_same_network() -> None:
    before, after = read_tflite(MODEL), read_tflite(slim(MODEL))
    assert [op.kind for op in before.operators] == [op.kind for op in after.operators]
    assert (before.parameters, before.total_macs) == (after.parameters, after.total_macs)
    for a, b in zip(before.tensors, after.tensors, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert (a.data is None) == (b.data is None)
        assert a.data is None or np.array_equal(a.data, b.data)
        assert b.dtype == "INT32" or np.array_equal(a.scales, b.scales)


@needs_tflm
@pytest.mark.parametrize("model", [MODEL, every_kind_of_operator()], ids=["keyword model", "every kind"])
def test_tflm_gives_the_same_bits(model: bytes) -> None:
    before, after = TflmInterpreter(model), TflmInterpreter(slim(model))
    inputs = np.random.default_rng(0).integers(-128, 128, (100, *before.input_shape[1:])).astype(np.int8)
    np.testing.assert_array_equal(before(inputs), after(inputs))
    assert after.arena_bytes <= before.arena_bytes


@pytest.mark.parametrize("model", [MODEL, every_kind_of_operator()], ids=["keyword model", "every kind"])
def test_litert_opens_it(model: bytes) -> None:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    outputs = []
    for content in (model, slim(model)):
        interpreter = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        interpreter.allocate_tensors()
        entry = interpreter.get_input_details()[0]
        inputs = np.random.default_rng(1).integers(-128, 128, entry["shape"]).astype(np.int8)
        interpreter.set_tensor(entry["index"], inputs)
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    np.testing.assert_array_equal(*outputs)


def test_nothing_readable_is_left() -> None:
    assert b"StatefulPartitionedCall" in MODEL
    assert b"made by hand" in MODEL
    small = slim(MODEL)
    assert b"Stateful" not in small
    assert b"made by hand" not in small


def test_layers_that_weigh_most() -> None:
    layers = layer_bytes(MODEL)
    assert layers[0][0] == "0 conv_2d 28x3x1x40"
    assert layers[0][1] == 28 * 120 + 3 * 28 * 4 + 28 * 8 + 4 * 4 - 28 * 4  # weights, bias, scales, zero points
    assert [size for _, size in layers] == sorted((size for _, size in layers), reverse=True)
    assert layers == layer_bytes(slim(MODEL))


def test_shared_weights_are_stored_once() -> None:
    def model(tied: bool) -> bytes:
        build = ModelBuilder(1)
        x = build.input((1, 8, 1, 24))
        for step in range(2):
            if tied:
                build.rng = np.random.default_rng(7)
            x = build.conv2d(x, 24, (1, 1), zero_point=step)
        return build.finish(x)

    assert len(slim(model(tied=True))) < len(slim(model(tied=False))) - 24 * 24


def test_damaged_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no \\.tflite file"):
        slim(b"not a model at all, but some text")
    with pytest.raises(ModelError, match="cannot read the model"):
        slim(tmp_path / "gone.tflite")
    for position in range(0, 400, 3):
        damaged = bytearray(MODEL)
        damaged[position] ^= 0x5A
        try:
            slim(bytes(damaged))
        except ModelError as error:
            assert "\n" not in str(error)
