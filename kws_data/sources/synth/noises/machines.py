"""Machines: motors whose pitch drifts, blowers, engines that idle, tools under load, rotors, and mains hum."""

from __future__ import annotations

import numpy as np

from kws_data.sources.synth.noises.parts import Floats, Sound, band, curve, harmonics, level, shaped, wander


def motor(sound: Sound) -> Floats:
    """Mixers, fans, pumps and toys: a pitch that drifts or runs up and down, with brushes and air."""
    bends = list(sound.rng.uniform(0.6, 1.5, int(sound.rng.integers(2, 6))))
    pitch = sound.draw_log((60, 420)) * curve(sound, bends) * (1.0 + 0.004 * band(sound, 2.0, 20.0))
    body = [(np.full(sound.samples, sound.draw_log((300, 4_000))), sound.draw((200, 900))) for _ in range(3)]
    whine = level(harmonics(sound, np.abs(pitch) + 20.0, sound.draw((-6.0, 0.0)), body))
    return whine + sound.draw_log((0.1, 1.0)) * band(sound, 300.0, sound.draw_log((1_500, 6_000)))


def blower(sound: Sound) -> Floats:
    """Vacuum cleaners, dryers, hoods: broadband air with a resonance of the tube and the whine of the motor."""
    peak, sharp, slope = sound.draw_log((250, 2_500)), sound.draw((1.0, 6.0)), sound.draw((0.2, 1.0))
    air = shaped(sound, lambda f: (f / 200.0) ** -slope * (0.3 + 1.0 / (1.0 + (sharp * np.log2(f / peak)) ** 2)))
    whine = level(harmonics(sound, sound.draw_log((150, 700)) * wander(sound, (0.98, 1.02), 0.7), -6.0))
    return air * wander(sound, (0.8, 1.0), 0.4) + sound.draw_log((0.05, 0.6)) * whine


def engine(sound: Sound) -> Floats:
    """Cars, mowers and generators: pulses of combustion through the exhaust, idling or revved."""
    rate = sound.draw_log((12, 90)) * curve(sound, list(sound.rng.uniform(0.7, 1.8, 4)))
    turns = np.cumsum(rate * (1.0 + 0.03 * band(sound, 3.0, 25.0))) / sound.rate_hz
    pulse = np.exp(-sound.draw((3.0, 9.0)) * (turns % 1.0))
    exhaust = band(sound, 60.0, sound.draw_log((400, 2_500)))
    rumble = harmonics(sound, np.abs(rate) * 2.0 + 20.0, -9.0)
    return level(exhaust * pulse) + sound.draw((0.2, 0.8)) * level(rumble)


def tool(sound: Sound) -> Floats:
    """Drills, saws, grinders and razors: a whine that is pulled down under load, and what the blade tears."""
    load = (wander(sound, (0.0, 1.0), 0.6) > 0.5).astype(np.float64)
    smooth = np.convolve(load, np.ones(sound.rate_hz // 8) / (sound.rate_hz // 8), mode="same")
    pitch = sound.draw_log((150, 900)) * (1.0 - 0.3 * smooth) * wander(sound, (0.97, 1.03), 0.2)
    whine = level(harmonics(sound, pitch, sound.draw((-5.0, 0.0))))
    torn = band(sound, sound.draw_log((800, 3_000)), 7_000.0) * (0.1 + smooth)
    return whine + sound.draw((0.3, 2.0)) * torn


def rotor(sound: Sound) -> Floats:
    """Helicopters, washing machines, trains and printers: broadband sound that comes in even beats."""
    beats = sound.draw_log((1.5, 25.0)) * sound.times_s()
    beat = np.exp(-sound.draw((1.0, 8.0)) * (beats % 1.0)) + 0.5 * np.exp(
        -5.0 * ((beats + sound.draw((0.3, 0.7))) % 1.0)
    )
    low = sound.draw_log((60, 900))
    return band(sound, low, low * sound.draw((2.0, 10.0))) * beat + 0.1 * band(sound, 100.0, 3_000.0)


def mains(sound: Sound) -> Floats:
    """Transformers, lamps and bad cables: mains hum with odd harmonics, its buzz coming and going."""
    pitch = np.full(sound.samples, 50.0 if sound.rng.random() < 0.5 else 60.0)
    buzz = level(harmonics(sound, 2.0 * pitch, sound.draw((-6.0, 0.0)))) * wander(sound, (0.0, 1.0), 0.8)
    return level(harmonics(sound, pitch, -9.0)) + sound.draw((0.2, 1.0)) * buzz + 0.05 * band(sound, 200.0, 5_000.0)
