"""Sounds as a good microphone hears them, and what drivers and wiring do to them: for tests of ``kws doctor``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.sources.synth.stand_in import stand_in

RATE_HZ = 16_000
Samples = NDArray[np.int16]


def as_int16(values: NDArray[np.float64]) -> Samples:
    """Rounded, and held within 16 bits."""
    return values.round().clip(-32_768, 32_767).astype(np.int16)


@cache
def speech(name: str = "ann", noise: float = 20.0) -> Samples:
    """Four seconds of a synthetic person, with the noise of a microphone."""
    with stand_in(name, RATE_HZ) as say:
        said = np.concatenate([say(word, 0) for word in ("hello", "marvin", "seven", "go")])
    return as_int16(0.3 * said + np.random.default_rng(len(name)).normal(0, noise, len(said)))


def room(rms: float, seed: int = 0, seconds: float = 3.0) -> Samples:
    """Noise of a room: its power falls with frequency."""
    count = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    noise = np.fft.irfft(spectrum, count)
    return as_int16(rms * noise / noise.std())


def hiss(rms: float, seed: int = 0, seconds: float = 3.0) -> Samples:
    """White noise: that of a microphone in a quiet room."""
    return as_int16(np.random.default_rng(seed).normal(0, rms, int(seconds * RATE_HZ)))


def tone(hz: float, height: float = 8_000, seconds: float = 3.0) -> Samples:
    """A sine, as a program makes it."""
    return as_int16(height * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ))


def each_twice(sound: Samples) -> Samples:
    """Half of the sound, each sample said again."""
    return np.repeat(sound[: len(sound) // 2], 2)


def every_other_is(value: int, first: int = 1) -> Callable[[Samples], Samples]:
    """One of two channels is dead."""

    def spoil(sound: Samples) -> Samples:
        spoilt = sound.copy()
        spoilt[first::2] = value
        return spoilt

    return spoil


def filled_in(sound: Samples) -> Samples:
    """Half of the sound, with the mean of two neighbours between them."""
    half = sound[: len(sound) // 2].astype(np.float64)
    spoilt = np.empty(2 * len(half))
    spoilt[0::2], spoilt[1::2] = half, (half + np.append(half[1:], half[-1])) / 2
    return as_int16(spoilt)


def two_channels(sound: Samples) -> Samples:
    """Left and right in turn: the same sound, the second softer and with a noise of its own."""
    half = sound[: len(sound) // 2].astype(np.float64)
    spoilt = np.empty(2 * len(half))
    spoilt[0::2] = half
    spoilt[1::2] = 0.8 * half + np.random.default_rng(5).normal(0, 15, len(half))
    return as_int16(spoilt)


def settling(height: float, seconds: float) -> Callable[[Samples], Samples]:
    """A start from ``height`` (share of full scale), that falls to a third in ``seconds``."""

    def spoil(sound: Samples) -> Samples:
        fall = height * 32_768 * np.exp(-np.arange(len(sound)) / (seconds * RATE_HZ))
        return as_int16(sound + fall)

    return spoil
