"""What each output channel of a weighted layer does to its sums: bias and requantisation, as the kernels store them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.call import Constant, Value
from firmware_tools.engine.fixed_point import Multiplier, quantize_multiplier
from firmware_tools.engine.real_multipliers import product_over
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import Graph, Operator, graph_place

FAST_BOUND = 1 << 30  # accumulators below this may be doubled in 32 bits
PACKED_BIAS = 1 << 25  # biases below this share their word with a shift, which has 6 bits
MOST_SHIFT = 31


@dataclass(frozen=True)
class Channels:
    """The output channels of a layer.

    Attributes:
        biases: with the input's zero point folded in, int64 ``[out]``.
        bounds: no sum is larger than this, nor its negative, int64 ``[out]``.
        multipliers: from sums to outputs, one a channel.
        rare: the layer's weights are such that the wide form must be taken.
    """

    biases: NDArray[np.int64]
    bounds: NDArray[np.int64]
    multipliers: tuple[Multiplier, ...]
    rare: bool = False

    @property
    def packed(self) -> bool:
        """Whether all channels fit the short form, ``kws_channel``: right shifts, biases of 26 bits, small sums."""
        shifts = all(m.mantissa == 0 or 1 <= m.right <= MOST_SHIFT for m in self.multipliers)
        return bool(
            not self.rare and shifts and (self.bounds < FAST_BOUND).all() and (np.abs(self.biases) < PACKED_BIAS).all()
        )

    def parameters(self) -> dict[str, Value]:
        """The two fields of a parameter struct that lead to the channels; one of them is no address."""
        return {"channels": "channels", "wide": 0} if self.packed else {"channels": 0, "wide": "wide"}

    def constants(self) -> dict[str, Constant]:
        """The array that one of the fields names."""
        if self.packed:
            return {"channels": Constant("kws_channel", self._packed_rows())}
        return {"wide": Constant("kws_wide_channel", self._wide_rows())}

    def _packed_rows(self) -> NDArray[np.int64]:
        """Rows of the C struct ``kws_channel``: bias * 64 + shift, multiplier."""
        pairs = zip(self.biases.tolist(), self.multipliers, strict=True)
        return np.asarray([(64 * bias + max(m.right, 1), m.mantissa) for bias, m in pairs], np.int64)

    def _wide_rows(self) -> NDArray[np.int64]:
        """Rows of the C struct ``kws_wide_channel``: bias, multiplier, left, right."""
        pairs = zip(self.biases.tolist(), self.multipliers, strict=True)
        return np.asarray([(_wrap(bias), m.mantissa, m.left, m.right) for bias, m in pairs], np.int64)


def channels_of(graph: Graph, operator: Operator, filters: NDArray[np.int8]) -> Channels:
    """The channels of a layer with weights int8 ``[out, taps]``.

    Raises:
        ModelError: sums may not fit 32 bits.
    """
    bias_index = operator.inputs[2] if len(operator.inputs) > 2 else -1
    stored = graph.tensors[bias_index].data if bias_index >= 0 else None
    biases = np.zeros(len(filters), np.int64) if stored is None else stored.astype(np.int64).reshape(-1)
    wide = filters.astype(np.int64)
    zero = graph.tensors[operator.inputs[0]].zero_point
    folded = biases - zero * wide.sum(axis=1)
    magnitude = np.abs(wide).sum(axis=1)
    if (np.abs(biases) + 255 * magnitude >= 1 << 31).any():
        raise ModelError("weights and biases overflow 32 bits", graph_place(operator), "export the model again")
    multipliers = _multipliers(graph, operator)
    if len(multipliers) == 1:
        multipliers *= len(filters)
    return Channels(folded, np.abs(folded) + 128 * magnitude, multipliers)


def _multipliers(graph: Graph, operator: Operator) -> tuple[Multiplier, ...]:
    """One a scale of the weights: one a channel, or one for all."""
    x, w, y = (graph.tensors[i] for i in (*operator.inputs[:2], operator.output))
    return tuple(quantize_multiplier(product_over(x.scale, float(scale), y.scale)) for scale in w.scales)


def _wrap(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)
