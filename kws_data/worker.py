"""What one process of a build does: read clips, make copies, compute features.

Everything it needs travels in a :class:`Recipe`, so it runs in a fresh process as well as in this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.audio import Samples, fit_length
from kws_data.augment import augment
from kws_data.config import AugmentSettings
from kws_data.store import load_audio


@dataclass(frozen=True)
class Recipe:
    """How features of a data set are made.

    Attributes:
        recordings: folder of the catalogue.
        noises: hash, first sample and end of each stretch of training noise.
    """

    recordings: Path
    frontend: FrontendSpec
    augment: AugmentSettings
    seed: int
    clip_samples: int
    noises: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Task:
    """One clip: its id, the hash of its audio, how many copies, and whether a word is said in it."""

    clip_id: str
    audio_sha256: str
    copies: int
    word: bool


def features_of_chunk(recipe: Recipe, tasks: Sequence[Task]) -> NDArray[np.int8]:
    """Features int8 ``[clips, copies, frames, features]`` of clips that all have the same number of copies.

    Raises:
        CatalogError: stored audio is missing or damaged.
    """
    from firmware_tools.frontend.host import HostFrontend

    copies = tasks[0].copies
    clips = np.empty((len(tasks), copies, recipe.clip_samples), np.int16)
    for row, task in enumerate(tasks):
        clips[row] = copies_of(recipe, task)
    features = HostFrontend(recipe.frontend)(clips.reshape(-1, recipe.clip_samples))
    return features.reshape(len(tasks), copies, *features.shape[1:])


def copies_of(recipe: Recipe, task: Task) -> Samples:
    """Copies of a clip, int16 ``[copies, clip_samples]``; the first is the clip as it is."""
    samples = fit_length(load_audio(recipe.recordings, task.audio_sha256), recipe.clip_samples)
    noise = training_noise(recipe.recordings, recipe.noises) if task.copies > 1 else samples[:0]
    copies = np.empty((task.copies, len(samples)), np.int16)
    copies[0] = samples
    for number in range(1, task.copies):
        rng = np.random.default_rng([recipe.seed, int(task.clip_id, 16), number])
        rate_hz = recipe.frontend.sample_rate_hz
        copies[number] = augment(samples, recipe.augment, noise, rate_hz, rng, word=task.word)
    return copies


@lru_cache(maxsize=1)
def training_noise(recordings: Path, noises: tuple[tuple[str, int, int], ...]) -> Samples:
    """All stretches of training noise in a row, int16."""
    pieces = [load_audio(recordings, sha256)[start:end] for sha256, start, end in noises]
    return np.concatenate([np.zeros(0, np.int16), *pieces])
