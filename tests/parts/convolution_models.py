"""Models of one convolution: what the kernels treat each in its own way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from synthetic_models import ModelBuilder


def shapes_of_convolutions() -> Iterator[bytes]:
    """One convolution each: windows in one piece and in several, padded or not, blocks and what is left."""
    shapes = (
        ((1, 9, 1, 5), 7, (2, 1)),
        ((1, 6, 1, 8), 4, (3, 1)),
        ((1, 7, 4, 3), 5, (2, 4)),
        ((1, 1, 1, 3), 5, (1, 1)),
    )
    shapes += (((1, 5, 6, 1), 3, (3, 2)), ((1, 4, 1, 27), 27, (1, 1)), ((1, 8, 2, 130), 3, (2, 2)))
    for number, (shape, filters, kernel) in enumerate(shapes):
        for stride, dilation in (((1, 1), (1, 1)), ((2, 1), (1, 1)), ((1, 1), (2, 1))):
            for same in (True, False):
                build = ModelBuilder(number)
                x = build.input(shape, 0.1, 9)
                if same or (kernel[0] - 1) * dilation[0] < shape[1]:
                    yield build.finish(
                        build.conv2d(
                            x, filters, kernel, stride=stride, dilation=dilation, same=same, activation="RELU6"
                        )
                    )


def deep_layers() -> Iterator[bytes]:
    """Sums beyond 24 bits, at the largest weights and inputs; weights of -128 beside negative ones; wide biases."""
    for depth, extreme, bias in ((1001, 127, 0), (504, 127, 0), (505, -128, 0), (64, -128, 1 << 27), (6, 127, 1 << 25)):
        for pixels in (1, 4):
            build = ModelBuilder(7)
            x = build.input((1, pixels, 1, depth), 0.01, -128)
            weights = np.full((3, 1, 1, depth), extreme, np.int8)
            weights[0, ..., ::7] = -1
            w = build.tensor(weights.shape, "int8", np.full(3, 1e-3, np.float32), 0, weights)
            b = build.tensor((3,), "int32", None, 0, np.asarray([bias, -bias, 0], np.int32))
            y = build.activation((1, pixels, 1, 3), 1.0)
            build.operator("CONV_2D", [x.index, w.index, b.index], [y], build.convolution_options())
            yield build.finish(y)
