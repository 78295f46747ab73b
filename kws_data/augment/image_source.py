"""Impulse responses of box-shaped rooms.

Early reflections are mirror images of the source (Allen and Berkley, "Image method for efficiently simulating
small-room acoustics", JASA 65, 1979), with walls that turn the sign, so that images do not pile up at low frequencies.
After :data:`MIXING_S` there are too many to count: noise with the room's decay goes on at their level (Lehmann and
Johansson, "Diffuse reverberation model for efficient image-source simulation of room impulse responses", IEEE TASLP
18, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SOUND_M_S = 343.0
MIXING_S = 0.04
TAIL_DB = 45.0  # the response ends where its level has fallen by so much
LEVEL_S = 0.015  # the tail's level is that of so much of the images before it

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A room, and who is where in it.

    Attributes:
        size_m: length, width, height ``[3]``.
        source_m: place of the mouth ``[3]``.
        microphone_m: place of the microphone ``[3]``.
        rt60_s: time in which the sound falls by 60 dB.
    """

    size_m: Floats
    source_m: Floats
    microphone_m: Floats
    rt60_s: float

    @property
    def reflection(self) -> float:
        """Amplitude that a wall leaves: Eyring's absorption for the decay time."""
        length, width, height = self.size_m.tolist()
        walls_m2 = 2.0 * (length * width + width * height + height * length)
        absorption = 1.0 - float(np.exp(-0.161 * length * width * height / (walls_m2 * self.rt60_s)))
        return -float(np.sqrt(1.0 - absorption))


def response_of(box: Box, rate_hz: int, rng: np.random.Generator) -> Floats:
    """Impulse response from the arrival of the direct sound, whose amplitude is 1.

    Args:
        box: the room.
        rate_hz: of the response.
        rng: the late part is noise drawn from it.
    """
    samples = max(2, round(box.rt60_s * TAIL_DB / 60.0 * rate_hz))
    mixing = min(samples, round(MIXING_S * rate_hz))
    response = np.zeros(samples)
    response[:mixing] = _images(box, mixing, rate_hz)
    decay = 10.0 ** (-3.0 * np.arange(samples) / (box.rt60_s * rate_hz))
    recent = slice(max(1, mixing - round(LEVEL_S * rate_hz)), mixing)
    level = np.sqrt(np.sum(response[recent] ** 2) / np.sum(decay[recent] ** 2))
    response[mixing:] = level * decay[mixing:] * rng.standard_normal(samples - mixing)
    return response


def _images(box: Box, samples: int, rate_hz: int) -> Floats:
    """The first ``samples`` samples of the response: the source and its mirror images."""
    direct_m = float(np.linalg.norm(box.source_m - box.microphone_m))
    farthest_m = direct_m + samples / rate_hz * SOUND_M_S
    axes = [_axis(box, axis, farthest_m) for axis in range(3)]
    (x, nx), (y, ny), (z, nz) = axes
    distance_m = np.sqrt((x**2)[:, None, None] + (y**2)[:, None] + z**2)
    walls = nx[:, None, None] + ny[:, None] + nz
    near = distance_m < farthest_m
    delay = (distance_m[near] - direct_m) / SOUND_M_S * rate_hz
    amplitude = box.reflection ** walls[near] * direct_m / distance_m[near]
    place = np.floor(delay + 1e-9).astype(np.int64)
    late = delay - place
    spread: Floats = np.bincount(place, amplitude * (1.0 - late), samples + 2).astype(np.float64)
    spread += np.bincount(place + 1, amplitude * late, samples + 2)
    return spread[:samples]


def _axis(box: Box, axis: int, farthest_m: float) -> tuple[Floats, NDArray[np.int64]]:
    """Along one axis: from the microphone to each image, and how many walls it was mirrored in."""
    size_m, source_m = float(box.size_m[axis]), float(box.source_m[axis])
    reach = int(np.ceil(farthest_m / (2.0 * size_m))) + 1
    turns = np.arange(-reach, reach + 1)
    places = [2.0 * turns * size_m + source_m, 2.0 * turns * size_m - source_m]
    walls = [np.abs(2 * turns), np.abs(2 * turns - 1)]
    return np.concatenate(places) - box.microphone_m[axis], np.concatenate(walls)
