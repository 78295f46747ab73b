"""Parts of a search, made: random tables with odd attributes, and slices planted in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kws_data.slices.cut import Part
from kws_data.slices.table import table_of


def part_of(
    seed: int, clips: int, people: int, values: Mapping[str, int], rate: float = 0.1, missing: float = 0.0
) -> Part:
    """A part of so many clips, attributes drawn at random, a share of them not known."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[str | None]] = {}
    for name, count in values.items():
        drawn, gone = rng.integers(count, size=clips).tolist(), (rng.random(clips) < missing).tolist()
        columns[name] = [None if none else f"{name}{value}" for value, none in zip(drawn, gone, strict=True)]
    _, speaker = np.unique(rng.integers(people, size=clips), return_inverse=True)
    return Part("missed", table_of(columns), rng.random(clips) < rate, speaker)
