"""Where in a clip its word begins and ends, for a cut that a person then moves.

:func:`firmware_tools.levels.find_speech` finds the loudest stretch that stands out of the clip's own noise, in steps of
20 ms and 9 dB. Words begin and end softer than that (f, s, h, a breath before t), so both ends are moved, in steps of
5 ms, to where the 10 ms there are no longer 4 dB above the noise and within 40 dB of the loudest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import FLOOR_PERCENTILE, find_speech
from kws_data.audio import Samples

STEP_S = 0.005
FRAME_S = 0.01
ABOVE_NOISE_DB = 4.0
BELOW_LOUDEST_DB = 40.0  # in a quiet room an echo stays above the noise for long
MOST_OUTWARDS_S = 0.15  # a soft sound before or after a word is no longer; a second word is farther away


@dataclass(frozen=True)
class WordBounds:
    """First sample of a word and the one after its last."""

    start: int
    stop: int


def find_word(samples: Samples, sample_rate_hz: int, around_s: float = 0.0) -> WordBounds | None:
    """Where the loudest word of a clip is, for int16 [n]; None where nothing stands out of its noise.

    Args:
        samples: int16 [n].
        sample_rate_hz: of them.
        around_s: left before and after the word, as far as the clip goes.
    """
    found = find_speech(samples, sample_rate_hz)
    if found.start is None or found.end is None:
        return None
    step = max(1, int(STEP_S * sample_rate_hz))
    db = _levels_db(samples, step, max(step, int(FRAME_S * sample_rate_hz)))
    noise_db = float(np.percentile(db, FLOOR_PERCENTILE))
    above = db > max(noise_db + ABOVE_NOISE_DB, float(db.max()) - BELOW_LOUDEST_DB)
    most, around = int(MOST_OUTWARDS_S / STEP_S), int(around_s * sample_rate_hz)
    first, last = _within(above, found.start // step, min(len(above), -(-found.end // step)))
    start = first - _run(above[max(0, first - most) : first][::-1])
    stop = last + _run(above[last : last + most])
    return WordBounds(max(0, start * step - around), min(len(samples), stop * step + around))


def _within(above: NDArray[np.bool_], first: int, last: int) -> tuple[int, int]:
    """The first place from ``first`` on, and the one after the last before ``last``."""
    there = np.flatnonzero(above[first:last])
    return (first + int(there[0]), first + int(there[-1]) + 1) if len(there) else (first, last)


def _levels_db(samples: Samples, step: int, frame: int) -> NDArray[np.float64]:
    """Level of the ``frame`` samples around each step, dB of an arbitrary zero: [steps]."""
    values = samples.astype(np.float64)
    power = np.concatenate([[0.0], np.cumsum((values - values.mean()) ** 2)])
    middles = np.arange(0, len(samples), step) + step // 2
    first = np.clip(middles - frame // 2, 0, len(samples) - 1)
    last = np.minimum(first + frame, len(samples))
    level: NDArray[np.float64] = 10 * np.log10((power[last] - power[first]) / (last - first) + 1e-3)
    return level


def _run(above: NDArray[np.bool_]) -> int:
    """How many there are in a row from the first on."""
    below = np.flatnonzero(~above)
    return int(below[0]) if len(below) else len(above)
