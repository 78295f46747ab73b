"""Clips of a catalogue to be labelled, and people who say what they are."""

from __future__ import annotations

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.catalog.opinions import Kind, NewOpinion


def add_bare_clips(catalog: Catalog, count: int, word: str = "(unlabelled)", samples: int = 16_000) -> list[str]:
    """So many clips of different people, half of a second of noise in each; returns their ids."""
    ids = []
    for number in range(count):
        noise = np.random.default_rng([number, len(word)]).integers(-3_000, 3_000, samples).astype(np.int16)
        audio = catalog.store_audio(noise, 16_000)
        ids.append(catalog.add_clip(NewClip(audio, word, f"p{number}", "made", f"{word}/{number}", licence="CC0-1.0")))
    return ids


def say_it(
    catalog: Catalog,
    clip: str,
    giver: str,
    label: str,
    kind: Kind = "person",
    confidence: float | None = None,
    rule: str = "",
    cut: tuple[int, int] | None = None,
    guideline: int | None = None,
    seconds: float | None = None,
) -> int:
    """Give an opinion; returns its id."""
    start, stop = cut or (None, None)
    return catalog.opinions.give(
        NewOpinion(clip, kind, giver, label, confidence, "", rule, start, stop, seconds, guideline, token=None)
    )
