"""The model of TensorFlow Lite Micro's micro_speech, as a reference: most of its weights are in one dense layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kws_data.models.layers import classifier, conv

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

Shape = tuple[int, int, int]


def tiny_conv(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """One convolution k×8 stride 2 on the time × frequency image, then dense (micro_speech: 8 channels, kernel 10)."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = keras.layers.Reshape((input_shape[0], input_shape[2], 1))(inputs)
    x = conv(x, settings.channels, (settings.kernel, 8), strides=(2, 2))
    x = keras.layers.Flatten()(x)
    return classifier(inputs, x, labels, settings.dropout)
