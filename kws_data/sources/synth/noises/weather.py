"""Weather and water: wind, rain, waves, a stream, thunder; and what rustles or hisses like them."""

from __future__ import annotations

import numpy as np

from kws_data.sources.synth.noises.parts import Floats, Sound, band, decay, place, shaped, swell, times, wander


def wind(sound: Sound) -> Floats:
    """Wind at a microphone or around a house: low noise in gusts, and a whistle that goes with them."""
    gust = wander(sound, (0.1, 1.0), 0.7) ** 2
    low = shaped(sound, lambda f: (1.0 + (f / 80.0) ** 2) ** -0.8)
    howl, middle = np.zeros(sound.samples), sound.draw_log((300, 1_400))
    for octave in range(3):  # a whistle that rises with the gust: bands that take over from each other
        share = np.clip(1.0 - np.abs(3.0 * gust - octave), 0.0, 1.0)
        howl += share * band(sound, middle * 1.3**octave, 1.1 * middle * 1.3**octave)
    return low * gust + sound.draw((0.0, 0.6)) * howl * gust


def rain(sound: Sound) -> Floats:
    """Rain, showers and frying: a hiss of very many drops, and single near ones."""
    hiss = band(sound, sound.draw_log((400, 2_500)), sound.draw_log((3_500, 8_000))) * wander(sound, (0.6, 1.0), 1.0)

    def drop() -> Floats:
        part, low = sound.of(0.02), sound.draw_log((800, 5_000))
        return band(part, low, 1.5 * low) * decay(part, 0.002)

    dense = sound.draw_log((0.01, 0.08))
    near = place(sound, ((at, sound.rng.pareto(2.0) * drop()) for at in times(sound, (0.5 * dense, 2 * dense))))
    return hiss + sound.draw((0.2, 3.0)) * np.tanh(near)


def waves(sound: Sound) -> Floats:
    """Surf and passing cars: noise that swells, brightens and ebbs away."""
    turn = sound.times_s() / sound.draw_log((1.5, 6.0)) + sound.draw((0.0, 1.0))
    tide = (0.5 - 0.5 * np.cos(2 * np.pi * turn)) ** 2
    return band(sound, 60.0, 500.0) * (0.15 + tide) + 0.6 * band(sound, 800.0, 5_000.0) * tide**2


def water(sound: Sound) -> Floats:
    """A tap, a brook, a flush: very many small bubbles at once, each a short falling tone, over a rush."""

    def bubble() -> Floats:
        part, hz = sound.of(0.04), sound.draw_log((400, 3_500))
        return np.sin(2 * np.pi * hz * part.times_s() * (1.0 + 4.0 * part.times_s())) * decay(part, 0.006)

    dense = sound.draw_log((0.003, 0.015))
    bubbles = place(
        sound, ((at, sound.draw_log((0.1, 1.0)) * bubble()) for at in times(sound, (0.5 * dense, 2 * dense)))
    )
    return bubbles + sound.draw((0.1, 0.8)) * band(sound, 200.0, sound.draw_log((1_500, 6_000)))


def thunder(sound: Sound) -> Floats:
    """Thunder, blasts and fireworks: a crack, and a rumble that rolls away."""

    def clap() -> Floats:
        part = sound.of(sound.draw((1.0, 3.5)))
        rumble = band(part, 25.0, sound.draw_log((120, 600))) * wander(part, (0.2, 1.0), 0.15)
        crack = band(part, 200.0, 4_000.0) * decay(part, sound.draw_log((0.01, 0.08)))
        return rumble * decay(part, 0.25 * part.seconds) * swell(part, 0.005, 0.3) + sound.draw((0.0, 2.0)) * crack

    return place(sound, ((at, sound.draw_log((0.3, 1.0)) * clap()) for at in times(sound, (0.8, 3.0))))


def rustle(sound: Sound) -> Floats:
    """Leaves, clothes, bags and brooms: strokes of bright noise, uneven within."""

    def stroke() -> Floats:
        part, low = sound.of(sound.draw_log((0.06, 0.7))), sound.draw_log((600, 3_500))
        return band(part, low, 2.5 * low) * wander(part, (0.0, 1.0), 0.02) ** 2 * swell(part, 0.03, 0.1)

    return place(sound, ((at, sound.draw_log((0.2, 1.0)) * stroke()) for at in times(sound, (0.1, 0.9))))
