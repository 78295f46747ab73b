"""Quantisation-aware training: a trained model learns for a few more epochs while it feels its own rounding.

Batch norms are folded first. Then every weight goes through the rounding of the exported file (symmetric int8, one
scale an output channel; 15 levels in pointwise convolutions when the file has them with 4 bits) and every activation
through its own (asymmetric int8, ranges of the calibration clips), with straight-through gradients (Jacob et al. 2017,
https://arxiv.org/abs/1712.05877). What comes back is an ordinary model without batch norms, to be converted as any
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.config.training import TrainSettings
from kws_data.models.calibration import representative
from kws_data.progress import Progress
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.fit import FitRecipe, FitWatch, fit
from kws_data.training.teachers.soft_targets import taught
from kws_data.training.teachers.teachers import teachers

if TYPE_CHECKING:
    import keras


from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kws_data.models.folding import cloned, fold_norms
from kws_data.models.weights_4bit import is_pointwise, levelled

if TYPE_CHECKING:
    import keras

WEIGHT_BITS = 8


@cache
def _classes() -> tuple[Any, Any, Any, Any, Any]:
    """Conv2D, DepthwiseConv2D, Dense that round their weights, rounding of activations, Conv2D of 4 bits."""
    import keras
    import tensorflow as tf

    def rounded(kernel: Any) -> Any:
        """Kernel with its output channels last, symmetric, one scale each."""
        most = tf.reduce_max(tf.abs(tf.stop_gradient(kernel)), axis=list(range(len(kernel.shape) - 1)))
        most = tf.maximum(most, 1e-8)
        return tf.quantization.fake_quant_with_min_max_vars_per_channel(
            kernel, -most, most, num_bits=WEIGHT_BITS, narrow_range=True
        )

    class RoundedConv(keras.layers.Conv2D):  # type: ignore[misc]
        def felt(self) -> Any:
            return rounded(self.kernel)

        def call(self, x: Any) -> Any:
            y = tf.nn.conv2d(x, self.felt(), self.strides, self.padding.upper(), dilations=self.dilation_rate)
            return y + self.bias

    class FourBitConv(RoundedConv):
        def felt(self) -> Any:
            kernel = tf.convert_to_tensor(self.kernel)
            return kernel + tf.stop_gradient(levelled(kernel) - kernel)

    class RoundedDepthwise(keras.layers.DepthwiseConv2D):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            kernel = rounded(self.kernel[..., 0])[..., tf.newaxis]
            strides = (1, *self.strides, 1)
            y = tf.nn.depthwise_conv2d(x, kernel, strides, self.padding.upper(), dilations=self.dilation_rate)
            return y + self.bias

    class RoundedDense(keras.layers.Dense):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x @ rounded(self.kernel) + self.bias

    class RoundedActivation(keras.layers.Layer):  # type: ignore[misc]
        """Passes what it sees and notes its range, until ``fixed``; then rounds to 256 steps in that range."""

        def __init__(self) -> None:
            super().__init__()
            self.low, self.high, self.fixed = 0.0, 0.0, False

        def call(self, x: Any) -> Any:
            if self.fixed:
                return tf.quantization.fake_quant_with_min_max_args(x, self.low, self.high)
            if hasattr(x, "numpy"):
                self.low, self.high = min(self.low, float(x.numpy().min())), max(self.high, float(x.numpy().max()))
            return x

    return RoundedConv, RoundedDepthwise, RoundedDense, RoundedActivation, FourBitConv


def rounding_model(model: keras.Model, inputs: NDArray[np.float32], pointwise_bits: int = 8) -> keras.Model:
    """A model with the weights of ``model``, batch norms folded, that rounds as its int8 file will.

    Args:
        model: a trained model.
        inputs: float [clips, frames, 1, features] to find the ranges of the activations.
        pointwise_bits: 8, or 4, of the weights of its 1x1 convolutions.
    """
    import keras

    plain = fold_norms(model)
    conv, depthwise, dense, activation, four_bits = _classes()
    kinds = {keras.layers.Conv2D: conv, keras.layers.DepthwiseConv2D: depthwise, keras.layers.Dense: dense}
    replaced = {}
    for layer in plain.layers:
        if type(layer) in kinds:
            kind = four_bits if pointwise_bits == 4 and is_pointwise(layer) else kinds[type(layer)]
            replaced[layer.name] = kind.from_config(layer.get_config())
    ends = {layer.name for layer in plain.layers if _is_stored(layer)}
    rounding = cloned(plain, replaced, after=lambda name: activation() if name in ends else None)
    for name, layer in replaced.items():
        layer.set_weights(plain.get_layer(name).get_weights())
    rounding(inputs, training=False)  # eagerly: each rounding layer notes its range
    for layer in _roundings(rounding):
        layer.fixed = True
    return rounding


def plain_model(rounding: keras.Model, model: keras.Model) -> keras.Model:
    """The weights that a rounding model learnt, in an ordinary model without batch norms; those of 4 bits as it felt
    them, on their levels."""
    plain, four_bits = fold_norms(model), _classes()[4]
    for layer in plain.layers:
        if layer.weights:
            learnt = rounding.get_layer(layer.name)
            layer.set_weights(learnt.get_weights())
            if isinstance(learnt, four_bits):
                kernel, *bias = learnt.get_weights()
                layer.set_weights([levelled(kernel).numpy(), *bias])
    return plain


def _is_stored(layer: Any) -> bool:
    """Whether the int8 file stores a layer's output: not when a ReLU is fused into it, and not the ends."""
    import keras

    kept = keras.layers.Conv2D | keras.layers.DepthwiseConv2D | keras.layers.ReLU | keras.layers.Add
    kept = kept | keras.layers.Dense | keras.layers.GlobalAveragePooling2D | keras.layers.AveragePooling2D
    if not isinstance(layer, kept):
        return False
    readers = list(_readers(layer))
    return not (len(readers) == 1 and isinstance(readers[0], keras.layers.ReLU))


def _readers(layer: Any) -> Iterator[Any]:
    """What reads a layer's output, looking through layers that do nothing."""
    import keras

    for node in layer._outbound_nodes:
        if isinstance(node.operation, keras.layers.Identity | keras.layers.Dropout):
            yield from _readers(node.operation)
        else:
            yield node.operation


def _roundings(model: keras.Model) -> Iterator[Any]:
    activation = _classes()[3]
    return (layer for layer in model.layers if isinstance(layer, activation))


def aware_model(
    config: Config,
    dataset_dir: Path,
    trained: keras.Model,
    calibration: NDArray[np.int8],
    progress: Progress | None = None,
) -> keras.Model:
    """The trained model after a few epochs that feel the rounding, on the data and teachers that it had."""
    files = teachers(config, dataset_dir, progress)
    data, wise = taught(config, dataset_dir, load_train_set(dataset_dir, config), files, progress)
    return learnt_rounding(config, trained, calibration, data, wise, "quantisation-aware", progress)


def learnt_rounding(
    config: Config,
    trained: keras.Model,
    calibration: NDArray[np.int8],
    data: TrainSet,
    wise: Sequence[keras.Model],
    stage: str,
    progress: Progress | None,
) -> keras.Model:
    """The trained model after ``export.aware_epochs`` on this data."""

    rounding = rounding_model(trained, representative(calibration, config.seed), config.model.pointwise_bits)
    settings = shorter(config, config.export.aware_epochs, config.export.aware_learning_rate)
    recipe = FitRecipe(config.model, settings, config.seed)
    learnt, _ = fit(data, recipe, wise, FitWatch(stage, progress), rounding)
    return plain_model(learnt, trained)


def shorter(config: Config, epochs: int, learning_rate: float) -> TrainSettings:
    """How a trained model goes on: as it was trained, for so many epochs."""
    changes = {"epochs": epochs, "learning_rate": learning_rate, "patience": 0}
    return config.train.model_copy(update=changes)
