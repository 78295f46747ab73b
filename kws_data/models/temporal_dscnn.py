"""Features as channels, so that every convolution runs along time only (https://arxiv.org/abs/1904.03814).

With ``padding: valid`` nothing is made up at the edges, so that a streaming engine that keeps each layer's last columns
gives bit for bit what the windowed model gives; the shortcut then goes around the pointwise half of a block, because
the depthwise half makes the clip shorter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier, conv, depthwise
from kws_data.models.valid_padding import check_length

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]


def temporal_dscnn(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Conv ``first_kernel``×1 with ``stride``, then blocks of depthwise k×1 and pointwise, mean over time, dense."""
    import keras

    check_length(settings, input_shape[0])
    inputs = keras.Input(input_shape, name="features")
    strides = (settings.stride, 1)
    x = conv(inputs, settings.channels, (settings.first_kernel, 1), strides=strides, padding=settings.padding)
    for _ in range(settings.blocks):
        x = block(x, settings)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return classifier(inputs, x, labels, settings.dropout)


def block(x: Any, settings: ModelSettings) -> Any:
    """Depthwise, pointwise, and a shortcut around both (around the pointwise alone where the length changes)."""
    import keras

    kernel = (settings.kernel, 1)
    y = depthwise(x, kernel, padding=settings.padding, branches=settings.branches or ())
    start = x if settings.padding == "same" else y
    y = conv(y, settings.channels, (1, 1))
    return keras.layers.Add()([start, y]) if settings.residual else y
