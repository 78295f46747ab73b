"""Pointwise weights of 4 bits: from levels to a smaller file that every engine runs alike."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_models import ModelBuilder

from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, model_bytes, schema
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.int4 import LEVELS
from firmware_tools.tflite.pack_int4 import packed
from firmware_tools.tflite.slim import layer_bytes, slim
from firmware_tools.tflite.tflm import TflmInterpreter, available
from kws_data.config.export import ExportSettings
from kws_data.config.model import ModelSettings
from kws_data.export.convert import exported_tflite
from kws_data.export.parity import layer_errors, litert_scores, parity_table
from kws_data.models.calibration import representative
from kws_data.models.float_model import as_input, float_scores
from kws_data.models.weights_4bit import is_pointwise, levelled, on_levels
from kws_data.training.quantisation_aware import plain_model, rounding_model
from tests.kws_data.models.test_families import SMALL, some_features, trained_a_little

needs_tflm = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")


def on_15_levels(channels: int = 5, inputs: int = 7, shared: bool = False) -> bytes:
    """What the converter makes of kernels on their levels: two pointwise layers and a longer one."""
    build = ModelBuilder(3)
    x = build.conv2d(build.input((1, 6, 1, inputs)), inputs, (3, 1))
    for _ in range(2):
        x = build.conv2d(x, channels, (1, 1))
    model = load_model(build.finish(x))
    graph = model.subgraphs[0]
    for operator in graph.operators[1:]:
        tensor = graph.tensors[operator.inputs[1]]
        levels = np.random.default_rng(1).integers(-LEVELS, LEVELS + 1, tensor.shape)
        levels[:, 0, 0, 0] = LEVELS
        data = np.rint(levels * 127 / LEVELS).astype(np.int8)
        model.buffers[tensor.buffer].data = data.reshape(-1).view(np.uint8)
    if shared:
        graph.operators[2].inputs = graph.operators[1].inputs.copy()
        graph.operators[2].inputs[0] = graph.operators[1].outputs[0]
    return model_bytes(model)


def as_int8(tflite: bytes) -> bytes:
    """The packed model with the same values in 8 bits."""
    model, types = load_model(tflite), schema().TensorType
    for index, tensor in enumerate(model.subgraphs[0].tensors):
        if tensor.type == types.INT4:
            data = read_tflite(tflite).tensors[index].data
            assert data is not None
            model.buffers.append(schema().BufferT(data=data.reshape(-1).view(np.uint8)))
            tensor.type, tensor.buffer = types.INT8, len(model.buffers) - 1
    return model_bytes(model)


@needs_tflm
@pytest.mark.parametrize("shared", [False, True])
def test_packing_changes_nothing_but_the_bytes(shared: bool) -> None:
    plain = on_15_levels(inputs=5 if shared else 7, shared=shared)
    small = slim(packed(plain))
    graph = read_tflite(small)
    weights = [graph.tensors[operator.inputs[1]] for operator in graph.operators]
    assert [tensor.dtype for tensor in weights] == ["INT8", "INT4", "INT4"]
    inputs = np.random.default_rng(0).integers(-128, 128, (100, *graph.input.shape[1:])).astype(np.int8)
    judge = TflmInterpreter(small)(inputs)
    np.testing.assert_array_equal(judge, TflmInterpreter(as_int8(small))(inputs))
    np.testing.assert_array_equal(judge, HostEngine(small)(inputs))
    before = TflmInterpreter(plain)(inputs).astype(int)
    assert np.abs(judge - before).max() <= 3  # 127/7 is no whole number, and biases are coarser
    for old, new in zip(read_tflite(plain).operators[1:], weights[1:], strict=True):
        given = read_tflite(plain).tensors[old.inputs[1]]
        assert given.data is not None and new.data is not None
        was = given.data.reshape(len(given.data), -1) * given.scales[:, np.newaxis]
        now = new.data.reshape(len(new.data), -1) * new.scales[:, np.newaxis]
        assert np.abs(now - was).max() <= 0.51 * given.scales.max()


def test_an_odd_number_of_weights_takes_half_the_bytes() -> None:
    plain = on_15_levels()  # 5 x 7 and 5 x 5 weights
    sizes, before = dict(layer_bytes(packed(plain))), dict(layer_bytes(plain))
    assert [before[name] - sizes[name] for name in sorted(sizes)] == [0, 35 - 18, 25 - 13]
    assert abs(len(slim(plain)) - len(slim(packed(plain))) - 29) < 8  # and what aligns the vectors


def test_weights_of_any_other_file_are_refused() -> None:
    build = ModelBuilder(0)
    plain = build.finish(build.conv2d(build.input((1, 4, 1, 6)), 6, (1, 1)))
    with pytest.raises(ModelError, match=r"not on 15 levels.*use kws export") as raised:
        packed(plain)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_each_channel_has_15_levels_with_little_error() -> None:
    kernel = np.random.default_rng(0).normal(0, 0.1, (1, 1, 64, 3)).astype(np.float32)
    kernel[0, 0, 0, 1], kernel[..., 2] = 1.0, 0.0  # one large weight; a dead channel
    rounded = levelled(kernel).numpy()
    for channel in (0, 1):
        values = rounded[..., channel].reshape(-1)
        levels = values / (np.abs(values).max() / LEVELS)
        assert np.abs(levels - np.rint(levels)).max() < 1e-4
    assert not rounded[..., 2].any()
    most = np.abs(kernel).max(axis=(0, 1, 2))
    plain = np.rint(kernel / np.maximum(most, 1e-9) * LEVELS) * most / LEVELS
    error, by_largest = (np.square(one - kernel).sum(axis=(0, 1, 2)) for one in (rounded, plain))
    assert (error <= by_largest + 1e-9).all() and error[0] < by_largest[0]
    np.testing.assert_allclose(levelled(rounded).numpy(), rounded, atol=1e-7)


@pytest.mark.slow
@needs_tflm
def test_a_trained_model_becomes_a_file_of_4_bits() -> None:
    model, x = trained_a_little(ModelSettings(**SMALL["temporal_dscnn"])), some_features(48)
    tflite, eight = (exported_tflite(model, x, ExportSettings(), pointwise_bits=bits) for bits in (4, 8))
    graph = read_tflite(tflite)
    four = [t for t in graph.tensors if t.dtype == "INT4"]
    saved = sum(t.elements // 2 for t in four)
    assert four and all(np.abs(t.data).max() == LEVELS for t in four if t.data is not None)
    assert saved - 8 * len(four) <= len(eight) - len(tflite) <= saved + 8 * len(four)
    table = {row["engine"]: row for row in parity_table(model, tflite, x, float_scores(model, x).argmax(axis=1))}
    assert table["C engine"]["same_bytes"] and table["TFLM"]["same_bytes"]
    assert table["int8 reference (LiteRT)"]["largest_difference"] < 0.05
    errors = {row["layer"]: row["sqnr_db"] for row in layer_errors(model, tflite, x)}
    finer = {row["layer"]: row["sqnr_db"] for row in layer_errors(model, eight, x)}
    assert errors.keys() == finer.keys() and min(errors.values()) < min(finer.values())

    rounding = rounding_model(model, representative(x, 0), 4)
    felt = np.asarray(rounding(as_input(x), training=False))
    learnt = plain_model(rounding, model)
    kernels = [layer.get_weights()[0] for layer in learnt.layers if is_pointwise(layer)]
    assert kernels and all(np.array_equal(kernel, levelled(kernel).numpy()) for kernel in kernels)
    exact, measured = float_scores(model, x), (litert_scores(tflite, x[:, :, None, :]).astype(float) + 128) / 256
    assert 0.3 < np.abs(felt - exact).mean() / np.abs(measured - exact).mean() < 3


@pytest.mark.slow
def test_a_model_without_pointwise_layers_is_refused() -> None:
    model = trained_a_little(ModelSettings(**SMALL["tiny_conv"]))
    with pytest.raises(ModelError, match=r"no 1x1 convolution.*pointwise_bits=8") as raised:
        on_levels(model)
    assert "\n" not in str(raised.value)
