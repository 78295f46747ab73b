"""Broadcast residuals: frequency is filtered in two dimensions, time in one, and the two are added up
(BC-ResNet, https://arxiv.org/abs/2106.04140).

After the paper, with what a microcontroller has: ReLU instead of swish, batch norm over all bands instead of
sub-spectral norm. The pooled branch is [frames, 1, channels] and is broadcast over the bands by the addition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier, conv, depthwise

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]
WIDTHS = (1.0, 1.5, 2.0, 2.5)
BAND_STRIDES = (1, 2, 2, 1)


def bc_resnet(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Conv 5×5 to 2 × channels, four stages that share the blocks, mean over everything, dense.

    ``channels`` is the width of the first stage (8 in BC-ResNet-1); the others are 1.5, 2 and 2.5 times as wide.
    ``kernel`` is the length of the kernels in time (3 in the paper).
    """
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = keras.layers.Reshape((input_shape[0], input_shape[2], 1))(inputs)
    x = conv(x, 2 * settings.channels, (5, 5), strides=(settings.stride, 2))
    for width, stride, count in zip(WIDTHS, BAND_STRIDES, shared_out(settings.blocks), strict=True):
        for number in range(count):
            x = broadcast_block(x, round(width * settings.channels), settings.kernel, stride if number == 0 else 1)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return classifier(inputs, x, labels, settings.dropout)


def shared_out(blocks: int) -> list[int]:
    """How many blocks each of the four stages gets; the later ones get more."""
    return [(blocks + stage) // len(WIDTHS) for stage in range(len(WIDTHS))]


def broadcast_block(x: Any, channels: int, kernel: int, band_stride: int) -> Any:
    """Depthwise over bands; its mean over bands through depthwise and pointwise in time, added to all bands."""
    import keras

    changes = x.shape[3] != channels or band_stride > 1
    y = conv(x, channels, (1, 1)) if changes else x
    if band_stride > 1:
        y = keras.layers.AveragePooling2D((1, band_stride), padding="same")(y)
    y = depthwise(y, (1, 3), relu=False)
    z = keras.ops.mean(y, axis=2, keepdims=True)
    z = conv(depthwise(z, (kernel, 1)), channels, (1, 1))
    total = keras.layers.Add()([y, z])
    if not changes:
        total = keras.layers.Add()([total, x])
    return keras.layers.ReLU()(total)
