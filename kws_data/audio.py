"""Read, write, resample and cut audio. The only door to soundfile.

Inside the project audio is ``int16``, mono, at the front end's rate. Whatever comes in is brought to
that shape here, and whatever cannot be is refused with a reason.
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_bytes
from kws_data.errors import AudioError

Samples = NDArray[np.int16]

MAX_SECONDS = 3_600
MAX_VALUES = (
    MAX_SECONDS * 48_000 * 2
)  # samples times channels: what an hour of stereo holds; more would fill the memory
RATES_HZ = (1_000, 768_000)
_UNKNOWN_SIZES = (0, 0xFFFFFFFF, 0x7FFFFFFF)  # what a writer that cannot seek leaves in a WAV header


def read_audio(path: Path | str, sample_rate_hz: int | None = 16_000) -> Samples:
    """Read a file as mono int16 at ``sample_rate_hz`` (None keeps the file's own rate).

    Channels are averaged; other rates go through soxr (high quality). 16-bit mono files at the right
    rate come back sample for sample.

    Returns:
        int16 array of shape ``[samples]``.

    Raises:
        AudioError: missing, unreadable, not audio, empty, truncated, not finite, or longer than an hour.
    """
    import soundfile

    path = Path(path)
    if not path.is_file():
        raise AudioError("audio file not found", str(path), "check the path")
    if path.stat().st_size == 0:
        raise AudioError("audio file is empty", str(path), "record it again")
    try:
        _refuse_truncated_wav(path)
        with soundfile.SoundFile(os.fsencode(path)) as file:
            data = _read_frames(path, file)
            rate = int(file.samplerate)
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError) as error:
        raise AudioError("file is no audio or is damaged", str(path), _plain(error)) from None
    if sample_rate_hz is not None and rate != sample_rate_hz:
        data = _resample(data, rate, sample_rate_hz)
    samples = data if data.dtype == np.int16 else _to_int16(path, data)
    if not len(samples):
        raise AudioError("audio file holds no samples", str(path), "record it again")
    return samples


def duration_s(path: Path | str) -> float:
    """Length of a file as its header says it, without decoding; raises AudioError when it is no audio."""
    import soundfile

    try:
        return float(soundfile.info(os.fsencode(path)).duration)
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError) as error:
        raise AudioError("file is no audio or is damaged", str(path), _plain(error)) from None


def length_of(path: Path | str) -> tuple[int, int]:
    """Number of samples of a file and its rate in Hz, as its header says; raises AudioError when it is no audio."""
    import soundfile

    try:
        info = soundfile.info(os.fsencode(path))
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError) as error:
        raise AudioError("file is no audio or is damaged", str(path), _plain(error)) from None
    return int(info.frames), int(info.samplerate)


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
        raise AudioError("file is no audio or is damaged", name, _plain(error)) from None
    if not whole:
        raise AudioError("stored audio is truncated or in another form", name, "import it again")
    return samples


def _plain(error: Exception) -> str:
    text = getattr(error, "error_string", "") or str(error)
    return text.strip().rstrip(".") or type(error).__name__


def _read_frames(path: Path, file: Any) -> NDArray[Any]:
    """All frames, mono; int16 when nothing is lost by it, float64 otherwise."""
    if not RATES_HZ[0] <= file.samplerate <= RATES_HZ[1]:
        raise AudioError("sample rate is none of audio", str(path), f"{file.samplerate} Hz: export it again")
    if file.frames * file.channels > MAX_VALUES:
        raise AudioError("audio file is too large", str(path), f"{file.channels} channels of {file.frames}: cut it up")
    if not 0 < file.frames <= MAX_SECONDS * file.samplerate:
        length = "holds no samples" if file.frames <= 0 else "is longer than an hour"
        raise AudioError(f"audio file {length}", str(path), "record it again" if file.frames <= 0 else "cut it up")
    exact = file.subtype == "PCM_16"
    data = file.read(dtype="int16" if exact else "float64", always_2d=True)
    if len(data) < file.frames:
        raise AudioError(
            "audio file is truncated", str(path), f"{file.frames} samples announced, {len(data)} there: copy it again"
        )
    if data.shape[1] == 1:
        return np.ascontiguousarray(data[:, 0])
    scale = 1 / 32_768 if exact else 1.0
    mono: NDArray[Any] = data.astype(np.float64).mean(axis=1) * scale
    return mono


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


def _refuse_truncated_wav(path: Path) -> None:
    """libsndfile reads a cut-off WAV without a word; its header still tells how long it was."""
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return
        total = path.stat().st_size
        while len(chunk := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", chunk)
            there = total - file.tell()
            if name == b"data":
                if size not in _UNKNOWN_SIZES and size > there:
                    raise AudioError(
                        "audio file is truncated",
                        str(path),
                        f"{size} bytes of audio announced, {there} there: copy it again",
                    )
                return
            file.seek(size + (size & 1), 1)


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
    soundfile.write(encoded, samples, sample_rate_hz, format=form, subtype="PCM_16")
    write_bytes(path, encoded.getvalue())


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
