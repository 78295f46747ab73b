"""Layers that the families share: convolutions with batch norm, and the end that all of them have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import keras

Padding = Literal["same", "valid"]
Pair = tuple[int, int]


def conv(
    x: Any,
    channels: int,
    kernel: Pair,
    *,
    strides: Pair = (1, 1),
    padding: Padding = "same",
    relu: bool = True,
) -> Any:
    """Convolution, batch norm, ReLU (unless ``relu`` is off)."""
    import keras

    x = norm(keras.layers.Conv2D(channels, kernel, strides=strides, padding=padding, use_bias=False)(x))
    return keras.layers.ReLU()(x) if relu else x


def depthwise(
    x: Any,
    kernel: Pair,
    *,
    padding: Padding = "same",
    branches: Sequence[int] = (),
    relu: bool = True,
) -> Any:
    """Depthwise convolution, batch norm, ReLU (unless ``relu`` is off).

    With ``branches``, further depthwise kernels of those lengths in time run beside it, each with its batch norm, and
    are added up before the ReLU; export folds all of them into one kernel.
    """
    import keras

    from kws_data.models.branches import branched_depthwise

    if branches:
        x = branched_depthwise(kernel[0], branches, padding)(x)
    else:
        x = norm(keras.layers.DepthwiseConv2D(kernel, padding=padding, use_bias=False)(x))
    return keras.layers.ReLU()(x) if relu else x


def norm(x: Any) -> Any:
    """Batch norm that follows the statistics fast: a run has few steps."""
    import keras

    return keras.layers.BatchNormalization(momentum=0.97, epsilon=1e-3)(x)


def classifier(inputs: Any, x: Any, labels: int, dropout: float = 0.0) -> keras.Model:
    """The end of every family: dropout while training, dense ``logits``, softmax ``scores``."""
    import keras

    if dropout:
        x = keras.layers.Dropout(dropout)(x)
    logits = keras.layers.Dense(labels, name="logits")(x)
    return keras.Model(inputs, keras.layers.Softmax(name="scores")(logits))
