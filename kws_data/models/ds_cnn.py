"""The depthwise separable CNN of MLPerf Tiny's keyword task (https://arxiv.org/abs/1711.07128).

As published: ``channels: 64, blocks: 4, kernel: 10, residual: false, dropout: 0.4`` on 49 frames of 10 MFCCs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kws_data.models.layers import classifier, conv, depthwise

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]


def ds_cnn(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Time × frequency image: Conv k×4 stride 2, then blocks of depthwise 3×3 and pointwise, mean, dense."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = keras.layers.Reshape((input_shape[0], input_shape[2], 1))(inputs)
    x = conv(x, settings.channels, (settings.kernel, 4), strides=(2, 2))
    for _ in range(settings.blocks):
        y = conv(depthwise(x, (3, 3)), settings.channels, (1, 1))
        x = keras.layers.Add()([x, y]) if settings.residual else y
    x = keras.layers.GlobalAveragePooling2D()(x)
    return classifier(inputs, x, labels, settings.dropout)
