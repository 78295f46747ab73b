"""Fingerprints of clips: bits that stay when a recording is made louder, moved, re-encoded, resampled or noisy.

Each bit says whether, from one frame to the next, a band gained on its upper neighbour: the sign of the difference
over bands and time of Haitsma and Kalker, "A highly robust audio fingerprinting system", ISMIR 2002, with shorter
windows, because a word is shorter than a song. Beside them stands a *texture*: how fast each band swells, without
its phase, so that two clips can be compared without knowing by how much one is moved. What lies :data:`FLOOR_DB` under
the clip's loudest band counts as that loud, so that a little noise leaves the texture as it is.

A fingerprint is computed once for each stretch of samples and kept beside them::

    recordings/fingerprints/v2-<2 hex>.npy        same-<32 hex>.npy (which of some clips are the same recording)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.audio import Samples
from kws_data.catalog.audio_store import load_audio

VERSION = 2
SAME_FILES = "same-"
RATE_HZ = 16_000
FRAMES = 128  # of 10 ms, about the middle of what is loud
BANDS, MODULATIONS = 20, 20
LOUD_FRAMES = 40  # those that are compared: quiet ones hold nothing but noise
FLOOR_DB = 30.0

PRINT = np.dtype(
    [
        ("audio", "S64"),
        ("bits", "<u4", (FRAMES,)),
        ("loud", "<u4", (FRAMES,)),
        ("texture", "<f2", (BANDS * MODULATIONS,)),
    ]
)

_WINDOW, _HOP = 1_024, 160
_LOW_HZ, _HIGH_HZ = 300.0, 3_600.0  # what a telephone, and half the sampling rate, leave
_THREADS = 2

Floats = NDArray[np.float32]


def fingerprint(samples: Samples) -> NDArray[np.void]:
    """Bits, frames that count and texture of a clip of int16 samples at 16 kHz: a :data:`PRINT` without its hash.

    ``bits`` holds 32 bits for each frame; ``loud`` is all ones for the frames that are compared. A clip without
    sound has none of them.
    """
    power = _band_power(samples)
    level = power.sum(axis=1)
    start = _middle(level) - FRAMES // 2
    made = np.zeros((), PRINT)
    edges = np.diff(np.log(power + 1.0), axis=1)
    gained = np.zeros((len(power), 32), bool)
    gained[1:-1] = edges[2:] > edges[:-2]
    made["bits"] = _frames(np.packbits(gained, axis=1, bitorder="little").view("<u4")[:, 0], start)
    loudness = _frames(level, start)
    heard = np.argsort(-loudness, kind="stable")[:LOUD_FRAMES]
    made["loud"][heard[loudness[heard] > 0.0]] = 0xFFFF_FFFF
    made["texture"] = _texture(np.stack([_frames(band, start) for band in power.T], axis=1))
    return made


def _band_power(samples: Samples) -> Floats:
    """Power [frames, 33] of bands from 300 to 3600 Hz, evenly spaced in octaves."""
    padded = np.pad(samples.astype(np.float32), _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bins = np.geomspace(_LOW_HZ, _HIGH_HZ, 34) * _WINDOW / RATE_HZ
    edges = np.rint(bins).astype(int)
    edges = np.maximum.accumulate(np.maximum(edges, edges[0] + np.arange(34)))  # at least one bin each
    return np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1).astype(np.float32)


def _middle(level: Floats) -> int:
    """The frame about which the sound's level lies."""
    weight = level**0.2 - np.percentile(level**0.2, 25)
    weight = np.maximum(weight, 0.0)
    total = float(weight.sum())
    return round(float((weight * np.arange(len(level))).sum()) / total) if total > 0.0 else len(level) // 2


def _frames(values: NDArray[Any], start: int) -> NDArray[Any]:
    """FRAMES values from ``start`` on, zeros where there are none."""
    cut = np.zeros(FRAMES, values.dtype)
    first, end = max(start, 0), min(start + FRAMES, len(values))
    if end > first:
        cut[first - start : end - start] = values[first:end]
    return cut


def _texture(power: Floats) -> Floats:
    """Strength [bands * modulations] of the slow swellings of each band, of length 1, or 0 for silence."""
    heard = np.maximum(power, power.max() * np.float32(10 ** (-FLOOR_DB / 10)))
    bands = np.add.reduceat(heard, np.linspace(0, power.shape[1], BANDS, endpoint=False).astype(int), axis=1)
    swell = bands**0.2
    swell = np.maximum(swell - np.percentile(swell, 25, axis=0), 0.0)
    strength = np.abs(np.fft.rfft(swell, axis=0))[:MODULATIONS].astype(np.float32)
    strength[0] *= 0.5
    length = float(np.linalg.norm(strength))
    return (strength / length).ravel() if length > 0.0 else strength.ravel()


def fingerprints(folder: Path, audio: Iterable[str]) -> NDArray[np.void]:
    """Fingerprints [n] of the audio with these hashes (each once, in their order); new ones are computed and kept.

    Raises:
        CatalogError: stored audio is missing or damaged.
    """
    shards: dict[str, list[str]] = defaultdict(list)
    for sha256 in sorted(set(audio)):
        shards[sha256[:2]].append(sha256)
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = [_shard(folder, shard, wanted, pool) for shard, wanted in shards.items()]
    return np.concatenate([np.zeros(0, PRINT), *parts])


def _shard(folder: Path, shard: str, wanted: list[str], pool: ThreadPoolExecutor) -> NDArray[np.void]:
    path = shard_path(folder, shard)
    there = _read(path)
    known = {bytes(sha256).decode(): place for place, sha256 in enumerate(there["audio"])}
    missing = [sha256 for sha256 in wanted if sha256 not in known]
    if missing:
        there = np.concatenate([there, *pool.map(lambda sha256: _compute(folder, sha256), missing)])
        known |= {sha256: len(known) + number for number, sha256 in enumerate(missing)}
        with suppress(OSError):  # where it cannot be kept it is computed again
            _write(path, there)
    return there[[known[sha256] for sha256 in wanted]]


def _compute(folder: Path, sha256: str) -> NDArray[np.void]:
    made = fingerprint(load_audio(folder, sha256))
    made["audio"] = sha256.encode()
    return made.reshape(1)


def shard_path(folder: Path, shard: str) -> Path:
    """Where fingerprints of audio whose hash starts with ``shard`` lie below a catalogue's folder."""
    return folder / "fingerprints" / f"v{VERSION}-{shard}.npy"


def _read(path: Path) -> NDArray[np.void]:
    """What is kept; nothing where there is no file, or a damaged one."""
    try:
        kept: NDArray[np.void] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return np.zeros(0, PRINT)
    return kept if kept.dtype == PRINT and kept.ndim == 1 else np.zeros(0, PRINT)


def _write(path: Path, prints: NDArray[np.void]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        np.save(temporary, prints, allow_pickle=False)
    drop_older(path)


def drop_older(path: Path) -> None:
    """Delete what older ways of making a file ``v<VERSION>-NAME`` left, which nobody reads any more."""
    for older in path.parent.glob(f"v*-{path.name.partition('-')[2]}"):
        if older != path:
            older.unlink(missing_ok=True)


def forget_fingerprints(folder: Path, audio: Iterable[str]) -> int:
    """Delete the fingerprints of audio that is forgotten; returns how many there were."""
    gone = {sha256.encode() for sha256 in audio}
    forgotten = 0
    for path in _shard_files(folder, gone):
        there = _read(path)
        stays = np.array([bytes(sha256) not in gone for sha256 in there["audio"]], bool)
        forgotten += int((~stays).sum())
        if not stays.all():
            _write(path, there[stays])
    return forgotten


def _shard_files(folder: Path, hashes: Iterable[bytes]) -> Iterator[Path]:
    for shard in sorted({sha256[:2].decode() for sha256 in hashes}):
        yield from (folder / "fingerprints").glob(f"v*-{shard}.npy")
