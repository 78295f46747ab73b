"""Features of the encoder for clips of the catalogue: from the feature store, where what lacks is computed first.

They lie in a part of their own (see :mod:`kws_data.features.store`), a row float16 ``[frames, width]`` under the hash
of the clip's audio. The part is named by the encoder with its version and hash, the length of clips and the code, so
what another encoder gave is never taken. Every finished chunk stays, whatever ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.embed_chunk import EmbeddedChunk, EmbedRecipe, Hashes, embed_chunk, hashes_of
from kws_data.encoder.encoders import encoder_of
from kws_data.errors import DataError
from kws_data.features.compute import plain_keys
from kws_data.features.needed import first_of_each
from kws_data.features.write import mended, read_all
from kws_data.progress import Progress, no_progress
from kws_data.system.processes import worked_through

CHUNK_CLIPS = 128  # about a second of work of the slower encoder, which is what an interruption may cost
SMALL_CLIPS = 512  # so few are computed sooner than processes start
STAGE = "speech encoder"


@dataclass(frozen=True)
class EmbedReport:
    """What became of the clips.

    Attributes:
        encoder: its name, with version and hash.
        licence: of the encoder.
        frames: of a clip.
        width: values of a frame.
        embedded: clips that were computed now.
        stored: clips that were in the store.
        cpu_s: CPU time of those computed now, reading and storing included.
        failures: hash of the audio, and why it cannot be used.
    """

    encoder: str
    licence: str
    frames: int
    width: int
    embedded: int = 0
    stored: int = 0
    cpu_s: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def ms_a_clip(self) -> float | None:
        """CPU time of a clip; None when none was computed."""
        return 1_000 * self.cpu_s / self.embedded if self.embedded else None


def embedded(
    recordings: Path | str,
    settings: EncoderSettings,
    audio_sha256s: Sequence[str],
    clip_samples: int,
    workers: int = 2,
    progress: Progress | None = None,
) -> NDArray[np.float16]:
    """Features float16 ``[clips, frames, width]`` of clips, in the order of their hashes.

    Args:
        recordings: folder of the catalogue; its audio must be at 16 kHz (see :func:`check_rate` of ``encoders.py``).
        settings: of the encoder.
        audio_sha256s: hashes of the clips' audio, in hex; one may stand there more than once.
        clip_samples: length to which clips are cut or padded.
        workers: processes; the result does not depend on how many.
        progress: told how far it is.

    Raises:
        ConfigError: the encoder cannot be opened.
        DataError: audio of a clip is missing or damaged, a worker was killed, or the store is damaged for good.
        OSError: the store cannot be read or written.
    """

    def compute() -> None:
        failures = embed_missing(recordings, settings, audio_sha256s, clip_samples, workers, progress).failures
        if failures:
            raise DataError(f"audio of {len(failures)} clips cannot be used", next(iter(failures.values())))

    compute()
    recipe, encoder = _recipe(recordings, settings, clip_samples), encoder_of(settings)
    keys = plain_keys(hashes_of(audio_sha256s))
    shape = (len(keys), encoder.frames(clip_samples), encoder.width)
    return mended(recipe.store.where, lambda: read_all(recipe.store, [(recipe.part, keys)], shape, np.float16), compute)


def embed_missing(
    recordings: Path | str,
    settings: EncoderSettings,
    audio_sha256s: Sequence[str],
    clip_samples: int,
    workers: int = 2,
    progress: Progress | None = None,
) -> EmbedReport:
    """Bring the features of clips into the store; arguments and errors as of :func:`embedded`, but for audio that
    cannot be used: the report names it.
    """
    recipe, encoder = _recipe(recordings, settings, clip_samples), encoder_of(settings)
    asked = hashes_of(audio_sha256s)
    asked = asked[first_of_each(plain_keys(asked))]
    todo = asked[recipe.store.index(recipe.part).locate(plain_keys(asked)).missing]
    if len(asked):
        recipe.store.note_use(recipe.part, recipe.contents, datetime.now(UTC).isoformat(timespec="seconds"))
    tell, clips, cpu_s, failures = progress or no_progress, 0, 0.0, dict[str, str]()
    for done in _computed(recipe, todo, workers):
        clips, cpu_s = clips + done.clips, cpu_s + done.cpu_s
        failures.update(done.failures)
        tell(STAGE, clips + len(failures), len(todo))
    sizes = (encoder.frames(clip_samples), encoder.width)
    return EmbedReport(encoder.name, encoder.licence, *sizes, clips, len(asked) - len(todo), cpu_s, failures)


def _recipe(recordings: Path | str, settings: EncoderSettings, clip_samples: int) -> EmbedRecipe:
    return EmbedRecipe(str(Path(recordings).resolve()), settings, encoder_of(settings).name, clip_samples)


def _computed(recipe: EmbedRecipe, todo: Hashes, workers: int) -> Iterator[EmbeddedChunk]:
    """Results of chunks; which clips are in a chunk does not depend on the number of workers."""
    chunks = [todo[start : start + CHUNK_CLIPS] for start in range(0, len(todo), CHUNK_CLIPS)]
    work: Callable[[Hashes], EmbeddedChunk] = partial(embed_chunk, recipe)
    if workers <= 1 or len(todo) < SMALL_CLIPS:
        return map(work, chunks)
    return worked_through(work, chunks, min(workers, len(chunks)))
