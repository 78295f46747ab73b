"""Music: strings that are plucked, chords that are held, drums, and wind instruments that play a line.

Strings are a delay line with a mean in its loop (Karplus and Strong 1983).
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from kws_data.sources.synth.noises.parts import (
    Floats,
    Sound,
    band,
    curve,
    decay,
    harmonics,
    level,
    modes,
    place,
    swell,
    times,
)

CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 5, 7))
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))
STEPS = (0, 5, 7, 9, -3)  # half tones from the first chord to others


def _string(sound: Sound, hz: float, seconds: float, damping: float) -> Floats:
    """A plucked string: noise that runs round a loop of one period, a mean of two neighbours at each turn."""
    part = sound.of(seconds)
    period = max(round(sound.rate_hz / hz), 4)
    pluck = np.zeros(part.samples)
    burst = sound.rng.uniform(-1.0, 1.0, period)[: part.samples]
    pluck[: len(burst)] = burst
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1.0, -0.5 * damping, -0.5 * damping
    return np.asarray(lfilter([1.0], loop, pluck))


def plucked(sound: Sound) -> Floats:
    """Guitars, harps and pianos: a line of strings, two or three at once now and then."""
    scale, root = SCALES[int(sound.rng.integers(len(SCALES)))], sound.draw_log((80, 330))
    pace, damping = sound.draw_log((0.12, 0.6)), sound.draw((0.98, 0.999))

    def note() -> Floats:
        half_tones = float(sound.rng.choice(scale)) + 12 * int(sound.rng.integers(0, 3))
        return _string(sound, root * 2.0 ** (half_tones / 12), min(4 * pace, 1.5), damping)

    events = []
    for at in times(sound, (pace, 2 * pace), 0.8):
        events += [(at, sound.draw((0.4, 1.0)) * note()) for _ in range(int(sound.rng.choice([1, 1, 1, 2, 3])))]
    return place(sound, events)


def chords(sound: Sound) -> Floats:
    """Organs, strings and pads: chords that follow each other, each of a few notes rich in harmonics."""
    root, tilt, pace = sound.draw_log((90, 260)), sound.draw((-14.0, -5.0)), sound.draw_log((0.6, 2.5))
    shape = CHORDS[int(sound.rng.integers(len(CHORDS)))]
    attack_s = sound.draw_log((0.01, 0.3))

    def chord() -> Floats:
        part, step = sound.of(1.1 * pace), float(sound.rng.choice(STEPS))
        vibrato = 1.0 + 0.004 * np.sin(2 * np.pi * sound.draw((4.0, 6.5)) * part.times_s())
        pitches = (root * 2.0 ** ((step + half_tone) / 12) for half_tone in shape)
        values = np.zeros(part.samples)
        for pitch in pitches:
            values += harmonics(part, pitch * vibrato, tilt)
        return values * swell(part, attack_s, 0.15)

    return place(sound, ((at, chord()) for at in times(sound, (pace, 1.02 * pace), 1.0)))


def drums(sound: Sound) -> Floats:
    """A drum kit: bass drum, snare and cymbal on the beats of a bar, with rests by chance."""
    beat = sound.draw((0.14, 0.32))
    pattern = sound.rng.random((3, 8)) < np.array([[0.35], [0.25], [0.7]])
    pattern[0, 0] = pattern[1, 4] = True

    def bass() -> Floats:
        part = sound.of(0.3)
        pitch = curve(part, [sound.draw((120, 200)), 55.0, 45.0], [0.0, 0.15, 1.0])
        return 1.5 * np.sin(2 * np.pi * np.cumsum(pitch) / part.rate_hz) * decay(part, 0.05)

    def snare() -> Floats:
        part = sound.of(0.25)
        return modes(part, (185.0, 330.0), 0.03) + 0.7 * band(part, 900.0, 6_000.0) * decay(part, 0.03)

    def cymbal() -> Floats:
        part = sound.of(0.3)
        return 0.4 * band(part, 5_000.0, 9_000.0) * decay(part, sound.draw_log((0.01, 0.08)))

    made = (bass, snare, cymbal)
    beats = np.arange(0.0, sound.seconds, beat)
    return place(
        sound,
        (
            (float(at), sound.draw((0.6, 1.0)) * make())
            for number, at in enumerate(beats)
            for make, row in zip(made, pattern, strict=True)
            if row[number % 8]
        ),
    )


def winds(sound: Sound) -> Floats:
    """Flutes, violins and singers without words: one line, note bound to note, with vibrato and breath."""
    scale, root = SCALES[int(sound.rng.integers(len(SCALES)))], sound.draw_log((200, 600))
    tilt, air = sound.draw((-16.0, -5.0)), sound.draw_log((0.01, 0.2))
    count = max(round(sound.seconds / sound.draw_log((0.25, 0.9))), 2)
    steps = [float(sound.rng.choice(scale)) + 12 * int(sound.rng.integers(0, 2)) for _ in range(count)]
    held = np.repeat(steps, 8)  # so a note is held and then slides to the next
    vibrato = 0.006 * np.sin(2 * np.pi * sound.draw((4.5, 6.5)) * sound.times_s())
    pitch = root * 2.0 ** (curve(sound, list(held)) / 12) * (1.0 + vibrato)
    loud = 0.3 + 0.7 * np.abs(np.sin(np.pi * np.arange(sound.samples) * count / sound.samples)) ** 0.5
    return (level(harmonics(sound, pitch, tilt)) + air * band(sound, root, 8 * root)) * loud


def band_of_all(sound: Sound) -> Floats:
    """A song: drums, chords and a line at once."""
    line = plucked(sound) if sound.rng.random() < 0.5 else winds(sound)
    return level(drums(sound), 0.8) + level(chords(sound), 0.6) + level(line, sound.draw((0.4, 1.0)))
