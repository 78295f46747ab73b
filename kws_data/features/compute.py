"""What one process of a build does: read clips, make copies, compute features, and put them into the store.

Everything it needs travels in a :class:`Recipe` and an array of work, and what it makes goes straight into the store,
so it runs in this process, in a fresh one, or on another machine. Only failures and counts travel back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from firmware_tools.errors import KwsError
from firmware_tools.frontend.host_many import HostFrontends
from kws_data.audio import Samples, fit_length
from kws_data.augment.chain import augment_batch
from kws_data.augment.sounds import Sounds
from kws_data.catalog.audio_store import load_audio_from
from kws_data.features.recipe import Recipe
from kws_data.features.shard import KEY, Keys
from kws_data.features.sound_cache import sounds_of, voice_of
from kws_data.features.store import FeatureStore
from kws_data.system.storage import place

#: One clip to work on: the key of its copies, and which parts to compute.
WORK = np.dtype([("key", KEY), ("parts", "<u2")])
PLAIN, COPIES, AUDIO = 1, 2, 4

BATCH_SAMPLES = 256 * 16_000  # of the copies that are in memory at once

Work = NDArray[np.void]


@dataclass(frozen=True)
class ChunkResult:
    """What became of a chunk: clips and copies computed, and why the other clips could not be."""

    clips: int = 0
    copies: int = 0
    failures: dict[str, str] = field(default_factory=dict)


def compute_chunk(recipe: Recipe, work: Work) -> ChunkResult:
    """Compute what is asked for of each clip and put it into the store.

    Raises:
        CatalogError: audio of a noise, a room or a voice is missing or damaged (that of a clip is a failure).
        DataError: this process runs other code than the one that made the recipe.
        OSError: the store cannot be written.
    """
    recipe.check_code()
    good, clips, failures = read_clips(recipe.audio_at, work["key"]["audio"], recipe.clip_samples)
    work = work[good]
    store = FeatureStore(place(recipe.store_at))
    plain, copied, audio = (_wanted(work, part) for part in (PLAIN, COPIES, AUDIO))
    if len(audio):
        store.add(recipe.audio_part, _first_copy(work[audio]), clips[audio])
    if len(plain):
        for spec, features in zip(recipe.frontends, HostFrontends(recipe.frontends)(clips[plain]), strict=True):
            store.add(recipe.plain_part(spec), _first_copy(work[plain]), features)
    copies = _add_copies(recipe, store, work["key"][copied], clips[copied]) if len(copied) else 0
    return ChunkResult(len(work), copies + len(plain), failures)


def _wanted(work: Work, part: int) -> NDArray[np.intp]:
    return np.flatnonzero(work["parts"] & part)


def _first_copy(work: Work) -> Keys:
    return plain_keys(work["key"]["audio"])


def plain_keys(audio: NDArray[np.void]) -> Keys:
    """Keys of clips as they are, from the hashes of their audio."""
    keys = np.zeros(len(audio), KEY)
    keys["audio"], keys["copies"] = audio, 1
    return keys


def read_clips(audio_at: str, hashes: NDArray[np.void], clip_samples: int) -> tuple[list[int], Samples, dict[str, str]]:
    """Clips with these hashes of their audio, V32 ``[clips]``: which can be read, their samples ``[readable,
    clip_samples]``, and why the others cannot, by hash.
    """
    where = place(audio_at)
    clips = np.empty((len(hashes), clip_samples), np.int16)
    good: list[int] = []
    failures: dict[str, str] = {}
    for number, audio in enumerate(hashes):
        sha256 = audio.tobytes().hex()
        try:
            clips[len(good)] = fit_length(load_audio_from(where, sha256), clip_samples)
            good.append(number)
        except KwsError as error:
            failures[sha256] = str(error)
    return good, clips[: len(good)], failures


def _add_copies(recipe: Recipe, store: FeatureStore, keys: Keys, clips: Samples) -> int:
    """Put the augmented copies of clips into the store; the keys of one shard have the same number of copies."""
    made = 0
    for copies in np.unique(keys["copies"]):
        chosen = np.flatnonzero(keys["copies"] == copies)
        order = chosen[np.argsort(keys["voice"][chosen], kind="stable")]
        features = copy_features(recipe, keys[order], clips[order])
        for spec, rows in zip(recipe.frontends, features, strict=True):
            store.add(recipe.copies_part(spec), keys[order], rows)
        made += len(order) * int(copies)
    return made


def copy_features(recipe: Recipe, keys: Keys, clips: Samples) -> list[NDArray[np.int8]]:
    """Features int8 ``[clips, copies, frames, features]`` for each front end; all clips have as many copies."""
    copies = int(keys["copies"][0])
    shapes = [(spec.frames(recipe.clip_samples), spec.features) for spec in recipe.frontends]
    features = [np.empty((len(keys) * copies, *shape), np.int8) for shape in shapes]
    frontends = HostFrontends(recipe.frontends)
    for rows, samples in copies_in_batches(recipe, keys, clips):
        for into, made in zip(features, frontends(samples), strict=True):
            into[rows.start * copies : rows.stop * copies] = made
    return [f.reshape(len(keys), copies, *f.shape[1:]) for f in features]


def copies_in_batches(recipe: Recipe, keys: Keys, clips: Samples) -> Iterator[tuple[slice, Samples]]:
    """Augmented copies int16 ``[clips x copies, samples]`` of some clips at a time, and which clips; all have as many
    copies.
    """
    copies = int(keys["copies"][0])
    for rows in _batches(keys, recipe.clip_samples):
        repeated = np.repeat(np.arange(rows.start, rows.stop), copies)
        yield rows, _augmented(recipe, keys[rows], clips[repeated], copies)


def _batches(keys: Keys, clip_samples: int) -> Iterator[slice]:
    """Stretches of clips with the same voice, and no more copies than fit in a batch."""
    clips = max(1, BATCH_SAMPLES // (clip_samples * int(keys["copies"][0])))
    changes = np.flatnonzero(np.append(keys["voice"][1:] != keys["voice"][:-1], True)) + 1
    start = 0
    for end in changes:
        for first in range(start, int(end), clips):
            yield slice(first, min(first + clips, int(end)))
        start = int(end)


def _augmented(recipe: Recipe, keys: Keys, clips: Samples, copies: int) -> Samples:
    """All copies, int16 ``[clips x copies, samples]``, of clips that are repeated as often as they have copies."""
    rngs = [copy_rng(recipe.seed, key, number) for key in keys for number in range(copies)]
    words = np.repeat(keys["word"].astype(bool), copies)
    sounds = _sounds(recipe, keys[0]["voice"].tobytes().hex())
    return augment_batch(clips, rngs, words, recipe.augment, sounds, recipe.rate_hz)


def _sounds(recipe: Recipe, voice: str) -> Sounds:
    sounds = sounds_of(recipe)
    for sha256 in recipe.voices:
        if sha256.startswith(voice):
            return replace(sounds, voices=voice_of(recipe.audio_at, sha256, recipe.clip_samples))
    return sounds


class _Words(ISeedSequence):
    """A seed that is a hash already: it is given to the generator as it is."""

    def __init__(self, words: bytes) -> None:
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """The first ``n_words`` numbers of the hash."""
        return np.frombuffer(self.words, dtype)[:n_words]


def copy_rng(seed: int, key: Any, number: int) -> np.random.Generator:
    """The generator of all that is drawn for one copy: settled by the seed, the clip's audio and the copy's number."""
    place_of = seed.to_bytes(8, "little") + (int(key["first"]) + number).to_bytes(8, "little")
    words = hashlib.blake2b(key["audio"].tobytes() + place_of, digest_size=32).digest()
    return np.random.Generator(np.random.PCG64(_Words(words)))  # type: ignore[arg-type]
