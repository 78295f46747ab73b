"""What sounds are made of: noise of a spectrum, decaying modes, harmonics under formants, and events in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

Floats = NDArray[np.float64]
Shape = Callable[[Floats], Floats]
Range = tuple[float, float]
HARMONICS = 40


@dataclass(frozen=True)
class Sound:
    """How long a sound is, at which rate, and where its chances come from."""

    samples: int
    rate_hz: int
    rng: np.random.Generator

    @property
    def seconds(self) -> float:
        return self.samples / self.rate_hz

    def of(self, seconds: float) -> Sound:
        """A part of another length, with the same chances."""
        return Sound(max(round(seconds * self.rate_hz), 1), self.rate_hz, self.rng)

    def draw(self, low_high: Range) -> float:
        """Evenly within a range."""
        return float(self.rng.uniform(*low_high))

    def draw_log(self, low_high: Range) -> float:
        """Evenly in the logarithm, as ears hear pitch and loudness."""
        return float(np.exp(self.rng.uniform(*np.log(low_high))))

    def times_s(self) -> Floats:
        return np.arange(self.samples) / self.rate_hz


def shaped(sound: Sound, shape: Shape) -> Floats:
    """White noise with ``shape(frequencies in Hz)`` as its spectrum, RMS 1."""
    frequencies = np.maximum(np.fft.rfftfreq(sound.samples, 1 / sound.rate_hz), 1.0)
    values = np.fft.irfft(np.fft.rfft(sound.rng.standard_normal(sound.samples)) * shape(frequencies), sound.samples)
    return level(values)


def band(sound: Sound, low_hz: float, high_hz: float) -> Floats:
    """Noise between two frequencies, with skirts of 12 dB an octave."""
    return shaped(sound, lambda f: 1.0 / ((1.0 + (low_hz / f) ** 2) * (1.0 + (f / high_hz) ** 2)))


def level(values: Floats, rms: float = 1.0) -> Floats:
    """The same at another RMS; silence stays."""
    power = float(np.sqrt(np.mean(values**2))) if len(values) else 0.0
    return values * (rms / power) if power else values


def curve(sound: Sound, values: Sequence[float], at: Sequence[float] | None = None) -> Floats:
    """A line through ``values``, spread evenly over the sound or at these shares of it."""
    places = np.linspace(0.0, 1.0, len(values)) if at is None else np.asarray(at)
    return np.interp(np.linspace(0.0, 1.0, sound.samples), places, values)


def wander(sound: Sound, low_high: Range, each_s: float) -> Floats:
    """A slow curve by chance within a range, with a new value every ``each_s`` seconds."""
    knots = sound.rng.uniform(*low_high, max(round(sound.seconds / each_s), 1) + 1)
    return curve(sound, list(knots))


def swell(sound: Sound, attack_s: float, release_s: float) -> Floats:
    """An envelope that rises, stays, and falls."""
    times = sound.times_s()
    rise, fall = times / max(attack_s, 1e-4), (sound.seconds - times) / max(release_s, 1e-4)
    return np.sin(0.5 * np.pi * np.clip(np.minimum(rise, fall), 0.0, 1.0)) ** 2


def decay(sound: Sound, half_s: float) -> Floats:
    """An envelope that halves every ``half_s`` seconds."""
    return 0.5 ** (sound.times_s() / half_s)


def modes(sound: Sound, frequencies_hz: Iterable[float], half_s: float) -> Floats:
    """A struck body: decaying sinusoids, the higher the quicker (van den Doel and Pai 1998, modal synthesis)."""
    times, values = sound.times_s(), np.zeros(sound.samples)
    first = 0.0
    for hz in frequencies_hz:
        first = first or hz
        if hz < 0.48 * sound.rate_hz:
            gain, phase = sound.draw((0.2, 1.0)), sound.draw((0.0, 2 * np.pi))
            values += gain * np.sin(2 * np.pi * hz * times + phase) * 0.5 ** (times * hz / (half_s * first))
    return values


def harmonics(sound: Sound, pitch_hz: Floats, tilt: float, formants: Sequence[tuple[Floats, float]] = ()) -> Floats:
    """A voiced source under moving resonances: the source-filter model (Fant 1960; in parallel as Klatt 1980).

    Args:
        sound: its length.
        pitch_hz: fundamental ``[samples]``.
        tilt: of the source, in dB an octave (a voice falls by about 12, and radiation gives 6 back).
        formants: centre ``[samples]`` and bandwidth in Hz of each resonance; none lets all through.
    """
    phase = 2 * np.pi * np.cumsum(pitch_hz) / sound.rate_hz
    values = np.zeros(sound.samples)
    for number in range(1, HARMONICS + 1):
        hz = number * pitch_hz
        if hz.min() > 0.48 * sound.rate_hz:
            break
        heard = np.clip((0.48 * sound.rate_hz - hz) / 200.0, 0.0, 1.0)  # fades out before it would fold
        gain = 10.0 ** (tilt * np.log2(number) / 20.0) * heard
        values += gain * _resonance(hz, formants) * np.sin(number * phase)
    return values


def _resonance(hz: Floats, formants: Sequence[tuple[Floats, float]]) -> Floats | float:
    if not formants:
        return 1.0
    gains = [1.0 / np.sqrt(1.0 + ((hz - centre) / (0.5 * width)) ** 2) for centre, width in formants]
    return np.asarray(0.03 + sum(gains))


def place(sound: Sound, events: Iterable[tuple[float, Floats]]) -> Floats:
    """Sounds laid over each other, each from its second on; what lasts beyond the end is cut."""
    values = np.zeros(sound.samples)
    for start_s, event in events:
        first = round(start_s * sound.rate_hz)
        part = event[: max(sound.samples - first, 0)]
        values[first : first + len(part)] += part
    return values


def in_room(sound: Sound, values: Floats) -> Floats:
    """The same with a room's echoes: noise that dies away, duller the longer (Moorer 1979); as loud as before."""
    rt60_s, wet = sound.draw_log((0.08, 0.8)), sound.draw((0.0, 0.6))
    room = sound.of(0.8 * rt60_s)
    echoes = band(room, 150.0, sound.draw_log((1_500, 6_000))) * decay(room, rt60_s / 10.0)  # -60 dB in ten halvings
    response = level(echoes, wet / np.sqrt(room.samples))
    response[0] += 1.0
    heard: Floats = fftconvolve(values, response)[: len(values)]
    return level(heard, float(np.sqrt(np.mean(values**2))))


def times(sound: Sound, gap_s: Range, steady: float = 0.0) -> Iterable[float]:
    """Seconds at which something happens: gaps within a range, ``steady`` of 1 with the same gap each time."""
    usual, at = sound.draw_log(gap_s), sound.draw((0.0, min(gap_s[1], 0.5)))
    while at < sound.seconds:
        yield at
        at += usual**steady * sound.draw_log(gap_s) ** (1.0 - steady)
