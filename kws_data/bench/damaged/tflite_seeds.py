"""Small .tflite files that the bench damages: made by hand with every operator, and one as TensorFlow writes it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from firmware_tools.tflite.model_builder import ModelBuilder
from kws_data.bench.damaged.case import Seed

CONVERTED = "converted.tflite"  # a trained-like network of 9 x 4 features by TFLiteConverter, 3 labels, not slimmed


@cache
def tflite_seeds() -> tuple[Seed, ...]:
    """Four models of a few kilobytes."""
    converted = (resources.files("kws_data.bench.damaged") / CONVERTED).read_bytes()
    return (
        Seed("keywords.tflite", _keywords()),
        Seed("operators.tflite", _operators()),
        Seed("dense.tflite", _dense()),
        Seed(CONVERTED, converted),
    )


def _keywords() -> bytes:
    """The family that kws trains: depthwise and pointwise along time, with a residual."""
    build = ModelBuilder(0)
    first = build.conv2d(build.input((1, 9, 1, 4)), 4, (3, 1), stride=(2, 1), activation="RELU", zero_point=-128)
    x = build.conv2d(first, 4, (3, 1), depthwise=True, activation="RELU", zero_point=-128)
    x = build.elementwise("ADD", first, build.conv2d(x, 4, (1, 1)), activation="RELU", zero_point=-128)
    return build.finish(build.softmax(build.dense(build.mean(x, (1, 2)), 3, per_channel=True)))


def _operators() -> bytes:
    """The operators that move, pool, cut and broadcast."""
    build = ModelBuilder(1)
    x = build.pad(build.input((1, 6, 4, 3), 0.05, 4), ((0, 0), (1, 1), (0, 2), (0, 0)))
    x = build.concatenate([x, build.pool(x, (1, 1)), x], 3)
    x = build.pool(build.relu(x, six=False), (2, 2), stride=(2, 1), largest=True)
    x = build.elementwise("MUL", x, build.constant((1, 1, 1, x.shape[3]), 0.02))
    x = build.pool(x, (2, 2), activation="RELU6")
    x = build.conv2d(x, 4, (2, 2), dilation=(1, 2), same=False, bias=False)
    return build.finish(build.logistic(build.mean(build.reshape(x, (1, x.shape[1] * x.shape[2], 4)), (1,))))


def _dense() -> bytes:
    """Nothing but dense layers."""
    build = ModelBuilder(2)
    x = build.dense(build.input((1, 12)), 8, activation="RELU")
    return build.finish(build.softmax(build.dense(x, 3, bias=False)))
