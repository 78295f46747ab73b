"""Random networks of the shapes that people train: depthwise separable ones along time, in two dimensions, dense ones.

Wider and deeper than the wandering ones, so that every block of the kernels is full, and has something left over.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from firmware_tools.tflite.model_builder import Handle, ModelBuilder

CHANNELS = (4, 7, 8, 12, 13, 16, 20, 24, 27, 28, 32, 40, 48, 63, 64)


def _one(build: ModelBuilder, *values: Any) -> Any:
    return values[int(build.rng.integers(len(values)))]


def _chance(build: ModelBuilder, share: float) -> bool:
    return bool(build.rng.random() < share)


def _scores(build: ModelBuilder, x: Handle) -> Handle:
    """Classes from columns or pictures."""
    way = _one(build, "mean", "mean", "pool", "largest", "flat")
    if way == "mean":
        x = build.mean(x, (1, 2), keep_dims=_chance(build, 0.3))
    elif way != "flat":
        x = build.pool(x, (x.shape[1], x.shape[2]), largest=way == "largest")
    x = build.dense(x, int(build.rng.integers(2, 14)), per_channel=_chance(build, 0.5))
    return build.softmax(x) if _chance(build, 0.8) else x


def along_time(build: ModelBuilder) -> bytes:
    """A temporal DS-CNN with or without shortcuts, with or without padding."""
    rng = build.rng
    frames, features, channels = int(rng.integers(14, 50)), int(rng.integers(4, 41)), int(_one(build, *CHANNELS))
    same, residual, stride = _chance(build, 0.4), _chance(build, 0.7), (int(_one(build, 1, 1, 2, 3)), 1)
    activation = str(_one(build, "RELU", "RELU", "RELU6", "NONE"))
    x = build.input((1, frames, 1, features), 1 / 128, int(rng.integers(-128, 128)))
    x = build.conv2d(x, channels, (int(rng.integers(1, 5)), 1), stride=stride, activation=activation, same=same)
    for _ in range(int(rng.integers(1, 4))):
        x = _block(build, x, same=same, residual=residual, activation=activation)
    return build.finish(_scores(build, x))


def _block(build: ModelBuilder, x: Handle, *, same: bool, residual: bool, activation: str) -> Handle:
    rng = build.rng
    kernel, dilation = int(rng.integers(1, 16)), int(_one(build, 1, 1, 1, 2, 3))
    if not same:
        room = max(1, x.shape[1] // 2)
        kernel, dilation = min(kernel, room), 1 if (kernel - 1) * dilation >= room else dilation
    taps, skip = {"dilation": (dilation, 1), "same": same, "activation": activation}, x
    x = build.conv2d(x, x.shape[3], (kernel, 1), depthwise=True, **taps)  # type: ignore[arg-type]
    skip = skip if same else x
    wide = x.shape[3] if residual else int(_one(build, *CHANNELS))
    if _chance(build, 0.2):
        x = build.concatenate([x, build.pool(x, (1, 1))], 3)
    x = build.conv2d(x, wide, (1, 1), activation="NONE" if residual else activation)
    return build.elementwise("ADD", skip, x, activation=activation) if residual else x


def in_two_dimensions(build: ModelBuilder) -> bytes:
    """A DS-CNN over time and frequency, as MLPerf's."""
    rng = build.rng
    channels = int(_one(build, *CHANNELS[:11]))
    valid = _chance(build, 0.4)
    x = build.input((1, int(rng.integers(12, 40)), int(rng.integers(5, 12)), 1), 0.1, int(rng.integers(-128, 128)))
    kernel, stride = (
        (int(rng.integers(2, 11)), int(rng.integers(1, 5))),
        (int(_one(build, 1, 2)), int(_one(build, 1, 2))),
    )
    x = build.conv2d(x, channels, kernel, stride=stride, same=not valid, activation="RELU")
    for _ in range(int(rng.integers(1, 3))):
        inside = valid and min(x.shape[1:3]) >= 3
        x = build.conv2d(x, channels, (3, 3), depthwise=True, same=not inside, activation="RELU")
        x = build.conv2d(x, channels, (1, 1), activation="RELU")
    return build.finish(_scores(build, x))


def one_wide_layer(build: ModelBuilder) -> bytes:
    """micro_speech's: one convolution that is wide, and a dense layer that is wider."""
    rng = build.rng
    x = build.input((1, int(rng.integers(12, 50)), int(rng.integers(8, 41)), 1), 0.1, int(rng.integers(-128, 128)))
    kernel, stride = (int(rng.integers(3, 11)), int(rng.integers(3, 9))), (2, int(rng.integers(1, 3)))
    same = _chance(build, 0.7)
    depthwise, filters = _chance(build, 0.7), int(rng.integers(1, 9))
    x = build.conv2d(x, filters, kernel, stride=stride, same=same, depthwise=depthwise, activation="RELU")
    return build.finish(build.softmax(build.dense(x, int(rng.integers(2, 6)))))


def dense_layers(build: ModelBuilder) -> bytes:
    """Dense layers alone, over the window or over each frame."""
    rng = build.rng
    frames, features = int(rng.integers(1, 20)), int(rng.integers(1, 60))
    x = build.input((1, frames, features), 0.05, int(rng.integers(-128, 128)))
    if _chance(build, 0.5):
        x = build.dense(x, int(rng.integers(1, 40)), keep_dims=True, activation="RELU")
    for _ in range(int(rng.integers(1, 4))):
        x = build.dense(x, int(rng.integers(1, 50)), per_channel=_chance(build, 0.5), activation="RELU")
    return build.finish(build.dense(x, int(np.clip(rng.integers(1, 14), 2, 13))))
