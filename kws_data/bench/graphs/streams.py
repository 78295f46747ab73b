"""Random int8 networks that can be computed column by column."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from firmware_tools.engine.streaming.columns import why_not_streaming
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.model_builder import Handle, ModelBuilder
from kws_data.bench.graphs.windowed import ACTIVATIONS

Maker = Callable[[ModelBuilder, Handle], Handle]


def _activation(build: ModelBuilder) -> str:
    return str(build.rng.choice(ACTIVATIONS))


def _fitting(build: ModelBuilder, size: int, most: int) -> tuple[int, int]:
    """Kernel and dilation that fit into ``size`` and leave something to slide over."""
    kernel = int(build.rng.integers(1, most + 1))
    dilation = int(build.rng.integers(1, 4)) if kernel > 1 else 1
    while (kernel - 1) * dilation >= max(1, size // 2):
        kernel, dilation = kernel - 1, 1
    return max(kernel, 1), dilation


def _convolution(build: ModelBuilder, x: Handle) -> Handle:
    """Any kernel, dilation or stride; of height 1 with padding in width, else without padding."""
    rng = build.rng
    (high, down), (wide, across) = _fitting(build, x.shape[1], 6), _fitting(build, x.shape[2], 3)
    same = bool(rng.random() < 0.3)
    high, down = (1, 1) if same else (high, down)
    stride = (int(rng.integers(1, 4)) if x.shape[1] > 8 else 1, int(rng.integers(1, 3)))
    if max(down, across) > 1:
        stride = (1, 1)
    depthwise = bool(rng.random() < 0.5)
    filters = x.shape[3] * int(rng.integers(1, 3)) if depthwise else int(rng.integers(1, 12))
    options = {"stride": stride, "dilation": (down, across), "same": same, "depthwise": depthwise}
    return build.conv2d(x, filters, (high, wide), activation=_activation(build), **options)  # type: ignore[arg-type]


def _pool(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    window = (_fitting(build, x.shape[1], 4)[0], _fitting(build, x.shape[2], 3)[0])
    stride = (int(rng.integers(1, 3)) if x.shape[1] > 8 else 1, int(rng.integers(1, 3)))
    largest = bool(rng.random() < 0.5)
    return build.pool(x, window, stride=stride, activation=_activation(build), largest=largest)


def _branches(build: ModelBuilder, x: Handle) -> Handle:
    """Two ways of the same length: kernels and pools whose columns come in the same frame, or a frame apart."""
    rng = build.rng
    kind = str(rng.choice(("ADD", "MUL")))
    if x.shape[1] > 8 and rng.random() < 0.5:
        stride, even = (2, 1), x.shape[1] % 2 == 0
        kernels = (2, 1) if even else (3, 2)
        a, b = (build.conv2d(x, x.shape[3], (k, 1), stride=stride, same=False) for k in kernels)
    else:
        a = build.conv2d(x, x.shape[3], (min(3, x.shape[1]), 1), same=False, depthwise=True)
        b = build.pool(x, (min(3, x.shape[1]), 1), largest=True)
    pair = (a, b) if rng.random() < 0.5 else (b, a)
    return build.elementwise(kind, *pair, activation=_activation(build))


def _residual(build: ModelBuilder, x: Handle) -> Handle:
    return build.elementwise("ADD", x, build.conv2d(x, x.shape[3], (1, 1)), activation=_activation(build))


def _cropped_shortcut(build: ModelBuilder, x: Handle) -> Handle:
    """A shortcut around a layer that makes the clip shorter, from any place of what that layer sees."""
    kernel = min(int(build.rng.integers(2, 6)), x.shape[1] - 1)
    y = build.conv2d(x, x.shape[3], (kernel, 1), same=False, depthwise=bool(build.rng.random() < 0.5))
    before = int(build.rng.integers(kernel))
    pair = (build.crop(x, 1, before, kernel - 1 - before), y)
    return build.elementwise("ADD", *(pair if build.rng.random() < 0.5 else pair[::-1]), activation=_activation(build))


def _cropped(build: ModelBuilder, x: Handle) -> Handle:
    """The first columns left out, or some of the width."""
    axis = 1 if build.rng.random() < 0.7 else 2
    return build.crop(x, axis, min(int(build.rng.integers(0, 3)), x.shape[axis] - 1), 0)


def _constant(build: ModelBuilder, x: Handle) -> Handle:
    other = build.constant((1, 1, 1, x.shape[3]), float(x.scale))
    return build.elementwise(str(build.rng.choice(("ADD", "MUL"))), x, other)


def _joined(build: ModelBuilder, x: Handle) -> Handle:
    return build.concatenate([x, build.pool(x, (1, 1)), x], int(build.rng.integers(2, 4)))


def _moved(build: ModelBuilder, x: Handle) -> Handle:
    before, after = (int(n) for n in build.rng.integers(0, 3, 2))
    return build.pad(x, ((0, 0), (0, 0), (before, after), (0, 1)))


def _reshaped(build: ModelBuilder, x: Handle) -> Handle:
    return build.reshape(x, (1, x.shape[1], x.shape[3], x.shape[2]))


def _alone(build: ModelBuilder, x: Handle) -> Handle:
    return build.logistic(x) if build.rng.random() < 0.3 else build.relu(x)


def _dense_in_columns(build: ModelBuilder, x: Handle) -> Handle:
    return build.dense(x, int(build.rng.integers(2, 9)), keep_dims=True)


def _mean_of_columns(build: ModelBuilder, x: Handle) -> Handle:
    return build.mean(x, (2,), keep_dims=True)


def _head(build: ModelBuilder, x: Handle) -> Handle:
    """All that takes a window's columns at once, or nothing."""
    choice = int(build.rng.integers(7))
    frames, width = x.shape[1:3]
    if choice < 2:
        x = build.mean(x, ((1, 2), (1,))[choice], keep_dims=bool(build.rng.random() < 0.5))
    elif choice < 4:
        x = build.pool(x, (frames, width), largest=choice == 3, activation=_activation(build))
    elif choice == 4:
        x = build.conv2d(x, 3, (frames, 1), same=False)
    elif choice == 5:
        x = build.pool(x, (frames, 1), stride=(frames, 1))
    if build.rng.random() < 0.7:
        x = build.dense(x, int(build.rng.integers(2, 7)))
        return build.softmax(x) if build.rng.random() < 0.7 else x
    return x


MAKERS: tuple[Maker, ...] = (
    *(_convolution,) * 4,
    *(_pool, _branches, _residual, _constant, _joined, _moved, _reshaped, _alone),
    *(_dense_in_columns, _mean_of_columns, _cropped_shortcut, _cropped),
)


def random_streams(first: int, count: int) -> list[bytes]:
    """Some networks whose work is not mostly in the head, so that they stream."""
    models: list[bytes] = []
    while len(models) < count:
        model, first = random_stream(first), first + 1
        if why_not_streaming(read_tflite(model)) is None:
            models.append(model)
    return models


def random_stream(seed: int) -> bytes:
    """A network of a convolution in time, two to six random layers of columns, and a random head."""
    return streaming(ModelBuilder(seed))


def streaming(build: ModelBuilder) -> bytes:
    """The same with a builder of the caller's."""
    rng = build.rng
    shape = (
        1,
        int(rng.integers(12, 50)),
        1 if rng.random() < 0.4 else int(rng.integers(2, 8)),
        int(rng.integers(1, 9)),
    )
    x = build.input(shape, float(rng.uniform(0.01, 0.1)), int(rng.integers(-128, 128)))
    x = build.conv2d(x, int(rng.integers(4, 20)), (int(rng.integers(2, 5)), 1), same=False)
    for _ in range(int(rng.integers(2, 7))):
        x = MAKERS[int(rng.integers(len(MAKERS)))](build, x)
        if int(np.prod(x.shape[2:])) > 200 or x.shape[1] < 3:
            break
    return build.finish(_head(build, x))
