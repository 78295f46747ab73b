"""Animals, and what people do with their voices without words: a source of gliding pitch under moving formants.

All are the source-filter model (Fant 1960, Klatt 1980) with the pitches and times of the animal: barks of 0.1 to 0.3 s
(Yin and McCowan 2004), cries of infants around 450 Hz that last about a second (Michelsson and Michelsson 1999).
"""

from __future__ import annotations

import numpy as np

from kws_data.sources.synth.noises.parts import (
    Floats,
    Range,
    Sound,
    band,
    curve,
    harmonics,
    place,
    swell,
    times,
    wander,
)


def _call(
    sound: Sound,
    long_s: Range,
    pitch_hz: Range,
    bends: list[float],
    first: list[float],
    second: list[float],
    *,
    tilt: float = -6.0,
    rough: float = 0.0,
    breath: float = 0.1,
    attack_s: float = 0.03,
) -> Floats:
    """One call.

    Args:
        sound: where chances come from.
        long_s, pitch_hz: ranges to draw from.
        bends: pitch along the call, as factors.
        first, second: the two lowest formants along it, in Hz.
        tilt: of the source, in dB an octave.
        rough: how much the pitch shakes.
        breath: noise through the same formants, beside the voice.
        attack_s: how quickly it begins.
    """
    part = sound.of(sound.draw_log(long_s))
    size = sound.draw_log((0.8, 1.25))  # of the animal: all its resonances move
    jitter = 1.0 + rough * band(part, 20.0, 120.0) + 0.01 * band(part, 3.0, 12.0)
    pitch = sound.draw_log(pitch_hz) * np.abs(curve(part, [one * sound.draw((0.9, 1.1)) for one in bends]) * jitter)
    tracks = [size * curve(part, first), size * curve(part, second)]
    formants = [(tracks[0], 220.0), (tracks[1], 320.0), (np.full(part.samples, size * 3_400.0), 500.0)]
    voice = harmonics(part, np.maximum(pitch, 40.0), tilt, formants)
    middle = float(np.mean(tracks[0])), float(np.mean(tracks[1]))
    air = band(part, 0.7 * middle[0], 1.3 * middle[1])
    loud = float(np.sqrt(np.mean(voice**2)))
    return (voice + breath * loud * air) / max(loud, 1e-9) * swell(part, attack_s, 0.35 * part.seconds)


def barks(sound: Sound) -> Floats:
    """Dogs: one to five barks in a row, of a large or a small one, hoarse."""
    pitch, rough = sound.draw_log((180, 900)), sound.draw((0.02, 0.2))

    def row() -> Floats:
        pace, count = sound.draw_log((0.22, 0.7)), int(sound.rng.integers(1, 6))
        calls = [
            _call(
                sound, (0.08, 0.3), (0.9 * pitch, 1.1 * pitch), [0.7, 1.2, 1.0, 0.6], [500, 1_000, 700],
                [1_200, 1_900, 1_500], rough=rough, breath=sound.draw((0.2, 0.9)), attack_s=0.012,
            )
            for _ in range(count)
        ]  # fmt: skip
        return place(sound.of(count * pace + 0.5), ((n * pace, call) for n, call in enumerate(calls)))

    return place(sound, ((at, sound.draw_log((0.4, 1.0)) * row()) for at in times(sound, (0.8, 2.5))))


def crows(sound: Sound) -> Floats:
    """Roosters: two short calls and a long one that rises and falls; and the caws of crows."""

    def rooster() -> Floats:
        pitch = sound.draw_log((450, 900))
        around = (0.95 * pitch, 1.05 * pitch)
        short = [_call(sound, (0.1, 0.25), around, [0.7, 1.0, 0.9], [800, 1_100], [1_700, 2_000]) for _ in range(2)]
        long = _call(
            sound, (0.6, 1.4), around, [0.8, 1.3, 1.25, 0.7], [700, 1_300, 900], [1_600, 2_300, 1_700], rough=0.04
        )
        return place(sound.of(2.6), [(0.0, short[0]), (0.3, short[1]), (0.6, long)])

    def caw() -> Floats:
        return _call(
            sound, (0.2, 0.5), (250, 500), [0.9, 1.1, 0.8], [900, 1_300, 900], [1_800, 1_600], rough=0.25, breath=0.8
        )

    call = rooster if sound.rng.random() < 0.7 else caw
    return place(sound, ((at, sound.draw_log((0.4, 1.0)) * call()) for at in times(sound, (0.5, 2.2))))


def miaows(sound: Sound) -> Floats:
    """Cats: a mouth that opens and closes on a pitch that rises and falls."""

    def miaow() -> Floats:
        top = sound.draw((1.1, 1.6))
        return _call(
            sound, (0.3, 1.3), (350, 900), [0.8, top, top, 0.7], [500, 1_100, 1_000, 450], [2_200, 1_900, 1_600, 1_000],
            breath=sound.draw((0.02, 0.15)), attack_s=0.08,
        )  # fmt: skip

    return place(sound, ((at, sound.draw((0.4, 1.0)) * miaow()) for at in times(sound, (0.8, 2.4))))


def cries(sound: Sound) -> Floats:
    """Infants: cries that rise and fall with each breath, now and then pressed, and the breath between."""
    pace = sound.draw_log((0.7, 1.8))

    def cry() -> Floats:
        rough = sound.draw((0.0, 0.12))
        return _call(
            sound, (0.5 * pace, 0.9 * pace), (330, 620), [0.8, 1.15, 1.1, 0.85], [900, 1_300, 1_100],
            [1_900, 2_300, 2_000], tilt=-3.0, rough=rough, breath=0.1, attack_s=0.06,
        )  # fmt: skip

    def gasp() -> Floats:
        part = sound.of(0.2)
        return 0.3 * band(part, 900.0, 3_500.0) * swell(part, 0.08, 0.08)

    events = [(at, cry()) for at in times(sound, (pace, 1.3 * pace), 0.7)]
    return place(sound, [*events, *((max(at - 0.22, 0.0), gasp()) for at, _ in events)])


def sneezes(sound: Sound) -> Floats:
    """Sneezes, coughs and throats that are cleared: a burst of air, some voice, and air again."""

    def cough() -> Floats:
        voiced = _call(
            sound, (0.06, 0.25), (90, 350), [1.1, 1.0, 0.7], [700, 600], [1_400, 1_200], rough=0.3,
            breath=sound.draw((0.8, 3.0)), attack_s=0.008,
        )  # fmt: skip
        air = sound.of(sound.draw_log((0.06, 0.35)))
        hiss = band(air, sound.draw_log((800, 2_500)), 5_500.0) * swell(air, 0.01, 0.8 * air.seconds)
        return place(sound.of(0.8), [(0.0, voiced), (sound.draw((0.02, 0.12)), sound.draw((0.4, 1.5)) * hiss)])

    return place(sound, ((at, sound.draw_log((0.4, 1.0)) * cough()) for at in times(sound, (0.25, 1.6))))


def laughs(sound: Sound) -> Floats:
    """Laughter and sobs: short voiced breaths in an even rhythm that tires."""

    def laugh() -> Floats:
        pitch, pace = sound.draw_log((140, 480)), sound.draw((0.14, 0.26))
        vowel = sound.draw((450, 900)), sound.draw((1_100, 2_000))
        part, count = sound.of(2.6), int(sound.rng.integers(3, 10))
        calls = []
        for number in range(count):
            own = pitch * 0.96**number
            call = _call(
                sound, (0.06, 0.12), (0.95 * own, 1.05 * own), [1.1, 1.0, 0.85], [vowel[0]] * 2, [vowel[1]] * 2,
                breath=0.5, attack_s=0.02,
            )  # fmt: skip
            calls.append((number * pace, 0.93**number * call))
        return place(part, calls)

    return place(sound, ((at, sound.draw_log((0.4, 1.0)) * laugh()) for at in times(sound, (1.0, 2.8))))


def growls(sound: Sound) -> Floats:
    """Cows, sheep, frogs, snores and growls: low pulses through a wide throat, held for long."""

    def growl() -> Floats:
        low = sound.draw_log((300, 700))
        return _call(
            sound, (0.3, 1.6), (50, 220), list(sound.rng.uniform(0.8, 1.25, 4)), [low, 1.3 * low, low],
            [2.2 * low, 2.8 * low, 2.4 * low], rough=sound.draw((0.0, 0.3)), breath=sound.draw((0.1, 1.0)),
            attack_s=0.08,
        )  # fmt: skip

    return place(sound, ((at, sound.draw_log((0.4, 1.0)) * growl()) for at in times(sound, (0.5, 2.2))))


def babble(sound: Sound) -> Floats:
    """A crowd: eight voices at once, none of whom says a word, each a row of vowels that flow into each other."""
    values = np.zeros(sound.samples)
    for _ in range(8):
        pitch = sound.draw_log((90, 260)) * wander(sound, (0.8, 1.25), 0.3)
        formants = [
            (wander(sound, (300, 800), 0.15), 120.0),
            (wander(sound, (900, 2_200), 0.15), 180.0),
            (wander(sound, (2_300, 2_900), 0.3), 250.0),
        ]
        loud = wander(sound, (0.0, 1.0), 0.12) ** 2
        values += sound.draw_log((0.3, 1.0)) * harmonics(sound, pitch, -6.0, formants) * loud
    return values
