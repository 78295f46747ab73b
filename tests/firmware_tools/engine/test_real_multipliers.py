"""Scales in double precision, operator by operator: where float32 would give another byte, C engine and TFLM agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_models import ModelBuilder

from firmware_tools.engine import fixed_point as fp
from firmware_tools.engine.host import load_batches
from firmware_tools.engine.real_multipliers import product_over
from firmware_tools.tflite.flatbuffer import schema
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.tflm import TflmInterpreter, available

pytestmark = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")

DEPTH = 48  # enough int8 weights to make any sum of the search
INPUT = np.asarray([127] * (DEPTH - 1) + [1], np.int8)


def scaled(values: np.ndarray, multiplier: fp.Multiplier) -> np.ndarray:
    """``fixed_point.scale`` of many values."""
    high = ((values.astype(np.int64) << multiplier.left) * multiplier.mantissa + (1 << 30)) >> 31
    right = multiplier.right
    return high if right == 0 else (high + (1 << (right - 1)) - (high < 0)) >> right


def parted(first: float, second: float, out: float, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums whose output depends on the precision of ``first * second``, and their outputs in double."""
    double = fp.quantize_multiplier(first * second / out)
    single = fp.quantize_multiplier(float(np.float32(first) * np.float32(second)) / out)
    if double == single:
        return sums[:0], sums[:0]
    right = scaled(sums, double)
    odd = (right != scaled(sums, single)) & (np.abs(right) <= 120)
    return sums[odd], right[odd]


def scales(rng: np.random.Generator) -> tuple[float, float, float]:
    """Scales of input, weights and output, float32 values."""
    first, second = (float(np.float32(rng.uniform(0.005, 0.05))) for _ in range(2))
    return first, second, float(np.float32(first * second * rng.uniform(300, 1500)))


def weights_for(sums: np.ndarray) -> np.ndarray:
    """Rows of int8 weights whose products with :data:`INPUT` are these sums."""
    rows = np.zeros((len(sums), DEPTH), np.int64)
    for row, total in zip(rows, sums, strict=True):
        rest, row[-1] = divmod(int(total), 127)
        for i in range(DEPTH - 1):
            row[i] = max(-127, min(127, rest))
            rest -= row[i]
    made = rows @ INPUT.astype(np.int64)
    np.testing.assert_array_equal(made, sums)
    return rows.astype(np.int8)


def layer(kind: str, first: float, second: float, out: float, sums: np.ndarray, with_bias: bool) -> bytes:
    """A layer with one scale and an output a sum: made by its biases, or by its weights."""
    build = ModelBuilder()
    count = len(sums)
    weights = np.zeros((count, DEPTH), np.int8) if with_bias else weights_for(sums)
    dense, deep = kind == "FULLY_CONNECTED", kind == "DEPTHWISE_CONV_2D"
    shape = (count, DEPTH) if dense else (1, DEPTH, 1, count) if deep else (count, 1, 1, DEPTH)
    x = build.input((1, DEPTH) if dense else (1, DEPTH, 1, 1) if deep else (1, 1, 1, DEPTH), first)
    stored = weights.T if deep else weights
    inputs = [x.index, build.tensor(shape, "int8", second, 0, stored.reshape(shape), 3 if deep else 0).index]
    if with_bias:
        inputs.append(build.tensor((count,), "int32", first * second, 0, sums.astype(np.int32)).index)
    y = build.activation((1, count) if dense else (1, 1, 1, count), out, 0)
    options = build.dense_options() if dense else build.depthwise_options() if deep else build.convolution_options()
    if not dense:
        options.padding = 1  # VALID
    if deep:
        options.depthMultiplier = count
    build.operator(kind, inputs, [y], options, 4 if dense else 3)
    return build.finish(y)


@pytest.mark.parametrize("with_bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("kind", ["FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D"])
def test_layers_with_one_scale(kind: str, with_bias: bool) -> None:
    rng = np.random.default_rng(3)
    models, wanted = [], []
    while len(models) < 6:
        first, second, out = scales(rng)
        sums, right = parted(first, second, out, np.arange(-180_000, 180_001))
        if len(sums):
            models.append(layer(kind, first, second, out, sums[:40], with_bias))
            wanted.append(right[:40])
    inputs = INPUT.reshape(1, *read_tflite(models[0]).input.shape[1:])
    for model, run, right in zip(models, engines(models), wanted, strict=True):
        np.testing.assert_array_equal(TflmInterpreter(model)(inputs)[0], right)
        np.testing.assert_array_equal(run(inputs)[0], right)


def engines(models: list[bytes]) -> list[Callable[[np.ndarray], np.ndarray]]:
    """The C engine of each model, all compiled at once."""
    return list(load_batches([read_tflite(model) for model in models], optimise="-O1"))


def test_products_of_two_tensors() -> None:
    rng = np.random.default_rng(4)
    pairs = np.stack(np.meshgrid(np.arange(-128, 128), np.arange(-128, 128)), -1).reshape(-1, 2)
    models, inputs, wanted = [], [], []
    while len(models) < 6:
        first, second, _ = scales(rng)
        out = float(np.float32(first * second * rng.uniform(70, 130)))
        products = np.unique(pairs[:, 0] * pairs[:, 1])
        sums, right = parted(first, second, out, products)
        if len(sums):
            a, b = pairs[pairs[:, 0] * pairs[:, 1] == sums[0]][0]
            models.append(two_operands("MUL", first, second, out, int(b)))
            inputs.append(np.full((1, 1), a, np.int8))
            wanted.append(int(right[0]))
    for model, run, x, value in zip(models, engines(models), inputs, wanted, strict=True):
        assert int(TflmInterpreter(model)(x)[0, 0]) == int(run(x)[0, 0]) == value


def two_operands(kind: str, first: float, second: float, out: float, constant: int) -> bytes:
    """ADD or MUL of the input and a constant."""
    build = ModelBuilder()
    x = build.input((1, 1), first)
    other = build.tensor((1, 1), "int8", second, 0, np.full((1, 1), constant, np.int8))
    y = build.activation((1, 1), out, 0)
    options = schema().AddOptionsT() if kind == "ADD" else schema().MulOptionsT()
    build.operator(kind, [x.index, other.index], [y], options, 2)
    return build.finish(y)


def added(first: float, second: float, out: float, precision: type[np.floating]) -> np.ndarray:
    """Sums of all pairs of int8, ``first`` the larger scale, quotients of scales in this precision."""
    a, b, y = precision(first), precision(second), precision(out)
    values = np.arange(-128, 128) << 20
    half = scaled(values, fp.quantize_multiplier(0.5))
    other = scaled(values, fp.quantize_multiplier(float(b / (2 * a))))
    total = half[:, np.newaxis] + other[np.newaxis]
    return scaled(total, fp.quantize_multiplier(float(2 * a / (precision(1 << 20) * y))))


def test_sums_of_two_tensors() -> None:
    rng = np.random.default_rng(6)
    models, inputs, wanted = [], [], []
    while len(models) < 6:
        second, first = sorted(scales(rng)[:2])
        out = float(np.float32((first + second) * rng.uniform(0.5, 1)))
        right, single = added(first, second, out, np.float64), added(first, second, out, np.float32)
        for a, b in np.argwhere((right != single) & (np.abs(right) < 120))[:1]:
            models.append(two_operands("ADD", first, second, out, int(b) - 128))
            inputs.append(np.full((1, 1), a - 128, np.int8))
            wanted.append(int(right[a, b]))
    for model, run, x, value in zip(models, engines(models), inputs, wanted, strict=True):
        assert int(TflmInterpreter(model)(x)[0, 0]) == int(run(x)[0, 0]) == value


def quotient(kind: str, first: float, out: float) -> bytes:
    """RELU, or MEAN over 96 values, from one scale to another."""
    build = ModelBuilder()
    x = build.input((1, 96, 1, 1), first)
    if kind == "RELU":
        y = build.activation(x.shape, out, 0)
        build.operator("RELU", [x.index], [y], None, 2)
        return build.finish(y)
    axis = build.tensor((2,), "int32", data=np.asarray([1, 2], np.int32))
    y = build.activation((1, 1), out, 0)
    build.operator("MEAN", [x.index, axis.index], [y], schema().ReducerOptionsT(keepDims=False), 2)
    return build.finish(y)


def quotients_that_part(kind: str, rng: np.random.Generator, count: int) -> list[tuple[float, float, int, int]]:
    """Scale of input and output, an input value and its output, where the precision of the quotient decides it."""
    found = []
    while len(found) < count:
        first = float(np.float32(rng.uniform(0.005, 0.05)))
        out = float(np.float32(first / rng.uniform(0.5, 1.0)))
        multipliers = [fp.quantize_multiplier(q) for q in (first / out, float(np.float32(first) / np.float32(out)))]
        if kind == "MEAN":  # of 96 values: the multiplier is divided by their number first
            multipliers = [fp.Multiplier((m.mantissa << 6) // 96, m.shift - 6) for m in multipliers]
        sums = np.arange(1, 128) if kind == "RELU" else np.arange(96 * 127)
        right, single = (scaled(sums, m) for m in multipliers)
        odd = np.flatnonzero((right != single) & (right <= 127))
        found += [(first, out, int(sums[i]), int(right[i])) for i in odd[:1]]
    return found


@pytest.mark.parametrize("kind", ["RELU", "MEAN"])
def test_quotients_of_two_scales(kind: str) -> None:
    found = quotients_that_part(kind, np.random.default_rng(5), 4)
    models = [quotient(kind, first, out) for first, out, _, _ in found]
    for model, run, (_, _, total, value) in zip(models, engines(models), found, strict=True):
        whole, rest = divmod(total, 96)
        x = np.full((1, 96, 1, 1), total if kind == "RELU" else whole, np.int8)
        x[0, :rest] += np.int8(kind == "MEAN")
        assert int(TflmInterpreter(model)(x)[0, 0]) == int(run(x)[0, 0]) == value


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 32), with_bias=st.booleans())
def test_dense_layers_of_random_scales_equal_tflm(seed: int, with_bias: bool) -> None:
    """Sums next to a half, by the search of :func:`parted`; most scales have a few among 360,000 sums."""
    first, second, out = scales(np.random.default_rng(seed))
    sums, right = parted(first, second, out, np.arange(-180_000, 180_001))
    if len(sums):
        model = layer("FULLY_CONNECTED", first, second, out, sums[:20], with_bias)
        np.testing.assert_array_equal(TflmInterpreter(model)(INPUT[np.newaxis])[0], right[:20])
        multiplier = fp.quantize_multiplier(product_over(first, second, out))
        assert [fp.scale(int(total), multiplier) for total in sums[:20]] == right[:20].tolist()
