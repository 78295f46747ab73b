"""Weights of 4 bits: as a .tflite stores them, as TFLM computes with them, and as the C engine does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from firmware_tools.engine.flatbuffer import load_model, model_bytes, operator_code, operator_names, schema
from firmware_tools.engine.graph import read_tflite
from firmware_tools.engine.host import load_batches
from firmware_tools.engine.nibbles import pack_nibbles, packed_bytes, unpack_nibbles
from firmware_tools.engine.synthetic import ModelBuilder
from firmware_tools.engine.tflm import TflmInterpreter, available
from firmware_tools.errors import ModelError

STEP = 16  # of int8 to one of int4
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


def model_of_every_weighted_kind() -> bytes:
    """15, 9, 33 and 55 weights: odd numbers, so that the last half byte of each is unused."""
    build = ModelBuilder(4)
    x = build.input((1, 7, 1, 5))
    x = build.conv2d(x, 3, (1, 1), activation="RELU")
    x = build.conv2d(x, 3, (3, 1), depthwise=True)
    x = build.conv2d(x, 11, (1, 1), bias=False)
    return build.finish(build.dense(build.mean(x, (1, 2)), 5))


def coarse(tflite: bytes, *, four_bits: bool, lowest: int = -7) -> bytes:
    """The model with weights from ``lowest`` to 7, stored with 4 bits or with 8."""
    model = load_model(tflite)
    graph = model.subgraphs[0]
    for operator in graph.operators:
        if operator_names()[operator_code(model.operatorCodes[operator.opcodeIndex])] in WEIGHTED:
            _make_coarse(model, graph.tensors[operator.inputs[1]], four_bits, lowest)
            for bias in (graph.tensors[i] for i in operator.inputs[2:] if i >= 0):
                buffer = model.buffers[bias.buffer]
                buffer.data = (np.asarray(buffer.data).view(np.int32) // STEP).view(np.uint8)
                bias.quantization.scale = np.asarray(bias.quantization.scale, np.float32) * STEP
    return model_bytes(model)


def _make_coarse(model: Any, tensor: Any, four_bits: bool, lowest: int) -> None:
    buffer = model.buffers[tensor.buffer]
    values = np.asarray(buffer.data).view(np.int8)
    values = np.clip(np.rint(values / STEP), lowest, 7).astype(np.int8)
    tensor.quantization.scale = np.asarray(tensor.quantization.scale, np.float32) * STEP
    buffer.data = pack_nibbles(values) if four_bits else values.view(np.uint8)
    tensor.type = schema().TensorType.INT4 if four_bits else schema().TensorType.INT8


@pytest.mark.parametrize("count", [1, 2, 15, 16])
def test_two_weights_a_byte_the_first_in_the_low_half(count: int) -> None:
    values = np.resize(np.arange(-8, 8, dtype=np.int8), count)
    data = pack_nibbles(values)
    assert data.dtype == np.uint8 and len(data) == packed_bytes(count) == (count + 1) // 2
    np.testing.assert_array_equal(unpack_nibbles(data, count), values)
    assert pack_nibbles(np.asarray([[1, -2], [3, 0]], np.int8)).tolist() == [0xE1, 0x03]
    assert pack_nibbles(np.asarray([-1], np.int8)).tolist() == [0x0F]


@pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")
def test_tflm_and_the_c_engine_compute_as_with_8_bits() -> None:
    plain = model_of_every_weighted_kind()
    models = [coarse(plain, four_bits=bits, lowest=low) for bits, low in ((True, -7), (False, -7), (True, -8))]
    graphs = [read_tflite(model) for model in models]
    inputs = np.random.default_rng(0).integers(-128, 128, (200, *graphs[0].input.shape[1:])).astype(np.int8)
    by_tflm = [TflmInterpreter(model)(inputs) for model in models]
    np.testing.assert_array_equal(by_tflm[0], by_tflm[1])
    assert len(np.unique(by_tflm[0])) > 20  # or equality would mean little
    for run, expected in zip(load_batches(graphs, optimise="-O1"), by_tflm, strict=True):
        np.testing.assert_array_equal(run(inputs), expected)


def test_the_reader_unpacks_and_checks() -> None:
    plain = model_of_every_weighted_kind()
    four, eight = (read_tflite(coarse(plain, four_bits=bits)) for bits in (True, False))
    weights = [graph.tensors[graph.operators[0].inputs[1]] for graph in (four, eight)]
    assert [tensor.dtype for tensor in weights] == ["INT4", "INT8"]
    assert weights[0].data is not None and weights[0].data.dtype == np.int8 and weights[1].data is not None
    np.testing.assert_array_equal(weights[0].data, weights[1].data)
    assert (four.parameters, four.total_macs) == (eight.parameters, eight.total_macs)
    model = load_model(coarse(plain, four_bits=True))
    tensor = model.subgraphs[0].tensors[model.subgraphs[0].operators[0].inputs[1]]
    model.buffers[tensor.buffer].data = model.buffers[tensor.buffer].data[:-1]
    with pytest.raises(ModelError, match="size of its shape"):
        read_tflite(model_bytes(model))
