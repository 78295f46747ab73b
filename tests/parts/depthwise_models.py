"""Models of one depthwise convolution: what the kernels treat each in its own way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from synthetic_models import ModelBuilder

#: Height, width and channels of the input, kernel, stride, dilation.
GEOMETRIES = (
    ((25, 1, 6), (9, 1), (1, 1), (1, 1)),  # along time alone
    ((14, 1, 5), (5, 1), (1, 1), (1, 1)),
    ((13, 1, 3), (4, 1), (1, 1), (1, 1)),
    ((9, 1, 4), (2, 1), (1, 1), (1, 1)),
    ((6, 1, 4), (1, 1), (1, 1), (1, 1)),
    ((29, 1, 3), (15, 1), (1, 1), (1, 1)),
    ((45, 1, 2), (21, 1), (1, 1), (1, 1)),
    ((20, 1, 5), (3, 1), (1, 1), (4, 1)),
    ((19, 1, 4), (5, 1), (2, 1), (1, 1)),
    ((17, 1, 3), (4, 1), (3, 1), (1, 1)),
    ((1, 18, 4), (1, 7), (1, 1), (1, 1)),  # along the other side
    ((1, 19, 5), (1, 3), (1, 2), (1, 1)),
    ((11, 5, 5), (3, 3), (1, 1), (1, 1)),  # pictures
    ((5, 10, 4), (3, 3), (1, 1), (1, 1)),
    ((9, 7, 3), (3, 3), (2, 2), (1, 1)),
    ((7, 8, 2), (5, 3), (1, 2), (1, 1)),
    ((8, 9, 2), (2, 4), (2, 1), (1, 1)),
    ((9, 9, 2), (3, 2), (1, 1), (2, 3)),
    ((6, 6, 1), (3, 3), (1, 1), (1, 1)),
    ((3, 3, 4), (3, 3), (1, 1), (1, 1)),
    ((2, 2, 4), (5, 5), (1, 1), (1, 1)),  # more kernel than picture
    ((1, 1, 4), (3, 3), (1, 1), (1, 1)),
)


def depthwise_layers() -> Iterator[bytes]:
    """One depthwise convolution each, padded and not, that writes over its input and that does not."""
    for number, (shape, kernel, stride, dilation) in enumerate(GEOMETRIES):
        for same in (True, False):
            if not same and any((kernel[i] - 1) * dilation[i] >= shape[i] for i in (0, 1)):
                continue
            build = ModelBuilder(number)
            x = build.input((1, *shape), 0.1, 9)
            if number % 2 == same:
                x = build.conv2d(x, shape[2], (1, 1))
            activation = ("NONE", "RELU", "RELU6")[number % 3]
            y = build.conv2d(
                x,
                shape[2],
                kernel,
                stride=stride,
                dilation=dilation,
                same=same,
                depthwise=True,
                activation=activation,
                zero_point=-128 if number % 4 == 0 else None,
            )
            yield build.finish(build.pool(y, (1, 1)))


def several_filters_a_channel() -> Iterator[bytes]:
    """Two and more filters to a channel; of a picture of one channel too."""
    for shape, filters, kernel, stride in (
        ((9, 8, 1), 8, (5, 4), (2, 2)),
        ((9, 5, 1), 3, (3, 3), (1, 1)),
        ((12, 1, 1), 2, (5, 1), (1, 1)),
        ((7, 1, 3), 6, (3, 1), (1, 1)),
        ((6, 5, 2), 6, (3, 2), (2, 1)),
    ):
        for same in (True, False):
            build = ModelBuilder(filters)
            x = build.input((1, *shape), 0.1, -7)
            yield build.finish(build.conv2d(x, filters, kernel, stride=stride, same=same, depthwise=True))


def extreme_depthwise_layers() -> Iterator[bytes]:
    """The largest sums; weights of -128; biases and scales that the short form of requantisation does not hold."""
    for channels, kernel, extreme, bias, scale in (
        (5, (9, 1), 127, 0, 0.3),
        (5, (9, 1), -128, 0, 0.3),
        (4, (3, 3), -128, 1 << 24, 6e-4),
        (4, (3, 3), 127, 1 << 27, 7e-5),
        (2, (5, 1), 127, (1 << 31) - 400_000, 5e-6),
        (3, (3, 3), 127, 0, 300.0),
        (1, (4, 3), -128, 1 << 27, 7e-5),
    ):
        for filters in (1, 2):
            build = ModelBuilder(8)
            width = 1 if kernel[1] == 1 else 4
            x = build.input((1, 13, width, channels), 0.01, -128)
            outputs = channels * filters
            weights = np.full((1, *kernel, outputs), extreme, np.int8)
            weights[..., 1::2] = build.rng.integers(-128, 128, weights[..., 1::2].shape)
            w = build.tensor(weights.shape, "int8", np.full(outputs, scale, np.float32), 0, weights, 3)
            values = np.resize(np.asarray([bias, -bias, 0], np.int32), outputs)
            b = build.tensor((outputs,), "int32", None, 0, values)
            y = build.activation((1, 13, width, outputs), 1.0)
            options = build.depthwise_options()
            options.depthMultiplier = filters
            build.operator("DEPTHWISE_CONV_2D", [x.index, w.index, b.index], [y], options)
            yield build.finish(y)
