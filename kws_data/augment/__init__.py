"""What may happen to a training clip before its features are computed.

Pure transforms of float32 samples (full scale ±1), each with its parameters given; :func:`augment` draws
the parameters. Names and meanings are those of audiomentations, which is too slow for many copies of many clips.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.config import AugmentSettings

Floats = NDArray[np.float32]

FULL_SCALE = 32_768.0
QUIET_SHARE, QUIET_GAIN_DB = 0.3, -30.0  # so many copies of silence are turned down as far as this


def shift(samples: Floats, offset: int) -> Floats:
    """Move later by ``offset`` samples (earlier when negative); zeros fill the gap."""
    if offset == 0:
        return samples
    moved = np.zeros_like(samples)
    if offset > 0:
        moved[offset:] = samples[:-offset]
    else:
        moved[:offset] = samples[-offset:]
    return moved


def gain(samples: Floats, gain_db: float) -> Floats:
    """Make louder by ``gain_db``."""
    louder: Floats = samples * np.float32(10.0 ** (gain_db / 20.0))
    return louder


def add_noise(samples: Floats, noise: Floats, snr_db: float) -> Floats:
    """Mix noise of the same length so that the RMS of the clip is ``snr_db`` above that of the noise.

    A clip or a stretch of noise without energy comes back, and goes in, as it is.
    """
    clip_power, noise_power = _power(samples), _power(noise)
    if clip_power <= 0.0 or noise_power <= 0.0:
        return samples
    factor = np.sqrt(clip_power / noise_power) * 10.0 ** (-snr_db / 20.0)
    return samples + noise * np.float32(factor)


def _power(samples: Floats) -> float:
    """Sum of squares, in an order that does not depend on the number of threads (as that of a BLAS does)."""
    return float(np.sum(np.square(samples, dtype=np.float64)))


def equalise(samples: Floats, gains_db: NDArray[np.float64], rate_hz: int) -> Floats:
    """Shape the spectrum by a smooth curve through ``gains_db`` at frequencies evenly spaced in octaves
    from 100 Hz to half the rate, as a microphone, its case and the room do."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.maximum(np.fft.rfftfreq(len(samples), 1 / rate_hz), 100.0)
    knots = np.linspace(np.log2(100.0), np.log2(rate_hz / 2), len(gains_db))
    curve = 10.0 ** (np.interp(np.log2(frequencies), knots, gains_db) / 20.0)
    shaped: Floats = np.fft.irfft(spectrum * curve, len(samples)).astype(np.float32)
    return shaped


def change_speed(samples: Floats, factor: float) -> Floats:
    """Play ``factor`` times as fast: shorter and higher, by linear interpolation about the clip's middle.

    The length stays: what falls outside is cut, what is missing is zero.
    """
    count = len(samples)
    places = (np.arange(count) - count / 2) * factor + count / 2
    played: Floats = np.interp(places, np.arange(count), samples, left=0.0, right=0.0).astype(np.float32)
    return played


def change_tempo(samples: Floats, factor: float, frame: int = 512) -> Floats:
    """Say it ``factor`` times as fast at the same pitch (waveform-similarity overlap-add).

    Frames of ``frame`` samples are taken ``factor`` times as far apart as they are put down; each is moved by
    up to half a hop to where it continues the last one best (Verhelst and Roelands, 1993).
    The length stays, as in :func:`change_speed`.
    """
    hop, count = frame // 2, len(samples)
    reach = hop // 2
    window = np.hanning(frame + 1)[:-1].astype(np.float32)
    padded = np.concatenate([np.zeros(count + frame, np.float32), samples, np.zeros(count + frame, np.float32)])
    output = np.zeros(count + 2 * frame, np.float32)
    last = 0
    for put in range(0, count + hop, hop):
        ideal = round((put - count / 2 - hop) * factor + count / 2) + count + frame
        start = ideal
        if put:
            follow = padded[last + hop : last + hop + frame]
            area = padded[ideal - reach : ideal + reach + frame]
            start = ideal - reach + int(np.argmax(np.correlate(area, follow, "valid")))
        output[put : put + frame] += window * padded[start : start + frame]
        last = start
    return output[hop : hop + count]


def change_pitch(samples: Floats, semitones: float) -> Floats:
    """Higher by ``semitones`` at the same tempo: slower at the same pitch, then faster and higher."""
    factor = 2.0 ** (semitones / 12.0)
    return change_speed(change_tempo(samples, 1.0 / factor), factor)


def augment(
    samples: Samples, settings: AugmentSettings, noise: Samples, rate_hz: int, rng: np.random.Generator, *, word: bool
) -> Samples:
    """One augmented copy of a clip.

    Args:
        samples: int16 ``[n]``.
        settings: ranges and probabilities.
        noise: training noise, all recordings in a row, int16; may be empty.
        rate_hz: of both.
        rng: all parameters are drawn from it.
        word: False for silence, some of which is turned down further.

    Returns:
        int16 ``[n]``, clipped at full scale as a converter does.
    """
    values = samples.astype(np.float32) / np.float32(FULL_SCALE)
    values = _voice(values, settings, rng)
    if rng.random() < settings.eq_probability:
        values = equalise(values, rng.uniform(-settings.eq_gain_db, settings.eq_gain_db, 6), rate_hz)
    low, high = settings.gain_db
    quiet = not word and rng.random() < QUIET_SHARE
    values = gain(values, rng.uniform(min(low, QUIET_GAIN_DB) if quiet else low, high))
    reach = int(settings.shift_ms * rate_hz / 1_000)
    values = shift(values, int(rng.integers(-reach, reach + 1)))
    if rng.random() < settings.noise_probability and len(noise) > len(values):
        start = int(rng.integers(len(noise) - len(values)))
        piece = noise[start : start + len(values)].astype(np.float32)
        values = add_noise(values, piece, rng.uniform(*settings.noise_snr_db))
    copy: Samples = np.clip(np.rint(values * np.float32(FULL_SCALE)), -32_768, 32_767).astype(np.int16)
    return copy


def _voice(values: Floats, settings: AugmentSettings, rng: np.random.Generator) -> Floats:
    """Another tempo and pitch, each with its probability."""
    if rng.random() < settings.tempo_probability:
        values = change_tempo(values, rng.uniform(*settings.tempo))
    if rng.random() < settings.pitch_probability:
        values = change_pitch(values, rng.uniform(*settings.pitch_semitones))
    return values
