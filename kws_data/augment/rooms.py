"""Rooms that clips are heard in: measured ones, and a pool of simulated ones.

The direct sound arrives at once, so the word does not move, and the clip keeps its energy, so that gain and SNR mean
the same with and without a room. (audiomentations' ``ApplyImpulseResponse`` keeps the response's own delay and scales
to a peak of 0.5 whatever the level was.)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.convolve import Kernel, convolve, kernel_of
from kws_data.augment.image_source import Box, response_of
from kws_data.augment.native.library import library, rows_of
from kws_data.config.augment import AugmentSettings
from kws_data.errors import DataError

POOL = 64  # simulated rooms; the same ones in each process
HEIGHT_M = (2.3, 3.2)
WALL_M = 0.3  # nobody is nearer to a wall
ONSET = 0.1  # the direct sound: the first sample within 20 dB of the largest (ISO 3382-1)
TAIL_SHARE = 10.0**-3.5  # of a measured response's energy may be cut off at its end

Range = tuple[float, float]


def hear_in(rows: NDArray[np.float32], rooms: Sequence[Kernel]) -> NDArray[np.float32]:
    """Each row of float32 ``[n, samples]`` in its room."""
    heard = convolve(rows, rooms)
    rows = rows_of(rows, np.float32)
    library().kws_match(rows, heard, *rows.shape)
    return heard


def simulated_rooms(settings: AugmentSettings, samples: int, rate_hz: int) -> tuple[Kernel, ...]:
    """The pool for clips of ``samples`` samples, made once per process."""
    return _pool(settings.room_size_m, settings.room_rt60_s, settings.room_distance_m, samples, rate_hz)


@lru_cache(maxsize=4)
def _pool(size_m: Range, rt60_s: Range, distance_m: Range, samples: int, rate_hz: int) -> tuple[Kernel, ...]:
    rng = np.random.default_rng(0)
    boxes = [draw_box(size_m, rt60_s, distance_m, rng) for _ in range(POOL)]
    return tuple(kernel_of(response_of(box, rate_hz, rng)[:samples], samples) for box in boxes)


def draw_box(size_m: Range, rt60_s: Range, distance_m: Range, rng: np.random.Generator) -> Box:
    """A room of this kind; in a small one the distance is what fits.

    Args:
        size_m: length and width are in it.
        rt60_s: decay times, evenly distributed in their logarithm.
        distance_m: from mouth to microphone.
        rng: all is drawn from it.
    """
    size = np.array([*rng.uniform(*size_m, 2), rng.uniform(*HEIGHT_M)])
    rt60 = float(np.exp(rng.uniform(*np.log(rt60_s))))
    inside = size - 2.0 * WALL_M
    microphone = WALL_M + inside * rng.random(3)
    direction = rng.standard_normal(3) * (1.0, 1.0, 0.3)
    reach = rng.uniform(*distance_m) * direction / np.linalg.norm(direction)
    source = np.clip(microphone + reach, WALL_M, size - WALL_M)
    if np.linalg.norm(source - microphone) < 0.5 * distance_m[0]:  # pressed against a wall: go the other way
        source = np.clip(microphone - reach, WALL_M, size - WALL_M)
    return Box(size, source, microphone, rt60)


def measured_room(response: NDArray[np.float32], samples: int) -> Kernel:
    """A measured response from its direct sound to where it has died away, for clips of ``samples`` samples.

    Raises:
        DataError: the response is empty, silent or not finite.
    """
    if response.ndim != 1 or not np.isfinite(response).all() or not response.any():
        raise DataError("impulse response cannot be used", response.shape, "it is empty, silent or not finite")
    values = response.astype(np.float64)
    onset = int(np.argmax(np.abs(values) >= ONSET * np.abs(values).max()))
    values = values[onset : onset + samples]
    left = np.cumsum(values[::-1] ** 2)[::-1]
    return kernel_of(values[: int(np.count_nonzero(left > TAIL_SHARE * left[0]))], samples)
