"""The memory plan: nothing alive is overwritten, nothing is wasted where it is easy to see."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from random_models import random_model
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.engine.host import load_batches
from firmware_tools.engine.plan import plan_memory
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.tflm import TflmInterpreter, available


@pytest.mark.parametrize("seed", range(40))
def test_blocks_alive_together_do_not_overlap(seed: int) -> None:
    plan = plan_memory(read_tflite(random_model(seed)))
    for a, b in itertools.combinations(plan.blocks, 2):
        apart = a.last < b.first or b.last < a.first
        below = a.offset + a.size_bytes <= b.offset or b.offset + b.size_bytes <= a.offset
        assert apart or below, (a, b)
    assert all(block.offset % 4 == 0 for block in plan.blocks)
    assert plan.arena_bytes % 4 == 0
    assert all(block.offset + block.size_bytes <= plan.arena_bytes for block in plan.blocks)


def test_residual_network_needs_two_tensors_and_scratch() -> None:
    plan = plan_memory(read_tflite(keyword_model(channels=28)))
    tensor = 25 * 28
    assert 2 * tensor < plan.arena_bytes <= 2 * tensor + 256
    assert sum(size for _, size in plan.live_at_peak()) <= plan.arena_bytes
    assert (plan.input_bytes, plan.output_bytes) == (49 * 40, 11)
    assert plan.total_bytes == plan.arena_bytes + 49 * 40 + 11


def test_plain_network_works_in_place() -> None:
    plan = plan_memory(read_tflite(keyword_model(channels=28, residual=False)))
    windows = 3 * 2 * 120 + 120  # of the first layer, beside its output
    assert plan.arena_bytes == 25 * 28 + windows


def test_reshape_takes_no_memory() -> None:
    build = ModelBuilder()
    x = build.input((1, 4, 3, 2))
    y = build.softmax(build.reshape(build.relu(x), (1, 24)))
    plan = plan_memory(read_tflite(build.finish(y)))
    assert plan.arena_bytes == 24


def test_names_of_what_is_alive_at_the_peak() -> None:
    build = ModelBuilder()
    x = build.input((1, 16, 1, 8))
    y = build.conv2d(x, 32, (1, 1))
    y = build.conv2d(y, 4, (1, 1))
    peak = plan_memory(read_tflite(build.finish(build.softmax(build.mean(y, (1, 2)))))).live_at_peak()
    assert peak[0][1] == 16 * 32
    assert "layer_" in peak[0][0]


@pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")
def test_input_is_only_read_and_calls_do_not_remember() -> None:
    model = random_model(11)
    graph = read_tflite(model)
    run = load_batches([graph], optimise="-O1")[0]
    inputs = np.random.default_rng(0).integers(-128, 128, (5, *graph.input.shape[1:])).astype(np.int8)
    kept = inputs.copy()
    first = run(inputs)
    np.testing.assert_array_equal(inputs, kept)
    np.testing.assert_array_equal(run(inputs[::-1])[::-1], first)
    np.testing.assert_array_equal(TflmInterpreter(model)(inputs), first)
