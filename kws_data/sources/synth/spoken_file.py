"""What a speech program said, checked: in a file, or in samples."""

from __future__ import annotations

from pathlib import Path

from kws_data.audio import Samples, read_audio
from kws_data.errors import AudioError, DataError
from kws_data.sources.synth.espeak import trim

RATE_HZ = 16_000
MIN_SAMPLES, MAX_SAMPLES = RATE_HZ // 50, 30 * RATE_HZ


class SaidNothingError(DataError):
    """A program ran, and what it wrote is no word."""


def spoken(out: Path, program: str) -> Samples:
    """The audio, int16 at 16 kHz, without the silence around it; raises DataError when there is none."""
    if not out.is_file():
        raise DataError("speech program wrote no file", program, "does its command write to {out}?")
    try:
        samples = trim(read_audio(out, RATE_HZ))
    except AudioError as error:
        raise DataError("speech program wrote no usable audio", program, f"{error.what}: {error.remedy}") from None
    return checked(samples, program)


def checked(samples: Samples, program: str) -> Samples:
    """The samples; raises SaidNothingError when they are silent, or not 20 ms to 30 s."""
    if not MIN_SAMPLES <= len(samples) <= MAX_SAMPLES or not samples.any():
        raise SaidNothingError("speech program wrote silence, or not 20 ms to 30 s", program, f"{len(samples)} samples")
    return samples
