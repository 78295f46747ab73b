"""A windowed model as a ring: the same scores at every step, and a clear line for what cannot be one."""

from __future__ import annotations

import numpy as np
import pytest
from coarse_models import coarse
from numpy.typing import NDArray
from synthetic_models import ModelBuilder
from wake_word_models import BANDS, body, frames_of, keyword_model, tflm_ring_scores

from firmware_tools.errors import ModelError
from firmware_tools.tflite import tflm
from firmware_tools.tflite.flatbuffer import load_model, model_bytes
from firmware_tools.tflite.ring_model import LIMIT_BYTES, ring_model
from firmware_tools.tflite.sigmoid_head import sigmoid_model
from firmware_tools.tflite.streaming_rules import FEATURE_SCALE, kind_of, streaming_faults

pytestmark = pytest.mark.skipif(not tflm.available(), reason="tflite-micro is not installed here")


def window_scores(windowed: bytes, frames: NDArray[np.int8], stride: int = 3) -> NDArray[np.int16]:
    """What TFLM makes of each window of a stream that begins with silence: the last label's, 0 to 255."""
    interpreter = tflm.TflmInterpreter(windowed)
    length = interpreter.input_shape[1]
    padded = np.concatenate([np.full((length - stride, BANDS), -128, np.int8), frames])
    count = len(frames) // stride
    windows = np.stack([padded[stride * i : stride * i + length] for i in range(count)])
    return interpreter(windows.reshape(count, *interpreter.input_shape[1:]))[:, -1].astype(np.int16) + 128


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rest", [(BANDS,), (1, BANDS), (BANDS, 1)], ids=str)
def test_the_ring_gives_the_windows_scores_at_every_step(seed: int, rest: tuple[int, ...]) -> None:
    windowed = keyword_model(seed, frames=60 + 7 * seed, rest=rest)
    frames = frames_of(400, seed + 100)
    scores = tflm_ring_scores(ring_model(windowed), frames)
    assert np.array_equal(scores, window_scores(sigmoid_model(windowed), frames))
    assert len(set(scores.tolist())) > 20


@pytest.mark.parametrize("stride", [1, 2, 4, 10])
def test_any_stride_below_the_window(stride: int) -> None:
    windowed, frames = keyword_model(5, frames=49), frames_of(200, 5)
    ring = ring_model(windowed, stride)
    assert np.array_equal(
        tflm_ring_scores(ring, frames, stride), window_scores(sigmoid_model(windowed), frames, stride)
    )


def weights_of(tflite: bytes) -> list[tuple[bytes, bytes, list[float]]]:
    """Of each convolution: weights, biases, and the scales of input and weights."""
    model = load_model(tflite)
    graph, found = model.subgraphs[0], []
    for operator in graph.operators:
        if kind_of(model, operator) in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            x, weights, bias = (graph.tensors[i] for i in operator.inputs)
            held = (bytes(np.asarray(model.buffers[tensor.buffer].data)) for tensor in (weights, bias))
            found.append((*held, [*x.quantization.scale, *weights.quantization.scale]))
    return found


def test_the_layers_before_the_last_are_untouched() -> None:
    windowed = keyword_model(2)
    assert len(weights_of(windowed)) == 3
    assert weights_of(ring_model(windowed)) == weights_of(windowed)


def test_it_weighs_little_more_than_the_window() -> None:
    windowed = keyword_model(0, channels=40)
    ring = ring_model(windowed)
    assert len(ring) <= LIMIT_BYTES
    assert len(ring) - len(sigmoid_model(windowed)) < 1_300
    assert streaming_faults(ring) == []
    assert ring == ring_model(windowed)


def refused(model: bytes, *words: str, stride: int = 3, limit: int | None = LIMIT_BYTES) -> None:
    with pytest.raises(ModelError) as raised:
        ring_model(model, stride, limit)
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)
    for word in words:
        assert word in str(raised.value)


def test_a_model_that_is_a_ring_already() -> None:
    refused(ring_model(keyword_model()), "keeps its state in variables")


def test_no_model_at_all() -> None:
    refused(np.random.default_rng(0).bytes(5_000), "no .tflite")
    refused(b"", "no .tflite")
    whole = keyword_model()
    refused(whole[: len(whole) // 2], "damaged")


def test_rows_that_differ() -> None:
    build = ModelBuilder(0)
    refused(build.finish(build.softmax(build.dense(body(build, 50, 8), 3))), "rows of _silence_ and _unknown_", "by up")


def test_another_number_of_labels_and_another_end() -> None:
    build = ModelBuilder(0)
    refused(build.finish(build.softmax(build.dense(body(build, 50, 8), 4))), "3 labels", "4")
    build = ModelBuilder(0)
    refused(build.finish(build.dense(body(build, 50, 8), 3)), "does not end in a dense layer and SOFTMAX")


def test_another_input() -> None:
    build = ModelBuilder(0)
    x = build.mean(build.conv2d(build.input((1, 49, 1, 10)), 8, (3, 1)), (1, 2))
    refused(build.finish(build.softmax(build.dense(x, 3))), "[1, T, 40]", "[1, 49, 1, 10]")


@pytest.mark.parametrize(("scale", "zero_point"), [(1 / 128, 0), (FEATURE_SCALE, -128), (26 / 255, -128)])
def test_an_input_under_kws_s_scale_or_under_esphome_s(scale: float, zero_point: int) -> None:
    """The bytes are the same; what comes in states the scale by which both runtimes make them."""
    windowed, frames = with_input(scale, zero_point), frames_of(200, 8)
    ring = ring_model(windowed)
    graph = load_model(ring).subgraphs[0]
    stated = graph.tensors[graph.inputs[0]].quantization
    assert (stated.scale.tolist(), stated.zeroPoint.tolist()) == ([FEATURE_SCALE], [-128])
    assert np.array_equal(tflm_ring_scores(ring, frames), window_scores(sigmoid_model(windowed), frames))


@pytest.mark.parametrize(("scale", "zero_point"), [(0.2, -128), (1 / 128, -128), (FEATURE_SCALE, 0)])
def test_an_input_under_another_scale(scale: float, zero_point: int) -> None:
    refused(with_input(scale, zero_point), "neither the scale", f"{scale:.6g} from {zero_point}")


def with_input(scale: float, zero_point: int) -> bytes:
    model = load_model(keyword_model())
    given = model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]].quantization
    given.scale, given.zeroPoint = np.asarray([scale], np.float32), np.asarray([zero_point])
    return model_bytes(model)


def test_an_operator_that_esphome_lacks() -> None:
    build = ModelBuilder(0)
    x = build.relu(body(build, 50, 8))
    refused(build.finish(build.softmax(build.dense(x, 3))), "lacks an operator", "relu")


def test_weights_of_four_bits() -> None:
    refused(coarse(keyword_model(), four_bits=True), "4 bits", "pointwise_bits")


def test_a_window_no_longer_than_the_stride_and_a_file_too_large() -> None:
    refused(keyword_model(frames=49), "window is not longer than the stride", stride=49)
    refused(keyword_model(frames=49), "window is not longer than the stride", stride=0)
    refused(keyword_model(), "are more than 4,000", limit=4_000)
    assert len(ring_model(keyword_model(channels=70), limit_bytes=None)) > LIMIT_BYTES
