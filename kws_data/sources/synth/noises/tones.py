"""Tones: beeps, ring tones, sirens, whistles, birds and crickets, and what squeaks.

Bells and ring tones are frequency modulation (Chowning 1973); the others are few harmonics on a pitch that moves.
"""

from __future__ import annotations

import numpy as np

from kws_data.sources.synth.noises.parts import (
    Floats,
    Sound,
    band,
    curve,
    decay,
    harmonics,
    place,
    swell,
    times,
    wander,
)

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)  # half tones of a major scale


def tone(sound: Sound, pitch_hz: Floats) -> Floats:
    """One sinusoid ``[samples]`` on a pitch that may move."""
    return np.sin(2 * np.pi * np.cumsum(pitch_hz) / sound.rate_hz)


def beeps(sound: Sound) -> Floats:
    """Beeps of devices: one or two pitches, pure or square, in an even rhythm."""
    pitches, tilt = [sound.draw_log((350, 4_000)) for _ in range(2)], sound.draw((-40.0, -6.0))
    long, pace = sound.draw_log((0.04, 0.5)), sound.draw_log((0.12, 1.2))
    alternating = sound.rng.random() < 0.5

    def beep(number: int) -> Floats:
        part = sound.of(min(long, 0.9 * pace))
        pitch = np.full(part.samples, pitches[number % 2 if alternating else 0])
        return harmonics(part, pitch, tilt) * swell(part, 0.004, 0.008)

    return place(sound, ((at, beep(n)) for n, at in enumerate(times(sound, (pace, 1.05 * pace), 1.0))))


def ringing(sound: Sound) -> Floats:
    """Ring tones, bells and chimes: modulated frequencies that die away, along a scale (Chowning 1973)."""
    base, ratio = sound.draw_log((250, 1_200)), sound.draw((1.0, 3.6))
    depth, half_s = sound.draw((0.5, 5.0)), sound.draw_log((0.04, 0.6))
    pace = sound.draw_log((0.08, 0.5))

    def bell() -> Floats:
        part = sound.of(min(6 * half_s, 2.0))
        hz, fade = base * 2.0 ** (sound.rng.choice(SCALE) / 12.0), decay(part, half_s)
        phase = 2 * np.pi * hz * part.times_s()
        struck: Floats = np.sin(phase + depth * fade * np.sin(ratio * phase)) * fade
        return struck * swell(part, 0.003, 0.05)

    return place(sound, ((at, bell()) for at in times(sound, (pace, 2 * pace), 0.8)))


def siren(sound: Sound) -> Floats:
    """Sirens and alarms: a pitch that wails, yelps or jumps between two tones."""
    low, wide = sound.draw_log((300, 900)), sound.draw((1.2, 2.6))
    turn = sound.times_s() / sound.draw_log((0.15, 4.0))
    shape = int(sound.rng.integers(3))
    place_in_turn = (0.5 - 0.5 * np.cos(2 * np.pi * turn), (turn % 1.0), np.floor(2 * turn) % 2)[shape]
    return harmonics(sound, low * wide**place_in_turn, sound.draw((-14.0, -4.0))) * wander(sound, (0.4, 1.0), 1.0)


def whistle(sound: Sound) -> Floats:
    """People and kettles that whistle: almost one sinusoid, with vibrato, from note to note, and breath."""

    def note() -> Floats:
        part = sound.of(sound.draw_log((0.12, 1.2)))
        hz = sound.draw_log((700, 3_200))
        vibrato = sound.draw((0.0, 0.03)) * np.sin(2 * np.pi * sound.draw((4.0, 7.0)) * part.times_s())
        pitch = hz * curve(part, [sound.draw((0.6, 1.4)), 1.0, 1.0, sound.draw((0.7, 1.3))], [0.0, 0.2, 0.8, 1.0])
        breath = sound.draw((0.01, 0.15)) * band(part, 0.8 * hz, 1.3 * hz)
        return (harmonics(part, pitch * (1.0 + vibrato), -28.0) + breath) * swell(part, 0.03, 0.05)

    return place(sound, ((at, sound.draw((0.5, 1.0)) * note()) for at in times(sound, (0.2, 1.2))))


def birds(sound: Sound) -> Floats:
    """Song of small birds: quick pure glides between 1.5 and 7 kHz, repeated in phrases, with trills."""

    def phrase() -> Floats:
        long, count = sound.draw_log((0.03, 0.25)), int(sound.rng.integers(1, 12))
        bends = [sound.draw_log((1_500, 6_500)) for _ in range(int(sound.rng.integers(2, 5)))]
        part, pace = sound.of(long), long * sound.draw((1.1, 2.0))
        syllable = tone(part, curve(part, bends)) * swell(part, 0.3 * long, 0.3 * long)
        return place(sound.of(count * pace + 0.1), ((n * pace, syllable) for n in range(count)))

    return place(sound, ((at, sound.draw_log((0.2, 1.0)) * phrase()) for at in times(sound, (0.3, 1.5))))


def crickets(sound: Sound) -> Floats:
    """Insects: a high tone in pulses, and the pulses in chirps."""
    values = np.zeros(sound.samples)
    for _ in range(int(sound.rng.integers(1, 4))):
        hz, pulses, chirps = sound.draw_log((2_200, 6_500)), sound.draw((20.0, 60.0)), sound.draw((0.5, 4.0))
        pulsed = np.clip(np.sin(2 * np.pi * pulses * sound.times_s()), 0.0, 1.0)
        chirped = np.sin(2 * np.pi * chirps * sound.times_s() + sound.draw((0.0, 6.0))) > sound.draw((-0.9, 0.6))
        values += sound.draw((0.3, 1.0)) * tone(sound, hz * wander(sound, (0.99, 1.01), 0.5)) * pulsed * chirped
    return values + 0.02 * band(sound, 500.0, 5_000.0)


def squeaks(sound: Sound) -> Floats:
    """Hinges, brakes, shoes and chairs: what sticks and slips, a saw-tooth whose pitch gives way."""

    def squeak() -> Floats:
        part = sound.of(sound.draw_log((0.08, 0.9)))
        hz = sound.draw_log((150, 2_200))
        rough = 1.0 + sound.draw((0.0, 0.08)) * band(part, 5.0, 60.0)
        body = [(np.full(part.samples, sound.draw_log((600, 4_500))), sound.draw((150, 700))) for _ in range(3)]
        pitch = hz * np.abs(curve(part, list(sound.rng.uniform(0.6, 1.7, 5))) * rough) + 30.0
        return harmonics(part, pitch, sound.draw((-8.0, -2.0)), body) * swell(part, 0.03, 0.08)

    return place(sound, ((at, sound.draw_log((0.3, 1.0)) * squeak()) for at in times(sound, (0.25, 1.4))))
