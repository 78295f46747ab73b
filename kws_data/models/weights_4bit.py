"""Kernels of pointwise (1x1) convolutions on 15 levels, so that a weight fits 4 bits: -7 to 7 steps of its channel.

The step of an output channel is the one with the least squared error: a few large weights may be cut off for the sake
of the others. Training feels the same levels (``fake_quant.py``), and the file holds them (``four_bits.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from firmware_tools.errors import ModelError
from firmware_tools.tflite.int4 import LEVELS
from kws_data.models.folding import fold_norms

if TYPE_CHECKING:
    import keras

RANGES = np.linspace(1.0, 0.5, 26, dtype=np.float32)  # what is tried as the outermost level, of the largest weight


def levelled(kernel: Any) -> Any:
    """A kernel (tensor, output channels last) with each weight on the nearest of its channel's 15 levels.

    The largest level of a channel is used by at least one weight, so that doing it again changes nothing.
    """
    import tensorflow as tf

    flat = tf.reshape(kernel, (-1, kernel.shape[-1]))
    most = tf.maximum(tf.reduce_max(tf.abs(flat), axis=0), 1e-8)
    steps = RANGES[:, np.newaxis, np.newaxis] * most / LEVELS  # [ranges, 1, channels]
    tried = tf.clip_by_value(tf.round(flat / steps), -LEVELS, LEVELS) * steps
    errors = tf.reduce_sum(tf.square(tried - flat), axis=1)
    best = tf.one_hot(tf.argmin(errors, axis=0), len(RANGES), axis=0)  # [ranges, channels]
    return tf.reshape(tf.reduce_sum(tried * best[:, tf.newaxis], axis=0), kernel.shape)


def is_pointwise(layer: Any) -> bool:
    """Whether a Keras layer is a 1x1 convolution, which the converter makes a CONV_2D."""
    import keras

    return type(layer) is keras.layers.Conv2D and tuple(layer.kernel_size) == (1, 1)


def pointwise_layers(model: keras.Model) -> list[Any]:
    """The 1x1 convolutions of a model; raises ModelError when there is none."""
    layers = [layer for layer in model.layers if is_pointwise(layer)]
    if not layers:
        raise ModelError("the model has no 1x1 convolution to store with 4 bits", None, "set model.pointwise_bits=8")
    return layers


def on_levels(model: keras.Model) -> keras.Model:
    """The model, batch norms folded, with its pointwise kernels on their levels.

    Raises:
        ModelError: it has no pointwise convolution.
    """
    plain = fold_norms(model)
    put_on_levels(plain)
    return plain


def put_on_levels(model: keras.Model) -> None:
    """Put the pointwise kernels of a model on their levels; raises ModelError when it has none."""
    for layer in pointwise_layers(model):
        kernel, *bias = layer.get_weights()
        layer.set_weights([levelled(kernel).numpy(), *bias])
