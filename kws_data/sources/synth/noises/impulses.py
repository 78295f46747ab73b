"""Short hits: clocks, keys, knocks, crockery, claps, steps, drops, and fire.

Struck bodies are sums of decaying modes (van den Doel and Pai 1998); many small collisions in a row are drawn by chance
(Cook 1997, PhISM); a drop rings as its air bubble does (Minnaert 1933).
"""

from __future__ import annotations

import numpy as np

from kws_data.sources.synth.noises.parts import Floats, Sound, band, curve, decay, modes, place, swell, times

BAR = (1.0, 2.756, 5.404, 8.933)  # modes of a free bar, by its lowest
PLATE = (1.0, 1.41, 1.73, 2.24, 2.65, 3.16, 3.6, 4.12, 5.1)  # about those of a plate


def _hit(sound: Sound, lowest_hz: float, ratios: tuple[float, ...], half_s: float, click: float) -> Floats:
    """A body that is struck: modes around those of an ideal one, and the noise of the touch."""
    part = sound.of(min(12 * half_s + 0.01, 2.0))
    bent = [lowest_hz * ratio * sound.draw((0.97, 1.03)) for ratio in ratios]
    touch = band(part, 800.0, 6_000.0) * decay(part, 0.001)
    return modes(part, bent, half_s) + click * touch


def clock(sound: Sound) -> Floats:
    """Ticks of a clock, tick and tock of two pitches, at its own steady pace."""
    pitch, half_s, click = sound.draw_log((900, 5_000)), sound.draw_log((0.001, 0.012)), sound.draw((0.2, 2.0))
    other, ratios = sound.draw((0.7, 1.0)), (1.0, sound.draw((1.3, 2.2)), sound.draw((2.3, 3.4)))
    pace = sound.draw_log((0.18, 1.0))
    places = np.arange(sound.draw((0.0, pace)), sound.seconds, pace)
    return place(
        sound,
        (
            (float(at), _hit(sound, pitch * (other if number % 2 else 1.0), ratios, half_s, click))
            for number, at in enumerate(places)
        ),
    )


def clicks(sound: Sound) -> Floats:
    """Keys and buttons: two quick clicks each, down and up, in bursts."""

    def key() -> Floats:
        part = sound.of(0.15)
        down = _hit(sound, sound.draw_log((1_200, 4_500)), BAR[:3], 0.0015, 2.0)
        up = _hit(sound, sound.draw_log((1_500, 6_000)), BAR[:2], 0.001, 1.0)
        return place(part, [(0.0, down), (sound.draw((0.04, 0.11)), sound.draw((0.3, 0.8)) * up)])

    return place(sound, ((at, sound.draw_log((0.3, 1.0)) * key()) for at in times(sound, (0.07, 0.5))))


def knocks(sound: Sound) -> Floats:
    """Knocks at doors, tables and boxes, two to five in a row."""
    lowest, half_s = sound.draw_log((90, 700)), sound.draw_log((0.006, 0.03))

    def row() -> Floats:
        pace = sound.draw_log((0.12, 0.4))
        hits = ((n * pace, sound.draw((0.5, 1.0)) * _hit(sound, lowest, PLATE[:6], half_s, 0.5)) for n in range(count))
        return place(sound.of(count * pace + 0.5), hits)

    events = []
    for at in times(sound, (0.8, 2.5)):
        count = int(sound.rng.integers(1, 6))
        events.append((at, row()))
    return place(sound, events)


def clatter(sound: Sound) -> Floats:
    """Crockery, cutlery, bottles and coins: bright bodies that ring, some bouncing to rest."""

    def bouncing() -> Floats:
        lowest, half_s = sound.draw_log((600, 3_500)), sound.draw_log((0.01, 0.12))
        gap, gain, at = sound.draw_log((0.06, 0.3)), 1.0, 0.0
        hits = []
        for _ in range(int(sound.rng.integers(1, 9))):
            hits.append((at, gain * _hit(sound, lowest, PLATE, half_s, 0.3)))
            at, gap, gain = at + gap, gap * 0.75, gain * 0.75  # each bounce is lower, and sooner over
        return place(sound.of(at + 1.0), hits)

    return place(sound, ((at, sound.draw_log((0.2, 1.0)) * bouncing()) for at in times(sound, (0.15, 1.2))))


def claps(sound: Sound) -> Floats:
    """Hands: bursts of noise around 1 to 2 kHz; one pair, or a crowd."""
    pace, steady = sound.draw_log((0.05, 0.6)), sound.draw((0.6, 1.0))

    def clap() -> Floats:
        part, middle = sound.of(0.12), sound.draw_log((700, 2_500))
        return band(part, 0.7 * middle, 1.4 * middle) * decay(part, sound.draw((0.004, 0.012)))

    return place(sound, ((at, sound.draw((0.4, 1.0)) * clap()) for at in times(sound, (pace, 1.3 * pace), steady)))


def steps(sound: Sound) -> Floats:
    """Steps: heel and toe, each a low thud with the grain of the floor."""
    thud, grain = sound.draw_log((60, 180)), sound.draw_log((600, 4_000))
    pace = sound.draw_log((0.35, 0.8))

    def step() -> Floats:
        part = sound.of(0.3)
        soles = []
        for at, gain in ((0.0, 1.0), (sound.draw((0.06, 0.12)), 0.6)):
            own = sound.of(0.15)
            noise = band(own, grain, 2 * grain) * decay(own, 0.012)
            soles.append((at, gain * (modes(own, (thud, 2.3 * thud), 0.02) + 0.4 * noise)))
        return place(part, soles)

    return place(sound, ((at, sound.draw((0.7, 1.0)) * step()) for at in times(sound, (pace, 1.15 * pace), 0.9)))


def drops(sound: Sound) -> Floats:
    """Drops and bubbles: a sinusoid that rises as the bubble nears the surface and dies away (Minnaert 1933)."""

    def drop() -> Floats:
        part, hz = sound.of(0.25), sound.draw_log((400, 4_000))
        pitch = hz * (1.0 + sound.draw((0.0, 2.5)) * part.times_s())
        return np.sin(2 * np.pi * np.cumsum(pitch) / part.rate_hz) * decay(part, sound.draw_log((0.005, 0.03)))

    dense = sound.draw_log((0.02, 0.7))
    return place(sound, ((at, sound.draw_log((0.1, 1.0)) * drop()) for at in times(sound, (0.5 * dense, 2 * dense))))


def crackle(sound: Sound) -> Floats:
    """Fire, foil and paper: cracks of all sizes by chance, small ones most often, over a breath of flames."""
    dense = sound.draw_log((0.01, 0.08))

    def crack() -> Floats:
        part, low = sound.of(0.03), sound.draw_log((600, 4_000))
        return band(part, low, 3 * low) * decay(part, sound.draw_log((0.0006, 0.004)))

    cracks = place(sound, ((at, sound.rng.pareto(1.5) * crack()) for at in times(sound, (0.3 * dense, 3 * dense))))
    flames = band(sound, 40.0, 300.0) * curve(sound, list(sound.rng.uniform(0.3, 1.0, 12)))
    return np.tanh(cracks) + sound.draw((0.02, 0.2)) * flames


def slams(sound: Sound) -> Floats:
    """Doors, drawers and things that fall: a low thud with noise, and what rattles after it."""

    def slam() -> Floats:
        part = sound.of(0.9)
        thud = modes(part, [sound.draw((50, 140)) * ratio for ratio in PLATE[:5]], sound.draw((0.03, 0.08)))
        noise = band(part, 100.0, sound.draw_log((600, 3_000))) * decay(part, sound.draw((0.02, 0.06)))
        rattle = band(part, 800.0, 4_000.0) * swell(part, 0.05, 0.6) * sound.draw((0.0, 0.15))
        return thud + 0.8 * noise + rattle

    return place(sound, ((at, sound.draw_log((0.3, 1.0)) * slam()) for at in times(sound, (0.7, 2.2))))
