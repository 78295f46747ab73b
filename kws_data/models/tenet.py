"""Inverted bottlenecks along time, with several kernel lengths at once (TENet, https://arxiv.org/abs/2010.09960).

Each block widens the channels ``expansion``-fold by a pointwise convolution, filters them in time, and comes back. The
multi-branch kernels (``branches``, 3, 5 and 7 beside ``kernel`` when null) are one kernel in the exported file.

With ``padding: valid`` nothing is made up at the edges, and the shortcut loses as many columns as the kernel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier, conv, depthwise
from kws_data.models.valid_padding import check_length, shortcut

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]
BRANCHES = (3, 5, 7)


def tenet(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Conv ``first_kernel``×1 with ``stride``, then inverted bottlenecks, mean over time, dense."""
    import keras

    check_length(settings, input_shape[0])
    inputs = keras.Input(input_shape, name="features")
    first, strides = (settings.first_kernel, 1), (settings.stride, 1)
    x = conv(inputs, settings.channels, first, strides=strides, padding=settings.padding)
    for _ in range(settings.blocks):
        x = bottleneck(x, settings)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return classifier(inputs, x, labels, settings.dropout)


def bottleneck(x: Any, settings: ModelSettings) -> Any:
    """Pointwise to ``expansion`` × channels, depthwise in time, pointwise back, shortcut."""
    import keras

    usual = tuple(n for n in BRANCHES if n < settings.kernel and settings.kernel % 2)
    branches = usual if settings.branches is None else settings.branches
    y = conv(x, settings.expansion * settings.channels, (1, 1))
    y = depthwise(y, (settings.kernel, 1), padding=settings.padding, branches=branches)
    y = conv(y, settings.channels, (1, 1), relu=not settings.residual)
    return keras.layers.ReLU()(keras.layers.Add()([shortcut(x, settings), y])) if settings.residual else y
