"""Opening the encoder that a configuration names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder import moonshine, speech_embedding
from kws_data.encoder.encoder import Encoder
from kws_data.errors import ConfigError, DataError
from kws_data.system.onnx import RUNTIME, need

RATE_HZ = 16_000


@dataclass(frozen=True)
class Kind:
    """A kind of encoder.

    Attributes:
        make: opens one, of a file of the user's own or of the package's.
        module: of the package that carries it.
        always: whether the package is needed beside a file of the user's own, too.
    """

    make: Callable[[Path | None], Encoder]
    module: str
    always: bool = False


#: Another encoder is put in here, and in ``config/encoder.py``.
KINDS = {
    "moonshine": Kind(moonshine.Moonshine, moonshine.MODULE),
    "speech-embedding": Kind(speech_embedding.SpeechEmbedding, speech_embedding.MODULE, always=True),
}


def check_installed(settings: EncoderSettings) -> None:
    """Raise MissingPackagesError when packages of the encoder are not installed; nothing is opened."""
    kind = KINDS[settings.kind]
    package = (kind.module,) if kind.always or settings.model is None else ()
    need("the speech encoder", "encoder", RUNTIME, *package)


@cache
def encoder_of(settings: EncoderSettings) -> Encoder:
    """The encoder, opened once a process; raises ConfigError as :func:`make_encoder`."""
    return make_encoder(settings)


def make_encoder(settings: EncoderSettings) -> Encoder:
    """The encoder of a configuration, opened and tried on a second of sound.

    Raises:
        ConfigError: its packages are missing, its file cannot be read, or is no encoder.
    """
    check_installed(settings)
    path = None if settings.model is None else Path(settings.model)
    encoder = KINDS[settings.kind].make(path)
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
