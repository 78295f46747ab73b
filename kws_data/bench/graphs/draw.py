"""A random network from a seed and its number: the same in every process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firmware_tools.tflite.model_builder import ModelBuilder
from kws_data.bench.graphs.coarse import coarse
from kws_data.bench.graphs.odd_builder import OddBuilder
from kws_data.bench.graphs.streams import streaming
from kws_data.bench.graphs.trained import along_time, dense_layers, in_two_dimensions, one_wide_layer
from kws_data.bench.graphs.windowed import windowed

#: How to wander, and how often of all.
WAYS: tuple[tuple[Callable[[ModelBuilder], bytes], float], ...] = (
    (windowed, 0.34),
    (streaming, 0.36),
    (along_time, 0.16),
    (in_two_dimensions, 0.06),
    (one_wide_layer, 0.04),
    (dense_layers, 0.04),
)
FOUR_BITS_SHARE = 0.3


@dataclass(frozen=True)
class Drawn:
    """A network.

    Attributes:
        way: how it was made.
        four_bits: whether its weights are stored with 4 bits.
        tflite: its file.
        twin: the same weights with 8 bits: TFLM has no dense layers of 4 bits.
    """

    way: str
    four_bits: bool
    tflite: bytes
    twin: bytes


def draw_graph(seed: int, number: int) -> Drawn:
    """Network ``number`` of a seed."""
    rng = np.random.default_rng((seed, number))
    way = WAYS[int(rng.choice(len(WAYS), p=[share for _, share in WAYS]))][0]
    four_bits = bool(rng.random() < FOUR_BITS_SHARE)
    lowest = int(rng.choice((-7, -8)))
    tflite = twin = way(OddBuilder(int(rng.integers(1 << 62))))
    if four_bits:
        tflite, twin = (coarse(tflite, four_bits=four, lowest=lowest) for four in (True, False))
    return Drawn(way.__name__, four_bits, tflite, twin)
