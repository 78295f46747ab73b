"""Clips made louder, noisy, narrow, re-encoded, moved; and clips broken as recordings break."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import find_speech
from kws_data.audio import Samples, mp3_bytes, ogg_bytes, read_audio
from kws_data.augment.codec import mu_law

RATE_HZ = 16_000
NOISE_SNR_DB = 20.0
SHIFT_S = 0.05
GAIN_DB = (-12.0, 6.0)

Change = Callable[[Samples, np.random.Generator], Samples]


def louder(samples: Samples, rng: np.random.Generator) -> Samples:
    """By -12 to +6 dB, but never beyond full scale."""
    peak = max(1.0, float(np.abs(samples.astype(np.float64)).max()))
    factor = min(10 ** (rng.uniform(*GAIN_DB) / 20), 32_767 / peak)
    if abs(factor - 1.0) < 0.05:  # a clip at full scale can only get quieter
        factor = 0.5
    return whole(samples * factor)


def noisy(samples: Samples, rng: np.random.Generator) -> Samples:
    """With white or pink noise 20 dB below the whole clip's RMS."""
    noise = rng.standard_normal(len(samples))
    if rng.random() < 0.5:
        spectrum = np.fft.rfft(noise)
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(samples))
    values = samples.astype(np.float64)
    rms = float(np.sqrt(np.mean((values - values.mean()) ** 2)))
    return whole(values + noise / np.sqrt(np.mean(noise**2)) * rms * 10 ** (-NOISE_SNR_DB / 20))


def narrow(samples: Samples, rng: np.random.Generator) -> Samples:
    """At 8 kHz and back: nothing above 4 kHz is left."""
    from scipy.signal import resample_poly

    half = np.rint(resample_poly(samples.astype(np.float64), 1, 2))
    return whole(resample_poly(half, 2, 1)[: len(samples)])


def coded(samples: Samples, rng: np.random.Generator) -> Samples:
    """Through Vorbis, Opus, MP3 or 8-bit mu-law."""
    codec = ("vorbis", "opus", "mp3", "mu-law")[int(rng.integers(4))]
    if codec == "mu-law":
        return mu_law(samples)
    if codec == "mp3":
        return _decoded(mp3_bytes(samples, RATE_HZ), ".mp3")
    return _decoded(ogg_bytes(samples, RATE_HZ, "OPUS"), ".ogg") if codec == "opus" else vorbis(samples)


def vorbis(samples: Samples) -> Samples:
    """Through Ogg Vorbis."""
    return _decoded(ogg_bytes(samples, RATE_HZ, "VORBIS"), ".ogg")


def _decoded(data: bytes, suffix: str) -> Samples:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"coded{suffix}"
        path.write_bytes(data)
        return read_audio(path, RATE_HZ)


def moved(samples: Samples, rng: np.random.Generator) -> Samples:
    """50 ms earlier or later: what is moved out of the clip is lost, and zeros fill the gap or the clip is shorter."""
    off, later, fill = int(SHIFT_S * RATE_HZ), rng.random() < 0.5, rng.random() < 0.5
    gap = np.zeros(off if fill else 0, np.int16)
    return np.concatenate([gap, samples[:-off]] if later else [samples[off:], gap])


def whole(values: NDArray[np.floating]) -> Samples:
    """To 16 bits."""
    made: Samples = np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)
    return made


#: What a copy may have gone through, one of them each.
COPIES: dict[str, Change] = {
    "gain": louder,
    "noise at 20 dB": noisy,
    "8 kHz band": narrow,
    "codec": coded,
    "50 ms shift": moved,
}


def silent(samples: Samples, rng: np.random.Generator) -> Samples:
    """Digital silence, the clip 50 to 70 dB down, or the noise of a quiet room in its place (-75 to -62 dB)."""
    kind = int(rng.integers(3))
    if kind == 0:
        return np.zeros(len(samples), np.int16)
    if kind == 1:
        return whole(samples * 10 ** (-rng.uniform(50, 70) / 20))
    return whole(rng.standard_normal(len(samples)) * 32_768 * 10 ** (rng.uniform(-75, -62) / 20))


def clipped(samples: Samples, rng: np.random.Generator) -> Samples:
    """So loud that 2 to 15 % of its word's samples are cut off; in half of the cases quieter again afterwards."""
    values = samples.astype(np.float64)
    word = values[slice(*_word(samples))]
    limit = float(np.quantile(np.abs(word), 1.0 - rng.uniform(0.02, 0.15)))
    cut = np.clip(values, -limit, limit) / max(limit, 1.0)
    after = 1.0 if rng.random() < 0.5 else 10 ** (-rng.uniform(1, 12) / 20)
    return whole(cut * after * 32_767)


def truncated(samples: Samples, rng: np.random.Generator) -> Samples:
    """Ended within its word; in half of the cases with zeros to its old length."""
    end = _within_word(samples, rng)
    rest = np.zeros(len(samples) - end if rng.random() < 0.5 else 0, np.int16)
    return np.concatenate([samples[:end], rest])


def cut_off(samples: Samples, rng: np.random.Generator) -> Samples:
    """Recorded too late or stopped too soon: begins or ends within its word; its room goes on at the other side."""
    at = _within_word(samples, rng)
    if rng.random() < 0.5:
        return np.concatenate([samples[at:], _room(samples, at, rng)])
    return np.concatenate([_room(samples, len(samples) - at, rng), samples[:at]])


def _within_word(samples: Samples, rng: np.random.Generator) -> int:
    """A sample at which the word sounds: one of its frames of 20 ms within 12 dB of the loudest, a fifth to four
    fifths of the way through them. (A cut in the pause before a final t takes the t and leaves no trace.)"""
    first, last = _word(samples)
    frame = RATE_HZ // 50
    frames = samples[first:last].astype(np.float64)
    frames = frames[: len(frames) // frame * frame].reshape(-1, frame)
    power = ((frames - samples.mean()) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (-12 / 10))
    if not len(loud):
        return len(samples) // 2
    return first + int(loud[int(rng.uniform(0.2, 0.8) * len(loud))]) * frame + int(rng.integers(frame))


def _word(samples: Samples) -> tuple[int, int]:
    found = find_speech(samples, RATE_HZ)
    return (found.start or 0, found.end or len(samples))


def _room(samples: Samples, length: int, rng: np.random.Generator) -> Samples:
    """Noise of the level of the clip's quietest tenth."""
    rms = 10 ** (find_speech(samples, RATE_HZ).noise_floor_db / 20)
    return whole(rng.standard_normal(length) * max(1.0, rms * 32_768))


#: What may have gone wrong with a clip, one of them each.
BROKEN: dict[str, Change] = {"silent": silent, "clipped": clipped, "truncated": truncated, "cut off": cut_off}
