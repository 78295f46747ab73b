"""Additions as sums of products, against TFLM, for every pair of bytes."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_models import ModelBuilder

from firmware_tools.engine.fixed_point import quantize_multiplier
from firmware_tools.engine.host import load_batches
from firmware_tools.engine.linear_sum import Operand, linear_sum
from firmware_tools.engine.lower import lower
from firmware_tools.tflite.flatbuffer import schema
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.tflm import TflmInterpreter, available

SHAPE = (1, 256, 256, 1)
A, B = np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij")


def addition_of_all_pairs(seed: int) -> bytes:
    """Adds an input to all bytes, each 256 times; zero points and scales are random, one time in five alike."""
    build = ModelBuilder(seed)
    scales = np.exp(build.rng.normal(-3, 0.8, 2))
    a = build.input(SHAPE, float(scales[0]), int(build.rng.integers(-128, 128)))
    scale_b = float(scales[0] if seed % 5 == 0 else scales[1])
    b = build.tensor(SHAPE, "int8", scale_b, int(build.rng.integers(-128, 128)), B.reshape(SHAPE).astype(np.int8))
    y = build.activation(SHAPE, float(np.hypot(*scales) * build.rng.uniform(0.8, 1.5)))
    options = schema().AddOptionsT()
    build.operator("ADD", [a.index, b.index] if seed % 2 else [b.index, a.index], [y], options, 2)
    return build.finish(y)


@pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")
@pytest.mark.parametrize("flags", [(), ("-DKWS_DSP=1",), ("-DKWS_SHORT_MULTIPLY=1",)], ids=["plain", "dsp", "short"])
def test_every_pair_of_bytes_gives_what_tflm_gives(flags: tuple[str, ...]) -> None:
    models = [addition_of_all_pairs(seed) for seed in range(40)]
    graphs = [read_tflite(model) for model in models]
    functions = [call.function for graph in graphs for call in lower(graph).calls]
    assert functions.count("kws_add_linear") == 40
    pairs = A.reshape(SHAPE).astype(np.int8)
    for model, run in zip(models, load_batches(graphs, flags=flags, optimise="-O1"), strict=True):
        np.testing.assert_array_equal(run(pairs), TflmInterpreter(model)(pairs))


def test_no_plane_where_the_sum_is_far_larger_than_a_step_of_the_output() -> None:
    half = quantize_multiplier(0.5)
    a, b = Operand(4.0, 0, half), Operand(4.0, 0, half)
    out = quantize_multiplier(2 * 4.0 / ((1 << 20) * 1.0))
    assert linear_sum(a, b, out, 1.0, 0) is None


def test_a_plane_that_is_not_the_nearest_is_found() -> None:
    """The multipliers that are nearest to the scales' ratios do not always serve, those next to them then do."""
    found = 0
    rng = np.random.default_rng(1)
    for _ in range(150):
        scales = np.exp(rng.normal(-3, 0.8, 2))
        most = float(scales.max())
        operands = [
            Operand(float(s), int(rng.integers(-128, 128)), quantize_multiplier(s / (2 * most))) for s in scales
        ]
        out_scale = float(np.hypot(*scales))
        out = quantize_multiplier(2 * most / ((1 << 20) * out_scale))
        found += linear_sum(operands[0], operands[1], out, out_scale, 0) is not None
    assert found == 150
