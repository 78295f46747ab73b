"""Models that are whole as files and impossible as networks: one line each. ``kws bench damaged`` found them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.engine.lower import lower
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import load_model, model_bytes
from firmware_tools.tflite.graph import read_tflite

SMALL = keyword_model(frames=9, features=4, channels=4, blocks=1, kernel=3, labels=3)
CONV, DEPTHWISE, MEAN, DENSE, SOFTMAX = 0, 1, 4, 5, 6  # operators of SMALL


def pooled() -> bytes:
    build = ModelBuilder()
    x = build.input((1, 6, 4, 3))
    x = build.concatenate([x, build.pool(x, (1, 1))], 3)
    return build.finish(build.logistic(build.pool(x, (2, 2))))


def options(number: int, name: str, value: Any) -> Callable[[Any], None]:
    return lambda graph: setattr(graph.operators[number].builtinOptions, name, value)


def no_options(number: int) -> Callable[[Any], None]:
    return lambda graph: setattr(graph.operators[number], "builtinOptions", None)


def input_scale_of(number: int, scale: float) -> Callable[[Any], None]:
    def change(graph: Any) -> None:
        graph.tensors[graph.operators[number].inputs[0]].quantization.scale = np.asarray([scale], np.float32)

    return change


def output_scale_of(number: int, scale: float) -> Callable[[Any], None]:
    def change(graph: Any) -> None:
        graph.tensors[graph.operators[number].outputs[0]].quantization.scale = np.asarray([scale], np.float32)

    return change


def weights_of_three_dimensions(graph: Any) -> None:
    weights = graph.tensors[graph.operators[DENSE].inputs[1]]
    weights.shape = np.asarray([*weights.shape, 1], np.int32)


def no_zero_point(graph: Any) -> None:
    graph.tensors[graph.operators[CONV].outputs[0]].quantization.zeroPoint = np.zeros(0, np.int64)


def scalar(graph: Any) -> None:
    for index in (graph.operators[0].inputs[0], graph.operators[0].outputs[0]):
        graph.tensors[index].shape = np.zeros(0, np.int32)


def output_is_input(graph: Any) -> None:
    graph.outputs = np.asarray(graph.inputs, np.int32)


@pytest.mark.parametrize(
    ("model", "change", "expected"),
    [
        (SMALL, no_options(CONV), "options of: 'CONV_2D"),
        (SMALL, no_options(DEPTHWISE), "options of: 'DEPTHWISE"),
        (SMALL, no_options(SOFTMAX), "options of: 'SOFTMAX"),
        (pooled(), no_options(0), "options of: 'AVERAGE_POOL_2D"),
        (SMALL, options(DEPTHWISE, "depthMultiplier", 0), "depth multiplier that does not fit"),
        (SMALL, options(SOFTMAX, "beta", float("nan")), "input scale that is too small|no number"),
        (SMALL, options(CONV, "fusedActivationFunction", 4), "no such fused activation"),
        (SMALL, options(DEPTHWISE, "dilationHFactor", 65_535), "impossible window"),
        (pooled(), options(1, "axis", 1 << 30), "no such dimension"),
        (pooled(), options(1, "axis", -5), "no such dimension"),
        (pooled(), options(1, "fusedActivationFunction", 1), "has an activation"),
        (pooled(), input_scale_of(3, 1e-30), "input scale that it cannot compute with"),
        (SMALL, input_scale_of(SOFTMAX, 1e-9), "input scale that is too small"),
        (SMALL, output_scale_of(CONV, 1e-45), "scales by|too small"),
        (SMALL, weights_of_three_dimensions, "weights that do not fit"),
        (SMALL, no_zero_point, "not on int8"),
        (pooled(), scalar, "without dimensions|batch size 1"),
        (SMALL, output_is_input, "nothing writes its output"),
    ],
)
def test_is_refused_with_one_line(model: bytes, change: Callable[[Any], None], expected: str) -> None:
    lower(read_tflite(model))
    tree = load_model(model)
    change(tree.subgraphs[0])
    with pytest.raises(ModelError, match=expected):
        lower(read_tflite(model_bytes(tree)))


def test_axes_of_a_mean_that_its_input_does_not_have() -> None:
    build = ModelBuilder()
    x = build.input((1, 6, 1, 3))
    axis = build.tensor((2,), "int32", data=np.asarray([1, 6], np.int32))
    y = build.activation((1, 3), 0.1)
    build.operator("MEAN", [x.index, axis.index], [y])
    with pytest.raises(ModelError, match="no such dimension: 6"):
        lower(read_tflite(build.finish(y)))


def test_options_of_another_operator() -> None:
    tree = load_model(SMALL)
    code = tree.operatorCodes[tree.subgraphs[0].operators[SOFTMAX].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = 1  # AVERAGE_POOL_2D
    with pytest.raises(ModelError, match=r"options of: 'AVERAGE_POOL_2D \(layer 6\)'"):
        read_tflite(model_bytes(tree))


def test_a_model_that_computes_nothing_from_its_input() -> None:
    build = ModelBuilder()
    x = build.input((1, 4))
    y = build.softmax(build.constant((1, 4), 0.1))
    unread = load_model(build.finish(y))
    unread.subgraphs[0].operators[0].inputs = np.asarray([*unread.subgraphs[0].operators[0].inputs, x.index], np.int32)
    with pytest.raises(ModelError, match="nothing is computed from its input"):
        lower(read_tflite(model_bytes(unread)))


def test_one_zero_point_for_all_channels_is_read() -> None:
    tree = load_model(SMALL)
    graph = tree.subgraphs[0]
    weights = graph.tensors[graph.operators[CONV].inputs[1]]
    weights.quantization.zeroPoint = weights.quantization.zeroPoint[:1]
    lower(read_tflite(model_bytes(tree)))
