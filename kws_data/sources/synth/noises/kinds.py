"""All kinds of sounds that are made, and a minute of one: scene after scene, each drawn anew.

What detectors take for words is short and changes: so a recording is not one sound for a minute, but about a dozen
clocks, dogs or motors of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kws_data.sources.synth.noises import animals, impulses, machines, music, tones, weather
from kws_data.sources.synth.noises.parts import Floats, Sound, band, in_room, level

NOISE, MUSIC = "noise", "music"
#: Name -> (noise or music, what makes it).
KINDS: dict[str, tuple[str, Callable[[Sound], Floats]]] = {
    **{
        made.__name__: (NOISE, made)
        for made in (
            *(impulses.clock, impulses.clicks, impulses.knocks, impulses.clatter, impulses.claps, impulses.steps),
            *(impulses.drops, impulses.crackle, impulses.slams),
            *(tones.beeps, tones.ringing, tones.siren, tones.whistle, tones.birds, tones.crickets, tones.squeaks),
            *(animals.barks, animals.crows, animals.miaows, animals.cries, animals.sneezes, animals.laughs),
            *(animals.growls, animals.babble),
            *(machines.motor, machines.blower, machines.engine, machines.tool, machines.rotor, machines.mains),
            *(weather.wind, weather.rain, weather.waves, weather.water, weather.thunder, weather.rustle),
        )
    },
    **{
        made.__name__: (MUSIC, made)
        for made in (music.plucked, music.chords, music.drums, music.winds, music.band_of_all)
    },
}
SCENE_S = (3.0, 8.0)
FADE_S = 0.05
RMS, PEAK = 0.05, 0.9  # of full scale; what is quiet between hits has its peaks limited
ROOM_DB = (-40.0, -20.0)  # of the room's own noise, below the sound: nothing is digital silence
SCENE_DB = (-8.0, 4.0)  # how loud a scene is beside the others


def noise_of_kind(kind: str, samples: int, rate_hz: int, rng: np.random.Generator) -> Floats:
    """A recording ``[samples]`` of a kind, with an RMS of 0.05 of full scale or, where that would clip, less."""
    pieces: list[Floats] = []
    length = 0
    fade = round(FADE_S * rate_hz)
    while length < samples:
        scene = _scene(kind, Sound(round(rng.uniform(*SCENE_S) * rate_hz), rate_hz, rng))
        ramp = np.linspace(0.0, 1.0, fade)
        scene[:fade] *= ramp
        scene[-fade:] *= ramp[::-1]
        if pieces:  # scenes overlap by their ramps
            pieces[-1][-fade:] += scene[:fade]
            scene = scene[fade:]
        pieces.append(scene)
        length += len(scene)
    values = level(np.concatenate(pieces)[:samples], RMS)
    return values * min(1.0, PEAK / max(float(np.abs(values).max()), 1e-9))


def _scene(kind: str, sound: Sound) -> Floats:
    """One scene at its own level, over the quiet noise of a room."""
    values = level(KINDS[kind][1](sound), 10.0 ** (sound.draw(SCENE_DB) / 20.0))
    room = band(sound, 60.0, sound.draw_log((300.0, 3_000.0)))
    heard: Floats = in_room(sound, values) + 10.0 ** (sound.draw(ROOM_DB) / 20.0) * room
    return heard
