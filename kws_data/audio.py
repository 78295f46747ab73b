"""Read, write, resample and cut audio.

Inside the project audio is ``int16``, mono, at the front end's rate. Whatever comes in is brought to
that shape here, and whatever cannot be is refused with a reason.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_bytes
from kws_data.decoding import plain, read_mono
from kws_data.errors import AudioError
from kws_data.interrupts import deferred_interrupts

Samples = NDArray[np.int16]


def read_audio(path: Path | str, sample_rate_hz: int | None = 16_000) -> Samples:
    """Read a file as mono int16 at ``sample_rate_hz`` (None keeps the file's own rate).

    Channels are averaged; other rates go through soxr (high quality). 16-bit mono files at the right
    rate come back sample for sample.

    Returns:
        int16 array of shape ``[samples]``.

    Raises:
        AudioError: missing, unreadable, not audio, empty, truncated, not finite, or longer than an hour.
    """
    path = Path(path)
    data, rate = read_mono(path)
    if sample_rate_hz is not None and rate != sample_rate_hz:
        data = _resample(data, rate, sample_rate_hz)
    samples = data if data.dtype == np.int16 else _to_int16(path, data)
    if not len(samples):
        raise AudioError("audio file holds no samples", str(path), "record it again")
    return samples


def decode_stored(data: bytes, name: str) -> Samples:
    """Samples of a file of the store (16-bit mono FLAC) from its bytes; ``name`` is for messages.

    Raises:
        AudioError: no audio, truncated, or in another form.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            samples: Samples = file.read(dtype="int16")
            whole = file.subtype == "PCM_16" and file.channels == 1 and len(samples) == file.frames > 0
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError) as error:
        raise AudioError("file is no audio or is damaged", name, plain(error)) from None
    if not whole:
        raise AudioError("stored audio is truncated or in another form", name, "import it again")
    return samples


def _resample(data: NDArray[Any], rate: int, wanted_hz: int) -> NDArray[np.float64]:
    import soxr

    values = data.astype(np.float64) / 32_768 if data.dtype == np.int16 else data
    resampled: NDArray[np.float64] = soxr.resample(values, rate, wanted_hz, quality="HQ")
    return resampled


def resample_int16(path: Path, values: NDArray[np.float64], rate_hz: int, wanted_hz: int) -> Samples:
    """Samples at another rate; ``values`` are finite and in 16-bit units; ``path`` is for messages.

    Raises:
        AudioError: nothing is left.
    """
    scaled = values / 32_768
    samples = _to_int16(path, scaled if rate_hz == wanted_hz else _resample(scaled, rate_hz, wanted_hz))
    if not len(samples):
        raise AudioError("audio file holds no samples", str(path), "record it again")
    return samples


def _to_int16(path: Path, data: NDArray[np.float64]) -> Samples:
    if not np.isfinite(data).all():
        raise AudioError("audio file has samples that are no numbers", str(path), "export it again as 16-bit PCM")
    return np.clip(np.rint(data * 32_768), -32_768, 32_767).astype(np.int16)


def write_flac(path: Path | str, samples: Samples, sample_rate_hz: int) -> None:
    """Write int16 mono samples as FLAC, whole or not at all.

    Raises:
        AudioError: samples of another type or shape, or none.
        OSError: the file cannot be written.
    """
    if samples.dtype != np.int16 or samples.ndim != 1 or not len(samples):
        raise AudioError("samples cannot be written", f"{samples.dtype} {samples.shape}", "give int16, one dimension")
    _write(path, samples, sample_rate_hz, "FLAC")


def write_wav(path: Path | str, samples: Samples, sample_rate_hz: int) -> None:
    """Write int16 mono samples as 16-bit WAV, whole or not at all; raises OSError."""
    _write(path, samples, sample_rate_hz, "WAV")


def _write(path: Path | str, samples: Samples, sample_rate_hz: int, form: str) -> None:
    """Encode in memory, then write: libsndfile does not say when the disk is full as it closes a file, Python does."""
    import soundfile

    encoded = io.BytesIO()
    with deferred_interrupts():  # libsndfile calls back into Python, where Ctrl-C would be lost
        soundfile.write(encoded, samples, sample_rate_hz, format=form, subtype="PCM_16")
    write_bytes(path, encoded.getvalue())


def mp3_bytes(samples: Samples, sample_rate_hz: int, quality: float = 0.4) -> bytes:
    """int16 mono samples as MP3, which every browser plays: about an eighth of 16-bit PCM, without a delay.

    Args:
        samples: of a rate that MP3 has (8 to 48 kHz: 16 kHz among them).
        sample_rate_hz: theirs.
        quality: from 0 (small) to 1 (best) of a variable bit rate.

    Raises:
        AudioError: the encoder does not take them, or libsndfile has none here.
    """
    import soundfile

    encoded = io.BytesIO()
    try:
        with deferred_interrupts():
            soundfile.write(
                encoded,
                samples,
                sample_rate_hz,
                format="MP3",
                subtype="MPEG_LAYER_III",
                compression_level=1.0 - quality,
                bitrate_mode="VARIABLE",
            )
    except (soundfile.SoundFileError, ValueError, TypeError) as error:
        raise AudioError("samples cannot be encoded as MP3", f"{sample_rate_hz} Hz", plain(error)) from None
    return encoded.getvalue()


def ogg_bytes(samples: Samples, sample_rate_hz: int, codec: Literal["VORBIS", "OPUS"]) -> bytes:
    """int16 mono samples as an Ogg file, at the encoder's own medium quality.

    Raises:
        AudioError: the encoder does not take them (Opus knows 8, 12, 16, 24 and 48 kHz), or libsndfile has none here.
    """
    import soundfile

    encoded = io.BytesIO()
    try:
        with deferred_interrupts():
            soundfile.write(encoded, samples, sample_rate_hz, format="OGG", subtype=codec)
    except (soundfile.SoundFileError, ValueError, TypeError) as error:
        raise AudioError(f"samples cannot be encoded as {codec}", f"{sample_rate_hz} Hz", plain(error)) from None
    return encoded.getvalue()


def fit_length(samples: Samples, length: int) -> Samples:
    """Cut or pad to ``length`` samples without cutting the word.

    Too long: the stretch with the most energy stays, with that energy as near to its middle as can be. Too short:
    zeros go around, so that the centre of energy comes as near to the middle as the whole clip allows. The right
    length comes back unchanged. Integer arithmetic: the same everywhere.
    """
    surplus = len(samples) - length
    if surplus == 0:
        return samples
    power = samples.astype(np.int64) ** 2
    if surplus > 0:
        start = _loudest_start(power, length)
        return samples[start : start + length].copy()
    total = int(power.sum())
    centre = int((power * np.arange(len(power))).sum()) // total if total else len(samples) // 2
    before = min(max(length // 2 - centre, 0), -surplus)
    fitted = np.zeros(length, np.int16)
    fitted[before : before + len(samples)] = samples
    return fitted


def _loudest_start(power: NDArray[np.int64], length: int) -> int:
    """Start of the window of ``length`` samples with the most energy; of nearly equal ones (to a
    thousandth) the one whose middle is nearest to its centre of energy."""
    sums = np.concatenate([[0], np.cumsum(power)])
    energy = sums[length:] - sums[:-length]
    best = int(energy.max())
    near = np.flatnonzero(energy >= best - best // 1_000)
    loudest = int(energy.argmax())
    kept = power[loudest : loudest + length]
    centre = loudest + int((kept * np.arange(length)).sum()) // max(best, 1)
    return int(near[np.abs(near + length // 2 - centre).argmin()])
