"""Random int8 networks that wander through every operator of the engine."""

from __future__ import annotations

import numpy as np

from firmware_tools.tflite.model_builder import Handle, ModelBuilder

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def _pick(rng: np.random.Generator, *values: object) -> object:
    return values[int(rng.integers(len(values)))]


def _fits(x: Handle, kernel: tuple[int, int], dilation: tuple[int, int]) -> bool:
    return all((kernel[i] - 1) * dilation[i] < x.shape[1 + i] for i in (0, 1))


def _convolution(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    narrow = x.shape[2] == 1
    kernel = (int(rng.integers(1, 10 if narrow else 5)), 1 if narrow else int(rng.integers(1, 5)))
    stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    dilation = (1, 1)
    if stride == (1, 1) or rng.random() < 0.3:
        dilation, stride = (int(rng.integers(1, 4)), int(rng.integers(1, 3))), (1, 1)
    depthwise = rng.random() < 0.5
    if not depthwise and rng.random() < 0.4:
        kernel, stride, dilation = (1, 1), (1, 1), (1, 1)
    filters = x.shape[3] * int(rng.integers(1, 3)) if depthwise else int(rng.integers(1, 20))
    same = bool(rng.random() < 0.6) or not _fits(x, kernel, dilation)
    return build.conv2d(
        x,
        filters,
        kernel,
        stride=stride,
        dilation=dilation,
        same=same,
        activation=str(_pick(rng, *ACTIVATIONS)),
        depthwise=depthwise,
        bias=bool(rng.random() < 0.8),
        zero_point=-128 if rng.random() < 0.5 else None,
    )


def _pool(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    window = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    same = bool(rng.random() < 0.5) or not _fits(x, window, (1, 1))
    stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    return build.pool(
        x,
        window,
        stride=stride,
        same=same,
        activation=str(_pick(rng, *ACTIVATIONS)),
        largest=bool(rng.random() < 0.5),
    )


def _two_operands(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    kind = str(_pick(rng, "ADD", "ADD", "MUL"))
    activation = str(_pick(rng, *ACTIVATIONS))
    choice = rng.random()
    if choice < 0.3:
        shape = _pick(rng, x.shape, (1, 1, 1, x.shape[3]), (1, x.shape[1], 1, 1), (1, 1, x.shape[2], x.shape[3]))
        other = build.constant(shape, float(x.scale * rng.uniform(0.1, 3)))  # type: ignore[arg-type]
        pair = (x, other) if rng.random() < 0.5 else (other, x)
        return build.elementwise(kind, *pair, activation=activation)
    branch = build.conv2d(x, x.shape[3], (3, 1), depthwise=bool(rng.random() < 0.5))
    if choice < 0.6:
        branch = build.conv2d(branch, x.shape[3], (1, 1))
    return build.elementwise(kind, x, branch, activation=activation)


def _move(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    choice = rng.random()
    if choice < 0.2:
        axis = int(rng.integers(1, 4))
        before = int(rng.integers(0, x.shape[axis]))
        return build.crop(x, axis, before, int(rng.integers(0, x.shape[axis] - before)))
    if choice < 0.4:
        pad = tuple((int(rng.integers(0, 3)), int(rng.integers(0, 3))) for _ in range(3))
        return build.pad(x, ((0, 0), pad[0], pad[1], pad[2]))
    if choice < 0.7:
        return build.concatenate([x, build.pool(x, (1, 1)), x], int(rng.integers(1, 4)))
    return build.reshape(x, (1, x.shape[2], x.shape[1], x.shape[3]))


def _alone(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    if rng.random() < 0.25:
        return build.logistic(x)
    return build.relu(x, six=bool(rng.random() < 0.4 and (6 / x.scale) + x.zero_point <= 127))


def _head(build: ModelBuilder, x: Handle) -> Handle:
    rng = build.rng
    choice = rng.random()
    if choice < 0.6:
        axes = _pick(rng, (1, 2), (1,), (2, 1), (1, 2), (3,), (2, 3))
        x = build.mean(x, axes, keep_dims=bool(rng.random() < 0.4), same_scale=bool(rng.random() < 0.3))  # type: ignore[arg-type]
    elif choice < 0.8:
        x = build.reshape(x, (1, int(np.prod(x.shape))))
    if rng.random() < 0.7:
        keep = bool(rng.random() < 0.3)
        per_channel = bool(rng.random() < 0.5)
        x = build.dense(
            x, int(rng.integers(2, 14)), keep_dims=keep, per_channel=per_channel, bias=bool(rng.random() < 0.8)
        )
    if rng.random() < 0.7 and x.shape[-1] < 500:
        x = build.softmax(x, beta=float(rng.uniform(0.3, 2)))
    return x


def random_model(seed: int) -> bytes:
    """A network of two to seven random operators and a random head."""
    return windowed(ModelBuilder(seed))


def windowed(build: ModelBuilder) -> bytes:
    """The same with a builder of the caller's."""
    rng = build.rng
    column = rng.random() < 0.4
    shape = (1, int(rng.integers(3, 30)), 1 if column else int(rng.integers(1, 12)), int(rng.integers(1, 14)))
    x = build.input(shape, float(rng.uniform(0.005, 0.1)), int(rng.integers(-128, 128)))
    makers = (_convolution, _convolution, _convolution, _pool, _two_operands, _move, _alone)
    for _ in range(int(rng.integers(1, 6))):
        maker = makers[int(rng.integers(len(makers)))]
        x = maker(build, x)
    y = _head(build, x)
    if y.index in build.inputs:
        y = build.relu(y)
    return build.finish(y)
