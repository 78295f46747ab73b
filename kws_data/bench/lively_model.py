"""A detector with random weights whose scores depend on what it hears.

Random weights alone do not give that: the mean over time of random layers hardly moves, and the scores of most such
models are the same for all sounds, which proves nothing where two engines are compared. Here the last layer is fitted
to what the layers before it make of a sound: each score has no offset, and a spread of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.host import HostEngine
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.tflite.model_builder import Handle, ModelBuilder

CHANNELS, BLOCKS, KERNEL = 20, 3, 5
SPREAD = 40.0  # int8 steps of a logit
NATS = 2.5  # the same, to the softmax
WEIGHT_SCALE = 0.01


def lively_model(
    spec: FrontendSpec, clip_samples: int, labels: int, sound: NDArray[np.int16], *, stride: int = 1, seed: int = 0
) -> bytes:
    """A depthwise separable network along time that streams; ``sound`` int16 ``[n]`` is like what it will hear."""
    frames = spec.frames(clip_samples)
    build, mean = _body(frames, spec.features, stride, seed)
    means = HostEngine(build.finish(mean)).windows(HostFrontend(spec).one(sound), 3)
    build, mean = _body(frames, spec.features, stride, seed)
    return build.finish(_scores(build, mean, means, labels))


def _body(frames: int, features: int, stride: int, seed: int) -> tuple[ModelBuilder, Handle]:
    build = ModelBuilder(seed)
    x = build.input((1, frames, 1, features))
    x = build.conv2d(x, CHANNELS, (3, 1), stride=(stride, 1), activation="RELU", zero_point=-128, same=False)
    for _ in range(BLOCKS):
        x = build.conv2d(x, CHANNELS, (KERNEL, 1), depthwise=True, activation="RELU", zero_point=-128, same=False)
        y = build.conv2d(x, CHANNELS, (1, 1))
        x = build.elementwise("ADD", x, y, activation="RELU", zero_point=-128)
    return build, build.mean(x, (1, 2))


def _scores(build: ModelBuilder, mean: Handle, means: NDArray[np.int8], labels: int) -> Handle:
    """A dense layer whose biases take away the mean logit of each label, and a softmax."""
    weights = build.rng.integers(-127, 128, (labels, mean.shape[-1])).astype(np.int8)
    sums = (means.astype(np.int64) - mean.zero_point) @ weights.T.astype(np.int64)
    scales = (WEIGHT_SCALE / np.maximum(sums.std(axis=0), 1.0)).astype(np.float32)
    w = build.tensor(weights.shape, "int8", scales, 0, weights)
    biases = np.rint(-sums.mean(axis=0)).astype(np.int32)
    b = build.tensor((labels,), "int32", scales * np.float32(mean.scale), 0, biases)
    y = build.activation((1, labels), WEIGHT_SCALE * mean.scale / SPREAD, 0)
    build.operator("FULLY_CONNECTED", [mean.index, w.index, b.index], [y], build.dense_options("NONE"), 4)
    return build.softmax(y, beta=NATS / SPREAD / y.scale)
