"""Weights of 4 bits: as a .tflite stores them, as TFLM computes with them, and as the C engine does."""

from __future__ import annotations

import numpy as np
import pytest
from coarse_models import coarse, model_of_every_weighted_kind

from firmware_tools.engine.host import load_batches
from firmware_tools.engine.lower import lower
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, model_bytes
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.int4 import pack_nibbles, packed_bytes, unpack_nibbles
from firmware_tools.tflite.tflm import TflmInterpreter, available


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
    for flags in ((), ("-DKWS_DSP=1",)):
        for run, expected in zip(load_batches(graphs, flags=flags, optimise="-O1"), by_tflm, strict=True):
            np.testing.assert_array_equal(run(inputs), expected)


def test_the_c_engine_keeps_4_bits_in_flash() -> None:
    """3, 11 and 5 filters of 5, 3 and 11 weights: 2, 6 and 3 pairs."""
    four, eight = (read_tflite(coarse(model_of_every_weighted_kind(), four_bits=bits)) for bits in (True, False))
    sizes = [
        [call.constants["weights"].values.nbytes for call in lower(graph).calls if call.function.startswith("kws_conv")]
        for graph in (four, eight)
    ]
    assert sizes == [[2 * 8, 6 * 4, 3 * 12], [2 * 16, 6 * 8, 3 * 24]]


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
