"""The sounds that are mixed into copies: read once a process, then kept."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from kws_data.audio import Samples, fit_length
from kws_data.augment.sounds import Sounds
from kws_data.catalog.audio_store import load_audio_from
from kws_data.features.recipe import Recipe
from kws_data.system.storage import place


@lru_cache(maxsize=2)
def sounds_of(recipe: Recipe) -> Sounds:
    """All sounds of a recipe, but the voices.

    Raises:
        CatalogError: stored audio of a noise or a room is missing or damaged.
    """
    audio = place(recipe.audio_at)
    rooms = tuple(load_audio_from(audio, sha256).astype(np.float32) / np.float32(32_768) for sha256 in recipe.rooms)
    nobody = np.zeros((0, recipe.clip_samples), np.int16)
    return Sounds(_noise(recipe.audio_at, recipe.noises), rooms, nobody)


@lru_cache(maxsize=1)
def _noise(audio_at: str, noises: tuple[tuple[str, int, int], ...]) -> Samples:
    """All noise in a row, int16 ``[n]``: one for all recipes that have the same, as clips and negatives do."""
    audio = place(audio_at)
    parts = (load_audio_from(audio, sha256)[start:end] for sha256, start, end in noises)
    return np.concatenate([np.zeros(0, np.int16), *parts])


@lru_cache(maxsize=64)
def voice_of(audio_at: str, sha256: str, clip_samples: int) -> Samples:
    """int16 ``[1, clip_samples]``: a clip that speaks in the background.

    Raises:
        CatalogError: its stored audio is missing or damaged.
    """
    return fit_length(load_audio_from(place(audio_at), sha256), clip_samples)[np.newaxis]
