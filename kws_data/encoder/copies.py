"""What an encoder hears in every copy of a data set's clips: pooled features, from the feature store, where what lacks
is computed first.

The copies are those that the data set's own features were computed of: the same recipe draws the same augmentation. A
row is float16 ``[copies, 2 x width]``; the part is named by what shapes the copies' sound, the encoder and the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.embed_chunk import as_float16, same_encoder
from kws_data.encoder.encoders import encoder_of
from kws_data.encoder.pooled import pooled
from kws_data.errors import DataError
from kws_data.features.compute import copies_in_batches, read_clips
from kws_data.features.needed import Wanted, first_of_each
from kws_data.features.recipe import COPIES_CODE, Recipe, part_name
from kws_data.features.shard import Keys
from kws_data.features.store import FeatureStore
from kws_data.features.write import mended, read_all
from kws_data.progress import Progress, no_progress
from kws_data.system.code_version import code_hash
from kws_data.system.processes import worked_through
from kws_data.system.storage import place

#: Whose code shapes what an encoder hears in a copy.
_CODE = (*COPIES_CODE, "kws_data.encoder.encoders:make_encoder", "kws_data.encoder.pooled:pooled")
CHUNK_COPIES = 256  # two seconds of work, which is what an interruption may cost
STAGE = "encoder hears copies"


@dataclass(frozen=True)
class CopiesRecipe:
    """How the features are made; all that a worker needs to know.

    Attributes:
        recipe: of the data set.
        settings: of the encoder.
        encoder: its name, with version and hash.
        code: hash of the code that computes.
    """

    recipe: Recipe
    settings: EncoderSettings
    encoder: str
    code: str = field(default_factory=lambda: code_hash(*_CODE))

    @property
    def contents(self) -> dict[str, Any]:
        """What shapes a row of copies, but for the code."""
        return {**self.recipe.sound_contents(), "encoder": self.encoder, "dtype": "float16"}

    @property
    def plain_contents(self) -> dict[str, Any]:
        """The same of clips as they are, which depend on no augmentation."""
        return {**self.recipe.audio_contents(), "encoder": self.encoder, "dtype": "float16"}

    @property
    def part(self) -> str:
        """Part of the feature store with the copies."""
        return part_name("encoder-copies", self.contents, _CODE)

    @property
    def plain_part(self) -> str:
        """Part of the feature store with clips as they are."""
        return part_name("encoder-pooled", self.plain_contents, _CODE)

    @property
    def store(self) -> FeatureStore:
        """The feature store of the data set."""
        return FeatureStore(place(self.recipe.store_at))


def heard_copies(
    recipe: Recipe, wanted: Wanted, settings: EncoderSettings, workers: int = 2, progress: Progress | None = None
) -> NDArray[np.float16]:
    """Pooled features float16 ``[clips, copies, 2 x width]`` of all copies of a split, the clip as it is first.

    Args:
        recipe: of the data set.
        wanted: clips of one split, and their copies.
        settings: of the encoder.
        workers: processes; the result does not depend on how many.
        progress: told how far it is.

    Raises:
        ConfigError: the encoder cannot be opened.
        DataError: audio is missing or damaged, a worker was killed, or the store is damaged for good.
        OSError: the store cannot be read or written.
    """
    making = CopiesRecipe(recipe, settings, encoder_of(settings).name)

    def compute() -> None:
        _compute(making, wanted, workers, progress or no_progress)

    compute()
    parts = [(making.plain_part, wanted.plain_keys)]
    if wanted.copies > 1:
        parts.append((making.part, wanted.keys))
    shape = (len(wanted), wanted.copies, 2 * encoder_of(settings).width)
    return mended(making.store.where, lambda: read_all(making.store, parts, shape, np.float16), compute)


def _compute(making: CopiesRecipe, wanted: Wanted, workers: int, tell: Progress) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    plain = _missing(making.store, making.plain_part, wanted.plain_keys)
    jobs = [(making.plain_part, keys) for keys in _chunks(plain, CHUNK_COPIES)]
    making.store.note_use(making.plain_part, making.plain_contents, now)
    if wanted.copies > 1:
        copied = _missing(making.store, making.part, wanted.keys)
        jobs += [(making.part, keys) for keys in _chunks(copied, max(1, CHUNK_COPIES // (wanted.copies - 1)))]
        making.store.note_use(making.part, making.contents, now)
    total, done = sum(map(_cost, jobs)), 0
    for made in worked_through(partial(_encode, making), jobs, workers) if jobs else ():
        done += made
        tell(STAGE, done, total)


def _missing(store: FeatureStore, part: str, keys: Keys) -> Keys:
    """Keys that have no row yet, each once."""
    missing: Keys = keys[store.index(part).locate(keys).missing & first_of_each(keys)]
    return missing


def _chunks(keys: Keys, clips: int) -> Iterator[Keys]:
    return (keys[start : start + clips] for start in range(0, len(keys), clips))


def _cost(job: tuple[str, Keys]) -> int:
    """Copies that a job asks for; a clip as it is counts as one."""
    return int(job[1]["copies"].astype(np.int64).sum())


def _encode(making: CopiesRecipe, job: tuple[str, Keys]) -> int:
    """Put the features of some clips into the store; returns how many copies they have."""
    part, keys = job
    encoder = same_encoder(making.settings, making.encoder, making.code, code_hash(*_CODE))
    clips = _samples(making.recipe, keys)
    if part == making.plain_part:
        rows = pooled(encoder(clips))
    else:
        keys, clips = _by_voice(keys, clips)
        rows = np.empty((len(keys), int(keys["copies"][0]), 2 * encoder.width), np.float32)
        for chosen, samples in copies_in_batches(making.recipe, keys, clips):
            rows[chosen] = pooled(encoder(samples)).reshape(-1, *rows.shape[1:])
    making.store.add(part, keys, as_float16(rows))
    return _cost(job)


def _by_voice(keys: Keys, clips: NDArray[np.int16]) -> tuple[Keys, NDArray[np.int16]]:
    """Ordered so that clips with the same voice in the background stand together."""
    order = np.argsort(keys["voice"], kind="stable")
    return keys[order], clips[order]


def _samples(recipe: Recipe, keys: Keys) -> NDArray[np.int16]:
    """int16 ``[clips, clip_samples]``; raises DataError when one cannot be read."""
    _, clips, failures = read_clips(recipe.audio_at, keys["audio"], recipe.clip_samples)
    if failures:
        raise DataError(f"audio of {len(failures)} clips cannot be used", next(iter(failures.values())))
    return clips
