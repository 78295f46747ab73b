"""From the model that is trained to the model that is exported: branches and batch norms become plain weights.

Both compute the same, to the rounding of float32; the exported one has a depthwise convolution where the trained one
has branches, and (with :func:`fold_norms`, which quantisation-aware training starts from) no batch norm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kws_data.models.branches import branched_class, folded_depthwise, folded_norm

if TYPE_CHECKING:
    import keras


def deploy(model: keras.Model) -> keras.Model:
    """The same function with each branched layer as one depthwise convolution; the model itself if it has none."""
    branched = [layer for layer in model.layers if isinstance(layer, branched_class())]
    if not branched:
        return model
    replaced = {layer.name: _as_depthwise(layer) for layer in branched}
    folded = cloned(model, replaced)
    for layer in branched:
        folded.get_layer(layer.name).set_weights(folded_depthwise(layer))
    return folded


def fold_norms(model: keras.Model) -> keras.Model:
    """The same function with each batch norm that follows a convolution in that convolution's weights."""
    import keras

    model = deploy(model)
    pairs = [(layer, follower) for layer in model.layers if (follower := _norm_after(layer)) is not None]
    replaced: dict[str, keras.Layer] = {}
    for layer, scale in pairs:
        replaced[layer.name] = type(layer).from_config({**layer.get_config(), "use_bias": True})
        replaced[scale.name] = keras.layers.Identity(name=scale.name)
    folded = cloned(model, replaced)
    for layer, scale in pairs:
        kernel, bias = layer.get_weights()[0], (layer.get_weights()[1] if layer.use_bias else None)
        wide = kernel[..., 0] if isinstance(layer, keras.layers.DepthwiseConv2D) else kernel
        kernel, bias = folded_norm(wide, bias, scale)
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            kernel = kernel[..., np.newaxis]
        folded.get_layer(layer.name).set_weights([kernel, bias])
    return folded


def cloned(
    model: keras.Model, replaced: dict[str, keras.Layer], after: Callable[[str], keras.Layer | None] | None = None
) -> keras.Model:
    """A copy of a functional model, some layers (by name) replaced; the others keep their weights.

    ``after`` may name a layer to put behind the layer of a name.
    """
    import keras

    def layer_for(layer: Any) -> Any:
        return replaced.get(layer.name) or type(layer).from_config(layer.get_config())

    def call(layer: Any, *inputs: Any, **settings: Any) -> Any:
        made = layer(*inputs) if layer.name in replaced else layer(*inputs, **settings)
        behind = after(layer.name) if after else None
        return made if behind is None else behind(made)

    copy = keras.models.clone_model(model, clone_function=layer_for, call_function=call)
    for layer in model.layers:
        if layer.name not in replaced and layer.weights:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return copy


def _as_depthwise(layer: Any) -> keras.Layer:
    import keras

    return keras.layers.DepthwiseConv2D((layer.kernel, 1), padding=layer.padding, use_bias=True, name=layer.name)


def _norm_after(layer: Any) -> Any:
    """The batch norm that is all that reads a convolution, or None."""
    import keras

    if not isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
        return None
    readers = [node.operation for node in layer._outbound_nodes]
    return readers[0] if len(readers) == 1 and isinstance(readers[0], keras.layers.BatchNormalization) else None
