"""Inverted bottlenecks along time, with several kernel lengths at once (TENet, https://arxiv.org/abs/2010.09960).

Each block widens the channels ``expansion``-fold by a pointwise convolution, filters them in time, and comes back. The
multi-branch kernels (``branches``, 3, 5 and 7 beside ``kernel`` when null) are one kernel in the exported file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier, conv, depthwise

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]
BRANCHES = (3, 5, 7)


def tenet(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Conv 3×1 with ``stride``, then inverted bottlenecks, mean over time, dense."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = conv(inputs, settings.channels, (3, 1), strides=(settings.stride, 1))
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
    y = depthwise(y, (settings.kernel, 1), branches=branches)
    y = conv(y, settings.channels, (1, 1), relu=not settings.residual)
    return keras.layers.ReLU()(keras.layers.Add()([x, y])) if settings.residual else y
