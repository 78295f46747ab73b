"""Parallel depthwise kernels of several lengths in time that become one kernel at export.

While training, each branch has its own batch norm, which makes the sum easier to learn than its one kernel; the sum is
linear, so that it folds into one depthwise convolution with a bias (RepVGG, https://arxiv.org/abs/2101.03697, and
the multi-temporal convolutions of https://arxiv.org/abs/2010.09960).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

Array = NDArray[np.float32]
MOMENTUM, EPSILON = 0.97, 1e-3


def branched_depthwise(kernel: int, branches: Sequence[int], padding: str) -> keras.Layer:
    """A layer of depthwise kernels ``kernel``×1 and each of ``branches``×1, added up."""
    layer: keras.Layer = branched_class()(kernel=kernel, branches=list(branches), padding=padding)
    return layer


@cache
def branched_class() -> Any:
    """The layer's class; made when it is first needed, so that importing this module does not import Keras."""
    import keras

    @keras.saving.register_keras_serializable(package="kws")
    class BranchedDepthwise(keras.layers.Layer):  # type: ignore[misc]
        """Depthwise kernels of several lengths in time, each with batch norm, added up."""

        def __init__(self, kernel: int, branches: list[int], padding: str = "same", **settings: Any) -> None:
            super().__init__(**settings)
            self.kernel, self.branches, self.padding = kernel, list(branches), padding
            self.lengths = [kernel, *branches]
            self.convs = [
                keras.layers.DepthwiseConv2D((n, 1), padding=padding, use_bias=False, name=f"branch{i}")
                for i, n in enumerate(self.lengths)
            ]
            self.norms = [
                keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=f"norm{i}")
                for i in range(len(self.lengths))
            ]

        def build(self, input_shape: Any) -> None:
            for one, scale in zip(self.convs, self.norms, strict=True):
                one.build(input_shape)
                scale.build(input_shape)

        def call(self, x: Any, training: bool = False) -> Any:
            parts = []
            for length, one, scale in zip(self.lengths, self.convs, self.norms, strict=True):
                cut = (self.kernel - length) // 2 if self.padding == "valid" else 0
                seen = x[:, cut : x.shape[1] - cut] if cut else x
                parts.append(scale(one(seen), training=training))
            return sum(parts[1:], parts[0])

        def compute_output_shape(self, input_shape: Any) -> Any:
            return self.convs[0].compute_output_shape(input_shape)

        def get_config(self) -> dict[str, Any]:
            own = {"kernel": self.kernel, "branches": self.branches, "padding": self.padding}
            return {**super().get_config(), **own}

    return BranchedDepthwise


def folded_depthwise(layer: Any) -> tuple[Array, Array]:
    """The one kernel [kernel, 1, channels, 1] and bias [channels] that compute what a branched layer computes."""
    channels = layer.convs[0].kernel.shape[2]
    total, shift = np.zeros((layer.kernel, 1, channels), np.float32), np.zeros(channels, np.float32)
    for conv, scale in zip(layer.convs, layer.norms, strict=True):
        kernel, bias = folded_norm(np.asarray(conv.kernel)[..., 0], None, scale)
        around = (layer.kernel - kernel.shape[0]) // 2
        total = total + np.pad(kernel, ((around, around), (0, 0), (0, 0)))
        shift = shift + bias
    return total[..., np.newaxis], shift


def folded_norm(kernel: Array, bias: Array | None, layer: Any) -> tuple[Array, Array]:
    """Kernel (output channels last) and bias that do what these followed by the batch norm ``layer`` do."""
    gain = np.asarray(layer.gamma) / np.sqrt(np.asarray(layer.moving_variance) + layer.epsilon)
    start = 0.0 if bias is None else bias
    shift = np.asarray(layer.beta) + (start - np.asarray(layer.moving_mean)) * gain
    return (kernel * gain).astype(np.float32), shift.astype(np.float32)
