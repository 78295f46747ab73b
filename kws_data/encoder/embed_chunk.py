"""What one process does: read clips, run the encoder on them, put the features into the store.

Everything it needs travels in an :class:`EmbedRecipe`; only failures and counts travel back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.encoder import Encoder
from kws_data.encoder.encoders import encoder_of
from kws_data.errors import DataError
from kws_data.features.compute import plain_keys, read_clips
from kws_data.features.recipe import part_name
from kws_data.features.store import FOLDER, FeatureStore
from kws_data.system.code_version import code_hash
from kws_data.system.storage import place

#: Whose code shapes the features of a clip.
_CODE = ("kws_data.audio:fit_length", "kws_data.audio:read_audio", "kws_data.encoder.encoders:make_encoder")
KIND = "encoder"

Hashes = NDArray[np.void]


@dataclass(frozen=True)
class EmbedRecipe:
    """How features of an encoder are made.

    Attributes:
        recordings: folder of the catalogue, with its audio and its feature store.
        settings: of the encoder.
        encoder: its name, with version and hash: a worker that finds another one refuses to work.
        clip_samples: length at 16 kHz to which clips are cut or padded.
        code: hash of the code that computes.
    """

    recordings: str
    settings: EncoderSettings
    encoder: str
    clip_samples: int
    code: str = field(default_factory=lambda: code_hash(*_CODE))

    @property
    def contents(self) -> dict[str, Any]:
        """What shapes a row, but for the code."""
        return {"encoder": self.encoder, "clip_samples": self.clip_samples, "dtype": "float16"}

    @property
    def part(self) -> str:
        """Part of the feature store, float16 ``[frames, width]`` a row."""
        return part_name(KIND, self.contents, _CODE)

    @property
    def store(self) -> FeatureStore:
        """The feature store of the catalogue."""
        return FeatureStore(place(str(Path(self.recordings) / FOLDER)))


@dataclass(frozen=True)
class EmbeddedChunk:
    """What became of a chunk: clips that were embedded, CPU time, and why the others could not be."""

    clips: int
    cpu_s: float
    failures: dict[str, str]


def same_encoder(settings: EncoderSettings, name: str, code: str, code_now: str) -> Encoder:
    """The encoder of this process.

    Raises:
        ConfigError: it cannot be opened.
        DataError: it is another one, or run by other code, than that of the process which asked.
    """
    encoder = encoder_of(settings)
    if (encoder.name, code_now) != (name, code):
        raise DataError("encoder has changed meanwhile", encoder.name, "call it again")
    return encoder


def embed_chunk(recipe: EmbedRecipe, hashes: Hashes) -> EmbeddedChunk:
    """Embed the clips with these hashes of their audio, and put them into the store.

    Raises:
        ConfigError: the encoder cannot be opened.
        DataError: this process has another encoder or other code than the one that made the recipe.
        OSError: the store cannot be written.
    """
    encoder = same_encoder(recipe.settings, recipe.encoder, recipe.code, code_hash(*_CODE))
    began = time.process_time()
    good, clips, failures = read_clips(recipe.recordings, hashes, recipe.clip_samples)
    if good:
        recipe.store.add(recipe.part, plain_keys(hashes[good]), as_float16(encoder(clips)))
    return EmbeddedChunk(len(good), time.process_time() - began, failures)


def as_float16(features: NDArray[np.float32]) -> NDArray[np.float16]:
    """Features in half the bytes; what is beyond ±65,504 becomes that."""
    most = float(np.finfo(np.float16).max)
    return np.clip(features, -most, most).astype(np.float16)


def hashes_of(audio_sha256s: Sequence[str]) -> Hashes:
    """V32 ``[clips]`` of hashes in hex."""
    return np.frombuffer(bytes.fromhex("".join(audio_sha256s)), "V32")
