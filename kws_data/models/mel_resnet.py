"""Residual convolutions over time and mel bands: a teacher for people it has not heard.

A kernel that moves along the bands finds a vowel wherever the length of a vocal tract puts it, which convolutions along
time alone must learn for each place. It costs forty times the multiplications of what fits a microcontroller. Mel
cepstra are taken back to bands by a fixed layer first (the inverse of the orthonormal DCT, with the steps of the int8
law). Residual blocks after He et al. 2015 (https://arxiv.org/abs/1512.03385).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier, conv, norm

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings
    from kws_data.models.mel_axis import MelAxis

Shape = tuple[int, int, int]
WIDTHS = (1.0, 1.5, 2.0)  # of the stages, in channels; the bands are halved before each
HEAD = 4.0  # width of the last pointwise convolution, in channels
INT8_UNITS, TYPICAL_DB = 128.0, 20.0  # features come as q / 128; bands have about this spread


def mel_resnet(settings: ModelSettings, input_shape: Shape, labels: int, axis: MelAxis | None = None) -> keras.Model:
    """Conv 5×5 with stride 2×2, three stages of residual blocks that share ``blocks``, pointwise, mean, dense.

    ``channels`` is the width of the first stage. Inputs are taken for mel bands when ``axis`` is None.
    """
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = norm(band_image(inputs, input_shape, axis))
    x = conv(x, settings.channels, (5, 5), strides=(2, 2))
    for stage, count in enumerate(shared_out(settings.blocks)):
        width = round(WIDTHS[stage] * settings.channels)
        x = conv(x, width, (3, 3), strides=(1, 2)) if stage else x
        for _ in range(count):
            x = residual(x, width, settings.dropout)
    x = conv(x, round(HEAD * settings.channels), (1, 1))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return classifier(inputs, x, labels, settings.dropout)


def band_image(inputs: Any, input_shape: Shape, axis: MelAxis | None) -> Any:
    """[frames, 1, features] as an image [frames, bands, 1]."""
    import keras

    frames, _, bands = input_shape
    if axis is not None and axis.to_mel.shape[0] != axis.to_mel.shape[1]:
        bands = axis.to_mel.shape[1]
        weights = (axis.to_mel * INT8_UNITS / TYPICAL_DB)[None, None]
        start = keras.initializers.Constant(weights.tolist())
        layer = keras.layers.Conv2D(bands, (1, 1), use_bias=False, kernel_initializer=start, trainable=False)
        inputs = layer(inputs)
    return keras.layers.Reshape((frames, bands, 1))(inputs)


def residual(x: Any, channels: int, dropout: float) -> Any:
    """Two convolutions 3×3 and a shortcut around them; whole channels are left out while training."""
    import keras

    y = conv(conv(x, channels, (3, 3)), channels, (3, 3), relu=False)
    x = keras.layers.ReLU()(keras.layers.Add()([x, y]))
    return keras.layers.SpatialDropout2D(dropout / 2)(x) if dropout else x


def shared_out(blocks: int) -> list[int]:
    """How many blocks each stage gets; the earlier ones get more."""
    return [(blocks + len(WIDTHS) - 1 - stage) // len(WIDTHS) for stage in range(len(WIDTHS))]
