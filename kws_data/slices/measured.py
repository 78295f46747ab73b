"""What is measured of a clip's own sound: levels, when its word begins and ends, how high its voice is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import find_speech, levels
from kws_data.progress import Progress, no_progress

LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
APERIODIC = 0.15  # a frame whose best period leaves more than this unexplained has no voice
VOICED_FRAMES = 3
HOP_S = 0.02
MOST_FRAMES = 15
ENOUGH_HZ = 8_000  # sample rate for periods of 2 ms and more


@dataclass(frozen=True)
class Measured:
    """Figures of clips, float64 ``[clips]``, NaN where there is none.

    Attributes:
        snr_db: of what stands out of the clip, above its own noise.
        rms_db: level of the clip, relative to full scale.
        onset_s: from the clip's first sample to that of its word.
        duration_s: of its word.
        pitch_hz: median fundamental frequency of the word's voiced frames.
    """

    snr_db: NDArray[np.float64]
    rms_db: NDArray[np.float64]
    onset_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    pitch_hz: NDArray[np.float64]


def measure(clips: Iterable[NDArray[np.int16]], count: int, rate_hz: int, progress: Progress = no_progress) -> Measured:
    """Measure clips, int16 ``[samples]`` each; zeros that a short clip was filled up with are left out.

    Args:
        clips: one after the other.
        count: how many.
        rate_hz: sample rate.
        progress: told how many are done.
    """
    found = np.full((5, count), np.nan)
    for number, clip in enumerate(clips):
        found[:, number] = _of_clip(np.asarray(clip), rate_hz)
        progress("measure clips", number + 1, count)
    return Measured(*found)


def _of_clip(clip: NDArray[np.int16], rate_hz: int) -> tuple[float, float, float, float, float]:
    sounding = np.flatnonzero(clip)
    if not len(sounding):
        return np.nan, levels(clip).rms_db, np.nan, np.nan, np.nan
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    own = clip[first:last]
    speech, rms_db = find_speech(own, rate_hz), levels(own).rms_db
    if speech.start is None or speech.end is None or speech.snr_db is None:
        return np.nan, rms_db, np.nan, np.nan, np.nan
    onset_s, duration_s = (first + speech.start) / rate_hz, (speech.end - speech.start) / rate_hz
    return speech.snr_db, rms_db, onset_s, duration_s, pitch(own[speech.start : speech.end], rate_hz)


def pitch(samples: NDArray[np.int16], rate_hz: int) -> float:
    """Median fundamental frequency in Hz of the voiced frames of int16 ``[n]``; NaN where fewer than three are voiced.

    YIN (de Cheveigné & Kawahara 2002, J. Acoust. Soc. Am. 111:1917): the first dip of the cumulative mean normalised
    difference below 0.15, from 60 to 500 Hz. Bands of voices need no interpolation between periods.
    """
    together = max(1, rate_hz // ENOUGH_HZ)  # neighbours whose mean stands for them
    values = samples[: len(samples) // together * together].reshape(-1, together).mean(axis=1)
    rate_hz = rate_hz // together
    longest, shortest = int(rate_hz / LOWEST_HZ), int(rate_hz / HIGHEST_HZ)
    window = 2 * longest
    frames = _frames(values, window + longest, max(1, int(HOP_S * rate_hz)))
    if not len(frames):
        return float("nan")
    difference = _difference(frames, window, longest)
    running = np.cumsum(difference[:, 1:], axis=1) / np.arange(1, longest + 1)
    normal = np.ones_like(difference)
    np.divide(difference[:, 1:], running, out=normal[:, 1:], where=running > 0)
    found = [_period(row, shortest) for row in normal]
    voiced = [rate_hz / period for period in found if period]
    return float(np.median(voiced)) if len(voiced) >= VOICED_FRAMES else float("nan")


def _frames(samples: NDArray[np.float64], length: int, hop: int) -> NDArray[np.float64]:
    """Frames of so many samples, spread over the word: ``[frames, length]``."""
    count = (len(samples) - length) // hop + 1
    if count < 1:
        return np.zeros((0, length))
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_FRAMES)).astype(int)) * hop
    return np.stack([samples[start : start + length] for start in chosen])


def _difference(frames: NDArray[np.float64], window: int, longest: int) -> NDArray[np.float64]:
    """Sum over the window of (x[j] - x[j + lag])², for lags from 0 to ``longest``: ``[frames, lags]``."""
    size = 1 << int(np.ceil(np.log2(frames.shape[1] + window)))
    spectrum = np.fft.rfft(frames, size) * np.conj(np.fft.rfft(frames[:, :window], size))
    product = np.fft.irfft(spectrum, size)[:, : longest + 1]
    energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    shifted = energy[:, window : window + longest + 1] - energy[:, : longest + 1]
    return np.maximum(shifted[:, :1] + shifted - 2 * product, 0.0)


def _period(normal: NDArray[np.float64], shortest: int) -> int:
    """Lag of the bottom of the first dip below the limit; 0 where there is none."""
    below = np.flatnonzero(normal[shortest:] < APERIODIC)
    if not len(below):
        return 0
    lag = int(below[0]) + shortest
    while lag + 1 < len(normal) and normal[lag + 1] < normal[lag]:
        lag += 1
    return lag
