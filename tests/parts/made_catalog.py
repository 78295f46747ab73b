"""A catalogue of people without audio: rows only, for tests that count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip, StoredAudio

GENDERS, AGES, ACCENTS = ("female", "male"), ("20-39", "60+"), ("scottish", "irish", "welsh", "indian")


def rows(
    people: Mapping[tuple[str, str, str], int], clips_each: int = 2, words: tuple[str, ...] = ("yes", "no")
) -> Iterator[NewClip]:
    """Clips of so many people of each gender, age and accent."""
    for cell, count in people.items():
        said = {key: value for key, value in zip(("gender", "age", "accent"), cell, strict=True) if value}
        for person in range(count):
            for take in range(clips_each):
                origin = f"{'-'.join(cell)}/{person}/{take}"
                audio = StoredAudio(hashlib.sha256(origin.encode()).hexdigest(), 16_000, 16_000)
                word = words[take % len(words)]
                yield NewClip(
                    audio, word, f"{'-'.join(cell)}{person}", "made", origin, licence="CC0-1.0", attributes=said
                )


def make_catalog(folder: Path, people: Mapping[tuple[str, str, str], int], clips_each: int = 2) -> Path:
    """A catalogue of :func:`rows`."""
    with Catalog(folder) as catalog:
        catalog.add_clips(rows(people, clips_each))
    return folder


def balanced(each: int) -> dict[tuple[str, str, str], int]:
    """As many people in every cell."""
    return {(g, a, c): each for g in GENDERS for a in AGES for c in ACCENTS}
