"""Opening the encoder that a configuration names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.encoder import Encoder
from kws_data.encoder.moonshine import Moonshine
from kws_data.encoder.speech_embedding import SpeechEmbedding
from kws_data.errors import ConfigError, DataError

RATE_HZ = 16_000
#: kind -> its class. Another encoder is put in here, and in ``config/encoder.py``.
KINDS: dict[str, Callable[[Path | None], Encoder]] = {"speech-embedding": SpeechEmbedding, "moonshine": Moonshine}


def make_encoder(settings: EncoderSettings) -> Encoder:
    """The encoder of a configuration, opened and tried on a second of sound.

    Raises:
        ConfigError: its packages are missing, its file cannot be read, or is no encoder.
    """
    path = None if settings.model is None else Path(settings.model)
    encoder = KINDS[settings.kind](path)
    _try(encoder, str(path or settings.kind))
    return encoder


def _try(encoder: Encoder, name: str) -> None:
    """One second must give finite numbers; raises ConfigError."""
    expected = f"expected finite numbers [clips, frames, {encoder.width}] of a second at {RATE_HZ} Hz"
    try:
        features = encoder(_a_second())
    except (DataError, ValueError) as error:  # the model's, or its frames do not fit where they should
        found = error.value if isinstance(error, DataError) else error
        raise ConfigError("not a speech encoder", name, f"{expected}: {found}") from None
    if features.shape[0] != 1 or not features.size or not np.isfinite(features).all():
        raise ConfigError("not a speech encoder", name, expected)


def _a_second() -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """A rising tone, int16 ``[1, 16000]``."""
    seconds = np.arange(RATE_HZ) / RATE_HZ
    return (8_000 * np.sin(2 * np.pi * (200 + 1_000 * seconds) * seconds)).astype(np.int16)[None]


def check_rate(rate_hz: int) -> None:
    """Raise ConfigError when recordings are kept at a rate that encoders do not hear."""
    if rate_hz != RATE_HZ:
        remedy = f"use frontend.sample_rate_hz: {RATE_HZ}, and import again into another data.recordings"
        raise ConfigError(f"the speech encoder hears {RATE_HZ} Hz only", rate_hz, remedy)
