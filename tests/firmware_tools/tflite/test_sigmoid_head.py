"""Softmax of three as a sigmoid of one: the same weights, and the score that a float computation gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from wake_word_models import frames_of, hidden_values, keyword_model, one_score_model

from firmware_tools.engine.host import HostEngine
from firmware_tools.tflite import tflm
from firmware_tools.tflite.flatbuffer import load_model, model_bytes
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.sigmoid_head import LOGIT_SCALE, sigmoid_model, sigmoid_row

pytestmark = pytest.mark.skipif(not tflm.available(), reason="tflite-micro is not installed here")

SHARED = [(0, 127), (30, 60), (127, 127)]  # taken over, exact in one copy, exact in two
IDS = ["taken over", "one copy", "two copies"]


def real_layer(tflite: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Weights [3, channels] and biases [3] of the last layer in real numbers, and the scale of its input."""
    graph = read_tflite(tflite)
    dense = graph.operators[-2]
    inputs, weights, bias = (graph.tensors[i] for i in dense.inputs)
    scales = np.broadcast_to(weights.scales.astype(np.float64), 3)
    assert weights.data is not None and bias.data is not None
    return weights.data * scales[:, np.newaxis], bias.data * scales * inputs.scale, inputs.scale


@pytest.mark.parametrize("largest", SHARED, ids=IDS)
@pytest.mark.parametrize("seed", range(3))
def test_weights_are_the_rows_difference_exactly(seed: int, largest: tuple[int, int]) -> None:
    windowed = keyword_model(seed, largest=largest)
    graph, (real, bias, input_scale) = read_tflite(windowed), real_layer(windowed)
    row = sigmoid_row(graph, graph.operators[-2])
    assert len(row.weights) == (2 if largest == (127, 127) else 1)
    assert row.weights.sum(axis=0, dtype=np.int32) * row.weight_scale == pytest.approx(real[2] - real[0], abs=1e-12)
    assert row.bias == pytest.approx(bias[2] - bias[0] - np.log(2), abs=1e-9)
    assert abs(row.bias_steps * row.weight_scale * input_scale - row.bias) <= row.weight_scale * input_scale / 1.99


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_two_scales_are_rounded_finely(seed: int) -> None:
    windowed = keyword_model(seed, largest=(127, 127), per_row=True)
    graph, (real, _, _) = read_tflite(windowed), real_layer(windowed)
    row = sigmoid_row(graph, graph.operators[-2])
    difference = real[2] - real[0]
    error = np.abs(row.weights.sum(axis=0, dtype=np.int32) * row.weight_scale - difference).max()
    assert 0 < error <= np.abs(difference).max() / 508 / 2 * 1.001


@pytest.mark.parametrize("largest", SHARED, ids=IDS)
def test_the_score_is_that_of_a_float_softmax(largest: tuple[int, int]) -> None:
    windowed = keyword_model(3, largest=largest)
    stream = frames_of(500, 30)
    windows = np.stack([stream[i : i + 98] for i in range(0, 402, 3)])
    real, bias, input_scale = real_layer(windowed)
    logits = hidden_values(windows, 3) * input_scale @ real.T + bias
    expected = 256 / (1 + np.exp(logits[:, 0] - logits[:, 2] + np.log(2)))
    scores = HostEngine(sigmoid_model(windowed))(windows[:, :, np.newaxis])[:, 0].astype(int) + 128
    assert np.ptp(scores) > 100
    assert np.abs(scores - np.clip(expected, 0, 255)).max() <= 256 * (LOGIT_SCALE / 2 + 0.01) / 4 + 0.5


def test_biases_that_differ_add_up() -> None:
    """log(exp s + exp u), whatever the two are."""
    model = load_model(keyword_model(1))
    graph = model.subgraphs[0]
    buffer = model.buffers[graph.tensors[graph.operators[-2].inputs[2]].buffer]
    values = np.asarray(buffer.data).view(np.int32).copy()
    values[1] += 2_000
    buffer.data = values.view(np.uint8)
    changed = model_bytes(model)
    _, bias, _ = real_layer(changed)
    read = read_tflite(changed)
    row = sigmoid_row(read, read.operators[-2])
    assert bias[1] != bias[0]
    assert row.bias == pytest.approx(bias[2] - np.log(np.exp(bias[0]) + np.exp(bias[1])))


@pytest.mark.parametrize("largest", SHARED, ids=IDS)
def test_tflm_and_the_engine_agree(largest: tuple[int, int]) -> None:
    windowed = sigmoid_model(keyword_model(4, largest=largest))
    stream = frames_of(400, 40)
    windows = np.stack([stream[i : i + 98] for i in range(0, 300, 3)])[:, :, np.newaxis]
    assert np.array_equal(tflm.TflmInterpreter(windowed)(windows), HostEngine(windowed)(windows))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_model_of_one_score_is_cut_behind_it(sign: int) -> None:
    """Dense(1), then a dense layer of (0, 0, 1) and biases (0, 0, ln 2): the sigmoid of the one value, which is rounded
    by this layer's scale and not by the coarser one that was there."""
    windowed = one_score_model(2, sign)
    graph = read_tflite(windowed)
    row = sigmoid_row(graph, graph.operators[-2])
    score = graph.operators[-3]
    weights = graph.tensors[score.inputs[1]]
    assert weights.data is not None
    assert np.array_equal(row.weights, sign * weights.data)
    assert row.weight_scale == pytest.approx(weights.scale, rel=1e-6)
    cut = read_tflite(sigmoid_model(windowed))
    assert [op.kind for op in cut.operators] == [op.kind for op in graph.operators[:-2]] + ["LOGISTIC"]
    stream = frames_of(500, 30)
    windows = np.stack([stream[i : i + 98] for i in range(0, 402, 3)])
    values = hidden_values(windows, 2) @ weights.data.astype(float).T
    bias = graph.tensors[score.inputs[2]].data
    assert bias is not None
    logits = sign * (values + bias)[:, 0] * weights.scale * row.inputs.scale
    scores = HostEngine(sigmoid_model(windowed))(windows[:, :, np.newaxis])[:, 0].astype(int) + 128
    assert np.ptp(scores) > 100
    assert (
        np.abs(scores - np.clip(256 / (1 + np.exp(-logits)), 0, 255)).max() <= 256 * (LOGIT_SCALE / 2 + 0.01) / 4 + 0.5
    )
