"""Models whose convolutions run along time only, as products of matrices: several times faster to train on a CPU.

A tensor [batch, frames, 1, channels] lies in memory as [channels, frames x batch]. There a convolution is one product
with the kernel, a depthwise one a product of each channel's frames with a banded matrix (frames of output x frames of
input), and a batch norm works along rows. XLA then compiles a whole step as one function; layer by layer, such narrow
tensors spend most of the time outside of their arithmetic. The weights are those of the Keras model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kws_data.models.branches import branched_class

if TYPE_CHECKING:
    import keras

#: What a rule can do, where a layer has such a setting; of ``kernel_size`` and ``strides`` all but the one in time.
SETTINGS: dict[str, tuple[Any, ...]] = {
    "kernel_size": ((1,),),
    "strides": ((1,), (1, 1)),
    "dilation_rate": ((1, 1),),
    "groups": (1,),
    "depth_multiplier": (1,),
    "data_format": ("channels_last",),
    "padding": ("same", "valid"),
    "trainable": (True,),
    "center": (True,),
    "scale": (True,),
    "axis": (-1, 3),
}


@dataclass(frozen=True)
class Columns:
    """Values [channels, frames x batch], and how many frames there are."""

    values: Any
    frames: int

    def apart(self) -> Any:
        """[channels, frames, batch]."""
        import tensorflow as tf

        return tf.reshape(self.values, (self.values.shape[0], self.frames, -1))


def temporal_logits(model: keras.Model) -> Callable[[Any], Any] | None:
    """A function of float [batch, frames, 1, features] -> logits [batch, labels] that does what ``model(x,
    training=True)`` does; None when some layer is not along time only.

    Args:
        model: a functional model that ends in logits.
    """
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    if len(model.output_shape) != 2 or not all(is_temporal(layer) for layer in layers):
        return None
    calls = [(RULES[type(layer).__name__](layer), layer.input, layer.output) for layer in layers]

    def logits(x: Any) -> Any:
        import tensorflow as tf

        start = Columns(tf.reshape(tf.transpose(x[:, :, 0]), (x.shape[3], -1)), x.shape[1])
        known = {id(model.inputs[0]): start}
        for call, given, made in calls:  # as Keras orders them: what makes a tensor before what reads it
            read = [known[id(one)] for one in given] if isinstance(given, list) else known[id(given)]
            known[id(made)] = call(read)
        return tf.transpose(known[id(model.outputs[0])].values)

    return logits


def is_temporal(layer: Any) -> bool:
    """Whether there is a rule for a layer as it is set."""
    import keras

    name = type(layer).__name__
    if name not in RULES or type(layer) not in (getattr(keras.layers, name, None), branched_class()):
        return False
    if len(layer._inbound_nodes) != 1:  # used twice: which of its inputs is meant?
        return False
    if getattr(layer, "activation", keras.activations.linear) is not keras.activations.linear:
        return False
    given = {key: getattr(layer, key) for key in SETTINGS if hasattr(layer, key)}
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        given["strides"] = (layer.strides[0], *layer.strides)  # no stride at all
    if isinstance(layer, keras.layers.Dense):
        given.pop("trainable")  # who learns asks for the gradients of those that are
    seen = {key: tuple(value[1:]) if key in ("kernel_size", "strides") else value for key, value in given.items()}
    return all(value in SETTINGS[key] for key, value in seen.items())


def convolution(layer: Any) -> Callable[[Columns], Columns]:
    """Kernel k x 1, any stride: the frames that a kernel sees, below each other, times the kernel."""
    import tensorflow as tf

    def call(x: Columns) -> Columns:
        kernel = tf.convert_to_tensor(layer.kernel)
        length, _, channels, filters = kernel.shape
        stride = layer.strides[0]
        before, after, frames = edges(x.frames, length, stride, layer.padding)
        if length == 1 and stride == 1:
            seen = x.values
        else:
            padded = tf.pad(x.apart(), ((0, 0), (before, after), (0, 0)))
            taps = [padded[:, i : i + stride * (frames - 1) + 1 : stride] for i in range(length)]
            seen = tf.reshape(tf.concat(taps, 0), (length * channels, -1))
        values = tf.matmul(tf.reshape(kernel, (length * channels, filters)), seen, transpose_a=True)
        return biased(layer, Columns(values, frames))

    return call


def depthwise(layer: Any) -> Callable[[Columns], Columns]:
    """Kernel k x 1: each channel's frames times a banded matrix [frames of output, frames of input]."""

    return lambda x: biased(layer, filtered(x, layer.kernel[:, 0, :, 0], layer.padding))


def biased(layer: Any, x: Columns) -> Columns:
    """The columns and the layer's bias, if it has one."""
    return Columns(x.values + layer.bias[:, None], x.frames) if layer.use_bias else x


def filtered(x: Columns, kernel: Any, padding: str) -> Columns:
    """Columns, each channel filtered in time by its own of ``kernel`` [length, channels]."""
    import tensorflow as tf

    length, channels = kernel.shape
    before, _, frames = edges(x.frames, length, 1, padding)
    tap = np.arange(x.frames)[None, :] - np.arange(frames)[:, None] + before
    inside = (tap >= 0) & (tap < length)
    band = tf.gather(tf.transpose(kernel), tap.clip(0, length - 1), axis=1) * inside.astype(np.float32)
    return Columns(tf.reshape(tf.matmul(band, x.apart()), (channels, -1)), frames)


def edges(frames: int, length: int, stride: int, padding: str) -> tuple[int, int, int]:
    """Zeros before and after, and frames of output; "same" as in TensorFlow."""
    if padding == "valid":
        return 0, 0, (frames - length) // stride + 1
    out = -(-frames // stride)
    zeros = max(0, (out - 1) * stride + length - frames)
    return zeros // 2, zeros - zeros // 2, out


def batch_norm(layer: Any) -> Callable[[Columns], Columns]:
    """By the mean and variance of the batch, which the layer's moving ones follow."""
    return lambda x: Columns(normed(layer, x.values), x.frames)


def normed(layer: Any, x: Any) -> Any:
    """Values [channels, any] normalised along rows."""
    import tensorflow as tf

    mean = tf.reduce_mean(x, 1)
    centred = x - mean[:, None]
    variance = tf.reduce_mean(tf.square(centred), 1)
    for moving, now in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + tf.stop_gradient(now) * (1.0 - layer.momentum))
    gain = layer.gamma * tf.math.rsqrt(variance + layer.epsilon)
    return centred * gain[:, None] + layer.beta[:, None]


def branched(layer: Any) -> Callable[[Columns], Columns]:
    """Depthwise kernels of several lengths, each with its batch norm, added up."""

    def call(x: Columns) -> Columns:
        parts = []
        for length, conv, norm in zip(layer.lengths, layer.convs, layer.norms, strict=True):
            cut = (layer.kernel - length) // 2 if layer.padding == "valid" else 0
            seen = x.apart()[:, cut : x.frames - cut]
            part = filtered(Columns(seen, x.frames - 2 * cut), conv.kernel[:, 0, :, 0], layer.padding)
            parts.append(Columns(normed(norm, part.values), part.frames))
        return Columns(sum(part.values for part in parts), parts[0].frames)

    return call


def mean_over_time(_: Any) -> Callable[[Columns], Columns]:
    """[channels, batch]: one frame."""
    import tensorflow as tf

    return lambda x: Columns(tf.reduce_mean(x.apart(), 1), 1)


def dense(layer: Any) -> Callable[[Columns], Columns]:
    """Each column times the weights."""
    import tensorflow as tf

    return lambda x: biased(layer, Columns(tf.matmul(layer.kernel, x.values, transpose_a=True), x.frames))


def elementwise(layer: Any) -> Callable[[Columns], Columns]:
    """Layers that do not mind the order of what they see, as when training."""
    return lambda x: Columns(layer(x.values, training=True), x.frames)


def added(_: Any) -> Callable[[list[Columns]], Columns]:
    """Columns added up."""
    return lambda parts: Columns(sum(part.values for part in parts), parts[0].frames)


def cropped(layer: Any) -> Callable[[Columns], Columns]:
    """Columns without the first and last few."""
    import tensorflow as tf

    (before, after), _ = layer.cropping

    def call(x: Columns) -> Columns:
        frames = x.frames - before - after
        left = x.apart()[:, before : before + frames]
        return Columns(tf.reshape(left, (left.shape[0], -1)), frames)

    return call


RULES: dict[str, Callable[[Any], Callable[..., Columns]]] = {
    "Conv2D": convolution,
    "DepthwiseConv2D": depthwise,
    "BranchedDepthwise": branched,
    "BatchNormalization": batch_norm,
    "GlobalAveragePooling2D": mean_over_time,
    "Dense": dense,
    "ReLU": elementwise,
    "Dropout": elementwise,
    "Add": added,
    "Cropping2D": cropped,
}
