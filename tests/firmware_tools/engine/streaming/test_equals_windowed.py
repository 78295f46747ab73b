"""The streaming engine against the windowed one and against TFLM, bit for bit, at every hop."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from random_streams import random_stream, random_streams
from synthetic_models import ModelBuilder

from firmware_tools.engine.host import HostEngine, load_batches
from firmware_tools.engine.streaming.columns import why_not_streaming
from firmware_tools.engine.streaming.host import HostStream, load_streams
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, read_tflite
from firmware_tools.tflite.tflm import TflmInterpreter, available

PLAIN, DSP = (), ("-DKWS_DSP=1",)
FRAMES_BEYOND = 30


def random_rows(graph: Graph, seed: int) -> np.ndarray:
    """Random frames, more than a window of them, with some that are all least and all largest."""
    frames = graph.input.shape[1]
    rows = np.random.default_rng(seed).integers(-128, 128, (frames + FRAMES_BEYOND, graph.input.elements // frames))
    rows[frames // 2], rows[frames] = -128, 127
    return rows.astype(np.int8)


def test_random_networks_cover_what_streams() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(60):
        kinds.update(operator.kind for operator in read_tflite(random_stream(seed)).operators)
    assert set(kinds) >= {"CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "ADD", "MUL"}
    assert set(kinds) >= {"FULLY_CONNECTED", "SOFTMAX", "RESHAPE", "PAD", "CONCATENATION", "RELU", "LOGISTIC"} | {
        "STRIDED_SLICE"
    }


@pytest.mark.parametrize("flags", [PLAIN, DSP], ids=["plain", "dsp"])
def test_random_networks_at_every_hop(flags: tuple[str, ...]) -> None:
    graphs = [read_tflite(model) for model in random_streams(0, 40)]
    windowed = load_batches(graphs, optimise="-O1")
    for seed, (graph, run, stream) in enumerate(
        zip(graphs, windowed, load_streams(graphs, flags=flags, optimise="-O1"), strict=True)
    ):
        rows, hop = random_rows(graph, seed), stream.plan.hop_frames
        expected = run.slide(rows, hop * rows.shape[1], FRAMES_BEYOND // hop + 1)
        assert len(expected) > 1
        np.testing.assert_array_equal(stream(rows, hop), expected, err_msg=f"seed {seed}")
        np.testing.assert_array_equal(stream(rows, 3 * hop), expected[::3], err_msg=f"seed {seed}, every third")


@pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")
def test_random_networks_against_tflm() -> None:
    models = random_streams(100, 20)
    graphs = [read_tflite(model) for model in models]
    for model, graph, stream in zip(models, graphs, load_streams(graphs, optimise="-O1"), strict=True):
        rows, hop, frames = random_rows(graph, 7), stream.plan.hop_frames, graph.input.shape[1]
        starts = range(0, FRAMES_BEYOND + 1, hop)
        windows = np.stack([rows[start : start + frames].reshape(graph.input.shape[1:]) for start in starts])
        np.testing.assert_array_equal(stream(rows, hop), TflmInterpreter(model)(windows))


def test_after_a_reset_nothing_is_left_of_what_was_heard() -> None:
    """Resets after any number of frames, amid a stride of the layers too."""
    graph = read_tflite(random_stream(13))
    (stream,), windowed = load_streams([graph], optimise="-O1"), HostEngine(graph)
    rows, hop, state = random_rows(graph, 13), stream.plan.hop_frames, stream.new_state()
    assert hop > 1
    for first in range(2 * hop):
        heard = rows[first : len(rows) - 2 * first]
        np.testing.assert_array_equal(stream(heard, hop, state), windowed.windows(heard, hop))


def test_a_window_that_is_flattened_for_the_head_is_read_whole() -> None:
    """``kws bench graphs`` found it: a dense layer behind a reshape was given the last column and what lay after."""
    build = ModelBuilder(2)
    x = build.conv2d(build.input((1, 12, 1, 6)), 8, (3, 1), same=False)
    x = build.conv2d(build.conv2d(x, 24, (1, 1)), 8, (1, 1))
    graph = read_tflite(build.finish(build.dense(build.reshape(x, (1, 80)), 5)))
    rows = random_rows(graph, 1)
    np.testing.assert_array_equal(HostStream(graph).windows(rows, 1), HostEngine(graph).windows(rows, 1))


def test_hops_and_rows_that_do_not_fit_are_refused() -> None:
    stream = HostStream(random_stream(13))
    rows, hop = random_rows(stream.graph, 3), stream.plan.hop_frames
    with pytest.raises(ModelError, match=f"multiples of {hop}"):
        stream.windows(rows, hop + 1)
    with pytest.raises(ModelError, match="a frame holds"):
        stream.windows(rows[:, 1:], hop)
    assert len(stream.windows(rows[: stream.graph.input.shape[1] - 1], hop)) == 0


def shortcut_model(before: int, after: int, *, head: bool = False) -> bytes:
    """A shortcut cropped in time around a depthwise layer; with ``head`` the head leaves out the last columns."""
    build = ModelBuilder(1)
    x = build.conv2d(build.input((1, 20, 1, 6)), 8, (3, 1), same=False)
    y = build.conv2d(x, 8, (5, 1), same=False, depthwise=True)
    z = build.conv2d(build.elementwise("ADD", build.crop(x, 1, before, after), y), 8, (3, 1), same=False)
    return build.finish(build.mean(build.crop(z, 1, 0, 2) if head else z, (1, 2)))


@pytest.mark.parametrize("before", range(5))
def test_a_cropped_shortcut_waits_for_its_branch(before: int) -> None:
    graph = read_tflite(shortcut_model(before, 4 - before))
    stream, windowed, rows = HostStream(graph), HostEngine(graph), random_rows(graph, before)
    np.testing.assert_array_equal(stream.windows(rows, 1), windowed.windows(rows, 1))


def test_a_head_without_the_last_columns_is_refused() -> None:
    refusal = why_not_streaming(read_tflite(shortcut_model(2, 2, head=True)))
    assert refusal is not None and "last ones of the clip were left out" in refusal
