"""Families of models, by name. Every one takes [frames, 1, features] floats (int8 / 128) and ends in a softmax.

``temporal_dscnn`` keeps the features of a frame as channels, so that every convolution runs along time only: a strided
convolution, then blocks of depthwise and pointwise convolutions (https://arxiv.org/abs/1904.03814 has the idea).
``ds_cnn`` is the depthwise separable CNN of MLPerf Tiny (https://arxiv.org/abs/1711.07128), ``tiny_conv`` the model of
TensorFlow Lite Micro's micro_speech.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kws_data.config import ModelSettings
from kws_data.errors import ConfigError

if TYPE_CHECKING:
    import keras

Shape = tuple[int, int, int]
Family = Callable[[ModelSettings, Shape, int], "keras.Model"]


def build_model(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """A freshly initialised model of the family that the settings name.

    Args:
        settings: family and shape.
        input_shape: (frames, 1, features).
        labels: number of outputs.

    Raises:
        ConfigError: there is no such family.
    """
    family = FAMILIES.get(settings.family)
    if family is None:
        near = difflib.get_close_matches(settings.family, FAMILIES, n=1, cutoff=0.4)
        known = ", ".join(sorted(FAMILIES))
        remedy = f"did you mean {near[0]}? Families: {known}" if near else f"use one of {known}"
        raise ConfigError("model.family is unknown", settings.family, remedy)
    return family(settings, input_shape, labels)


def temporal_dscnn(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Features as channels: Conv 3×1 stride 2, then blocks of depthwise k×1 and pointwise, mean over time, dense."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = _conv(inputs, settings.channels, (3, 1), strides=(2, 1))
    for _ in range(settings.blocks):
        y = _depthwise(x, (settings.kernel, 1))
        y = _conv(y, settings.channels, (1, 1))
        x = keras.layers.Add()([x, y]) if settings.residual else y
    x = keras.layers.GlobalAveragePooling2D()(x)
    return _classifier(inputs, x, labels)


def ds_cnn(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """Time × frequency image: Conv k×4 stride 2, then blocks of depthwise 3×3 and pointwise, mean, dense."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = keras.layers.Reshape((input_shape[0], input_shape[2], 1))(inputs)
    x = _conv(x, settings.channels, (settings.kernel, 4), strides=(2, 2))
    for _ in range(settings.blocks):
        y = _conv(_depthwise(x, (3, 3)), settings.channels, (1, 1))
        x = keras.layers.Add()([x, y]) if settings.residual else y
    x = keras.layers.GlobalAveragePooling2D()(x)
    return _classifier(inputs, x, labels)


def tiny_conv(settings: ModelSettings, input_shape: Shape, labels: int) -> keras.Model:
    """One convolution k×8 stride 2 on the time × frequency image, then dense."""
    import keras

    inputs = keras.Input(input_shape, name="features")
    x = keras.layers.Reshape((input_shape[0], input_shape[2], 1))(inputs)
    x = _conv(x, settings.channels, (settings.kernel, 8), strides=(2, 2))
    x = keras.layers.Flatten()(x)
    return _classifier(inputs, x, labels)


FAMILIES: dict[str, Family] = {"temporal_dscnn": temporal_dscnn, "ds_cnn": ds_cnn, "tiny_conv": tiny_conv}


def _conv(x: Any, channels: int, kernel: tuple[int, int], strides: tuple[int, int] = (1, 1)) -> Any:
    import keras

    x = keras.layers.Conv2D(channels, kernel, strides=strides, padding="same", use_bias=False)(x)
    return keras.layers.ReLU()(_norm(x))


def _depthwise(x: Any, kernel: tuple[int, int]) -> Any:
    import keras

    x = keras.layers.DepthwiseConv2D(kernel, padding="same", use_bias=False)(x)
    return keras.layers.ReLU()(_norm(x))


def _norm(x: Any) -> Any:
    """Batch norm that follows the statistics fast: a run has few steps."""
    import keras

    return keras.layers.BatchNormalization(momentum=0.97, epsilon=1e-3)(x)


def _classifier(inputs: Any, x: Any, labels: int) -> keras.Model:
    import keras

    logits = keras.layers.Dense(labels, name="logits")(x)
    return keras.Model(inputs, keras.layers.Softmax(name="scores")(logits))
