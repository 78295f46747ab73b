"""The generated C against the real TFLM interpreter, bit for bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from convolution_models import deep_layers, shapes_of_convolutions
from depthwise_models import depthwise_layers, extreme_depthwise_layers, several_filters_a_channel
from random_models import random_model
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.engine.host import HostEngine, load_batches
from firmware_tools.tflite.graph import SUPPORTED, Graph, read_tflite
from firmware_tools.tflite.tflm import TflmInterpreter, available

pytestmark = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")

PLAIN, DSP, SHORT = (), ("-DKWS_DSP=1",), ("-DKWS_SHORT_MULTIPLY=1",)


def random_inputs(graph: Graph, count: int, seed: int = 0) -> np.ndarray:
    """Random int8 inputs, the first two all least and all largest."""
    inputs = np.random.default_rng(seed).integers(-128, 128, (count, *graph.input.shape[1:])).astype(np.int8)
    inputs[0], inputs[1] = -128, 127
    return inputs


def assert_equal(models: list[bytes], flags: tuple[str, ...]) -> None:
    graphs = [read_tflite(model) for model in models]
    for number, (graph, run) in enumerate(zip(graphs, load_batches(graphs, flags=flags, optimise="-O1"), strict=True)):
        inputs = random_inputs(graph, 6, number)
        expected = TflmInterpreter(models[number])(inputs)
        kinds = [operator.kind for operator in graph.operators]
        np.testing.assert_array_equal(run(inputs), expected, err_msg=f"model {number}: {kinds}")


def test_random_networks_cover_every_operator() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(80):
        kinds.update(operator.kind for operator in read_tflite(random_model(seed)).operators)
    assert set(kinds) == set(SUPPORTED) - {"SQUEEZE", "EXPAND_DIMS"}


@pytest.mark.parametrize("flags", [PLAIN, DSP], ids=["plain", "dsp"])
def test_random_networks(flags: tuple[str, ...]) -> None:
    assert_equal([random_model(seed) for seed in range(50)], flags)


def edge_models() -> Iterator[bytes]:
    """Constructions that leave the usual path of requantisation or of geometry."""
    for scale in (1e-6, 0.3, 40.0):  # multipliers far below and above one
        build = ModelBuilder(3)
        x = build.input((1, 6, 5, 6), scale)
        y = build.conv2d(build.conv2d(x, 6, (3, 3), depthwise=True), 7, (2, 2))
        yield build.finish(build.mean(y, (1, 2)))
    for gain in (3e-9, 1.0, 600.0):  # dead channels, no right shift, left shifts
        build = ModelBuilder(4)
        x = build.input((1, 9, 1, 4), 1.0, -5)
        weights = build.rng.integers(-3, 4, (5, 1, 1, 4)).astype(np.int8)
        w = build.tensor(weights.shape, "int8", np.full(5, gain, np.float32), 0, weights)
        y = build.activation((1, 9, 1, 5), 1.0)
        build.operator("CONV_2D", [x.index, w.index], [y], build.convolution_options())
        yield build.finish(y)
    build = ModelBuilder(5)  # a bias too large for the fast path
    x = build.input((1, 7, 1, 3), 1e-4)
    weights = build.rng.integers(-127, 128, (1, 3, 1, 3)).astype(np.int8)
    w = build.tensor(weights.shape, "int8", np.full(3, 1e-5, np.float32), 0, weights, 3)
    b = build.tensor((3,), "int32", None, 0, np.asarray([(1 << 31) - 200_000, -(1 << 31) + 200_000, 1 << 30], np.int32))
    y = build.activation((1, 7, 1, 3), 0.05, 0)
    build.operator("DEPTHWISE_CONV_2D", [x.index, w.index, b.index], [y], build.depthwise_options())
    yield build.finish(y)
    for kind in ("same", "reshaped"):  # input as output, equal scales
        build = ModelBuilder(6)
        x = build.input((1, 5, 2, 3), 0.1)
        yield build.finish(build.elementwise("ADD", x, x) if kind == "same" else build.reshape(x, (1, 30)))


@pytest.mark.parametrize("flags", [PLAIN, DSP, SHORT], ids=["plain", "dsp", "short"])
@pytest.mark.parametrize(
    "models",
    [
        shapes_of_convolutions,
        deep_layers,
        depthwise_layers,
        several_filters_a_channel,
        extreme_depthwise_layers,
    ],
)
def test_convolutions(models: Callable[[], Iterator[bytes]], flags: tuple[str, ...]) -> None:
    assert_equal(list(models()), flags)


@pytest.mark.parametrize("flags", [PLAIN, DSP, SHORT], ids=["plain", "dsp", "short"])
def test_edges(flags: tuple[str, ...]) -> None:
    assert_equal(list(edge_models()), flags)


def test_keyword_model_on_many_inputs() -> None:
    model = keyword_model()
    engine = HostEngine(model)
    inputs = random_inputs(engine.graph, 300)
    outputs = engine(inputs)
    np.testing.assert_array_equal(outputs, TflmInterpreter(model)(inputs))
    assert len(np.unique(outputs)) > 20  # or equality would mean little


def test_the_shapes_of_streaming_models() -> None:
    models = []
    for blocks, kernel, channels, labels in ((1, 5, 13, 3), (3, 11, 32, 12), (2, 15, 21, 6)):
        models.append(
            keyword_model(blocks=blocks, kernel=kernel, channels=channels, labels=labels, residual=blocks != 2)
        )
    assert_equal(models, DSP)


def test_every_difference_of_two_scores_in_a_softmax() -> None:
    """Scales from where all scores have the same share to where the largest has all."""
    scales = (2e-8, 3.1e-5, 0.002, 0.013, 0.0371, 0.07, 0.1171, 0.25, 0.6, 1.7, 14.0, 31.9)
    models = []
    for scale in scales:
        build = ModelBuilder(1)
        models.append(build.finish(build.softmax(build.input((1, 3), scale, 0))))
    graphs = [read_tflite(model) for model in models]
    inputs = np.asarray([(127, below, third) for below in range(-128, 128) for third in (-128, 101)], np.int8)
    for model, run in zip(models, load_batches(graphs, optimise="-O1"), strict=True):
        np.testing.assert_array_equal(run(inputs), TflmInterpreter(model)(inputs))
