"""Samples of an audio file as they are decoded: to the end, never fewer than it promises, never without bound.

``containers`` reads what a header promises; libsndfile decodes.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from kws_data.containers.look import HEAD_BYTES, look
from kws_data.containers.not_audio import unread
from kws_data.containers.promise import HeaderError, Promise
from kws_data.containers.stitched import Stitched
from kws_data.errors import AudioError

MAX_SECONDS = 3_600
MAX_VALUES = (
    MAX_SECONDS * 48_000 * 2
)  # samples times channels: what an hour of stereo holds; more would fill the memory
RATES_HZ = (1_000, 768_000)
LOUDEST = 4.0  # of float samples, 1 is full scale: some writers clip a little above it, none of them so far
_BLOCK = 1 << 14
_BUFFER_BYTES = 1 << 13
_UNKNOWN_FRAMES = 1 << 48  # libsndfile says 2^63 - 1
_Taken = TypeVar("_Taken")


def read_mono(path: Path) -> tuple[NDArray[Any], int]:
    """All samples of a file, channels averaged, and its rate.

    Returns:
        int16 ``[n]`` where nothing is lost by it, else float64 ``[n]`` with 1 for full scale; and the rate in Hz.

    Raises:
        AudioError: missing, not audio, of a kind that is not read, truncated, of the wrong scale, over an hour long.
    """
    streams = _each_stream(path, lambda sound, promise: (_mono(path, sound, promise), int(sound.samplerate)))
    rates_hz = [rate_hz for _, rate_hz in streams]
    if len(set(rates_hz)) > 1:
        raise _several_rates(path, rates_hz)
    if len(streams) == 1:
        return streams[0]
    _refuse_size(path, sum(len(data) for data, _ in streams), rates_hz[0], 1)
    same = len({data.dtype for data, _ in streams}) == 1
    return np.concatenate([data if same else _as_float(data) for data, _ in streams]), rates_hz[0]


def duration_s(path: Path | str) -> float:
    """Length of a file: as its header says it where that can be believed, otherwise by decoding it.

    Raises:
        AudioError: missing, not audio, of a kind that is not read, truncated, over an hour long.
    """
    path = Path(path)
    total_s = sum(_each_stream(path, lambda sound, promise: _count(path, sound, promise) / sound.samplerate))
    if total_s > MAX_SECONDS:
        raise AudioError("audio file is longer than an hour", str(path), "cut it up")
    return float(total_s)


def length_of(path: Path | str) -> tuple[int, int]:
    """Number of samples of a file, and its rate in Hz; believed and bounded as :func:`duration_s`.

    Raises:
        AudioError: as :func:`duration_s`; streams of several rates.
    """
    path = Path(path)
    streams = _each_stream(path, lambda sound, promise: (_count(path, sound, promise), int(sound.samplerate)))
    rates_hz = sorted({rate_hz for _, rate_hz in streams})
    if len(rates_hz) > 1:
        raise _several_rates(path, rates_hz)
    return sum(samples for samples, _ in streams), rates_hz[0]


def _several_rates(path: Path, rates_hz: Sequence[int]) -> AudioError:
    return AudioError("audio file changes its sample rate", str(path), f"{rates_hz[0]}, {rates_hz[1]} Hz: split it")


def plain(error: Exception) -> str:
    """What a library says of a file, without its full stop."""
    text = getattr(error, "error_string", "") or str(error)
    return text.strip().rstrip(".") or type(error).__name__


def _each_stream(path: Path, take: Callable[[Any, Promise], _Taken]) -> list[_Taken]:
    """``take(sound, promise)`` of each stream of a file, open."""
    import soundfile

    size = _size(path)
    try:
        with path.open("rb", _BUFFER_BYTES) as file:
            promise = look(file, size, path.suffix)
            sources: list[Any] = [Stitched(file, pieces) for pieces in promise.streams] or [_as_it_is(file, size)]
            return [_taken(path, file, source, promise, take) for source in sources]
    except HeaderError as error:
        raise AudioError(error.what, str(path), error.remedy) from None
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError) as error:
        remedy = f"{plain(error)}: copy or export it again"
        raise AudioError("file is no audio or is damaged", str(path), remedy) from None


def _as_it_is(file: BinaryIO, size: int) -> Any:
    """The file for libsndfile: its descriptor, which is opened already, or where C libraries may differ, its bytes."""
    if os.name != "posix":
        return Stitched(file, ((0, size),))
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    return file.fileno()


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except OSError:
        status = None
    if status is None or not stat.S_ISREG(status.st_mode):
        raise AudioError("audio file not found", str(path), "check the path")
    if not status.st_size:
        raise AudioError("audio file is empty", str(path), "record it again")
    return status.st_size


def _taken(path: Path, file: BinaryIO, source: Any, promise: Promise, take: Callable[[Any, Promise], _Taken]) -> _Taken:
    import soundfile

    try:
        sound = soundfile.SoundFile(source, closefd=False)
    except soundfile.SoundFileError as error:
        file.seek(0)
        if reason := unread(file.read(HEAD_BYTES), path.suffix):
            raise reason from None
        if promise.form:
            remedy = f"{promise.form} ({plain(error)}): export it again as 16-bit PCM"
            raise AudioError("audio file cannot be decoded", str(path), remedy) from None
        raise
    with sound:
        sound.seekable = lambda: False  # soundfile seeks behind each block, which not every decoder can
        if not RATES_HZ[0] <= sound.samplerate <= RATES_HZ[1]:
            raise AudioError("sample rate is none of audio", str(path), f"{sound.samplerate} Hz: export it again")
        return take(sound, replace(promise, exact=False) if sound.frames > _UNKNOWN_FRAMES else promise)


def _refuse_size(path: Path, frames: int, rate_hz: int, channels: int) -> None:
    if frames * channels > MAX_VALUES:
        raise AudioError("audio file is too large", str(path), f"{channels} channels of {frames}: cut it up")
    if frames > MAX_SECONDS * rate_hz:
        raise AudioError("audio file is longer than an hour", str(path), "cut it up")
    if frames <= 0:
        raise AudioError("audio file holds no samples", str(path), "record it again")


def _count(path: Path, sound: Any, promise: Promise) -> int:
    """Samples of a stream, without keeping them."""
    frames = sound.frames if promise.exact else sum(len(block) for block in _to_the_end(path, sound, promise, "int16"))
    _refuse_fewer(path, frames, promise.least)
    _refuse_size(path, frames, sound.samplerate, sound.channels)
    return int(frames)


def _mono(path: Path, sound: Any, promise: Promise) -> NDArray[Any]:
    """All samples of a stream, mono; int16 when nothing is lost by it, float64 otherwise."""
    dtype = "int16" if sound.subtype == "PCM_16" else "float64"
    if promise.exact:
        data = _announced(path, sound, dtype)
    else:
        data = np.concatenate([np.zeros((0, sound.channels), dtype), *_to_the_end(path, sound, promise, dtype)])
        _refuse_size(path, len(data), sound.samplerate, sound.channels)
    _refuse_fewer(path, len(data), promise.least)
    if dtype == "float64":
        _refuse_scale(path, data, sound.subtype)
    return np.ascontiguousarray(data[:, 0]) if data.shape[1] == 1 else _as_float(data).mean(axis=1)


def _as_float(data: NDArray[Any]) -> NDArray[np.float64]:
    return data / np.float64(32_768) if data.dtype == np.int16 else data


def _announced(path: Path, sound: Any, dtype: str) -> NDArray[Any]:
    """As many samples as the file announces: ``[frames, channels]``."""
    _refuse_size(path, sound.frames, sound.samplerate, sound.channels)
    data = np.empty((sound.frames, sound.channels), dtype)
    there = 0
    for block in _blocks(path, sound, dtype, data):
        there += len(block)
    _refuse_fewer(path, there, len(data))
    return data


def _refuse_fewer(path: Path, there: int, announced: int) -> None:
    if there < announced:
        remedy = f"{announced} samples announced, {there} there: copy it again"
        raise AudioError("audio file is truncated", str(path), remedy)


def _to_the_end(path: Path, sound: Any, promise: Promise, dtype: str) -> Iterator[NDArray[Any]]:
    """The blocks of a stream whose length is not known before."""
    left = sys.maxsize if promise.samples is None else promise.samples
    for block in _blocks(path, sound, dtype):
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _blocks(path: Path, sound: Any, dtype: str, into: NDArray[Any] | None = None) -> Iterator[NDArray[Any]]:
    """A stream from its beginning to its end, or as long as ``into`` is, block by block."""
    at = 0
    while into is None or at < len(into):
        out = None if into is None else into[at : at + _BLOCK]
        try:
            block = sound.read(_BLOCK, dtype, always_2d=True, out=out)
        except RuntimeError as error:
            reason = f"{plain(error)}, behind {at} samples: copy it again"
            raise AudioError("audio file is truncated or damaged", str(path), reason) from None
        if not len(block):
            return
        at += len(block)
        _refuse_size(path, at, sound.samplerate, sound.channels)
        yield block


def _refuse_scale(path: Path, data: NDArray[np.float64], subtype: str) -> None:
    """Refuse samples whose scale is that of other ones: they would become a square wave, or silence."""
    peak = float(np.abs(data).max(initial=0.0))
    if LOUDEST < peak < np.inf and subtype not in ("FLOAT", "DOUBLE"):
        remedy = f"{peak:.3g} times full scale comes out of it: copy it again"
        raise AudioError("audio file is truncated or damaged", str(path), remedy)
    if LOUDEST < peak < np.inf:
        remedy = f"float values up to {peak:.6g} where 1 is full scale: divide them by 32768, or save 16-bit PCM"
        raise AudioError("samples are far above full scale", str(path), remedy)
    if subtype == "PCM_32" and 0 < peak <= 2**-16:
        remedy = "values of 16-bit size in 32 bits: multiply them by 65536, or save them as 16-bit PCM"
        raise AudioError("samples are far below full scale", str(path), remedy)
