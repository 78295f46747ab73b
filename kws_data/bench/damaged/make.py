"""A damaged file from seed, kind and number: the same in every process, for any number of workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from kws_data.bench.damaged.audio_seeds import audio_seeds
from kws_data.bench.damaged.byte_damage import damaged
from kws_data.bench.damaged.case import KINDS, Case, Kind, Seed
from kws_data.bench.damaged.tflite_damage import damaged_model
from kws_data.bench.damaged.tflite_seeds import tflite_seeds
from kws_data.bench.damaged.yaml_damage import damaged_text
from kws_data.bench.damaged.yaml_seeds import yaml_seeds

SEEDS: Mapping[Kind, Callable[[], tuple[Seed, ...]]] = {
    "audio": audio_seeds,
    "yaml": yaml_seeds,
    "tflite": tflite_seeds,
}
TEXT_SHARE = 0.8  # of damaged configurations: word by word; the others byte by byte

TREE_SHARE = 0.5  # of damaged models: in their numbers; the others byte by byte


def make_case(kind: Kind, seed: int, number: int) -> Case:
    """Case ``number`` of a kind."""
    rng = np.random.default_rng((seed, KINDS.index(kind), number))
    seeds = SEEDS[kind]()
    chosen = seeds[int(rng.integers(len(seeds)))]
    if kind == "yaml" and rng.random() < TEXT_SHARE:
        text, damage = damaged_text(chosen.data.decode(), rng)
        data = text.encode("utf-8", "surrogatepass")
    elif kind == "tflite" and rng.random() < TREE_SHARE:
        data, damage = damaged_model(chosen.data, rng)
    else:
        data, damage = damaged(chosen.data, [other.data for other in seeds], rng)
    return Case(kind, number, chosen, data, damage)
