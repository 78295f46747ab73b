"""What can be said of a clip from its samples alone: level, clipping, offset, noise, and where speech stands out of it.

The only place that measures them. All levels are dB relative to full scale: a square wave of full height has 0 dB, a
sine -3 dB RMS, and digital silence ``FLOOR_DB``.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32_768.0
FLOOR_DB = -120.0
SILENT_RMS_DB = -80.0  # below this a 16-bit clip holds nothing but a few stray bits
FRAME_S = 0.02
FLOOR_PERCENTILE = 10.0  # the noise floor is the level of the clip's quietest tenth
SPEECH_ABOVE_DB = 9.0
SPEECH_FRAMES = 3  # in a row: a click is no speech
JOIN_S = 0.2  # pauses within a word


@dataclass(frozen=True)
class Levels:
    """How loud a clip is.

    Attributes:
        peak_db: of the sample that is farthest from zero.
        rms_db: around the mean, so that an offset does not look like sound.
        clipped_share: share of samples that stand at the limit of 16 bits.
        dc: the mean, as a share of full scale.
    """

    peak_db: float
    rms_db: float
    clipped_share: float
    dc: float

    @property
    def silent(self) -> bool:
        """Whether it certainly holds no sound, only stray bits or an offset. A quiet clip is not silent."""
        return self.rms_db < SILENT_RMS_DB

    def to_dict(self) -> dict[str, float]:
        """Plain values, rounded, as they are stored with a clip."""
        return {key: round(value, 5) for key, value in asdict(self).items()}


@dataclass(frozen=True)
class Speech:
    """What stands out of a clip.

    Attributes:
        noise_floor_db: RMS level of the quietest tenth of the clip.
        snr_db: level of the speech above that, None when there is none.
        start: sample at which speech begins, None when there is none.
        end: sample after its last one.
    """

    noise_floor_db: float
    snr_db: float | None = None
    start: int | None = None
    end: int | None = None


def decibels(amplitude: float) -> float:
    """An amplitude, as a share of full scale, in dB; ``FLOOR_DB`` at the least."""
    return max(FLOOR_DB, 20.0 * math.log10(amplitude)) if amplitude > 0 else FLOOR_DB


def levels(samples: NDArray[np.int16]) -> Levels:
    """Levels of int16 samples [n]; no samples are silence."""
    if samples.size == 0:
        return Levels(FLOOR_DB, FLOOR_DB, 0.0, 0.0)
    values = samples.astype(np.float64) / FULL_SCALE
    dc = float(values.mean())
    peak = float(np.abs(values).max())
    rms = float(np.sqrt(np.mean((values - dc) ** 2)))
    clipped = float(np.mean((samples == 32_767) | (samples == -32_768)))
    return Levels(decibels(peak), decibels(rms), clipped, dc)


def find_speech(samples: NDArray[np.int16], sample_rate_hz: int) -> Speech:
    """What stands ``SPEECH_ABOVE_DB`` out of the clip's own noise, for int16 [n].

    Levels of frames of ``FRAME_S`` seconds; the floor is their tenth percentile. Of the stretches above it (pauses up
    to ``JOIN_S`` belong to them) the one with the most energy is the speech; its SNR is its mean power over the floor.
    """
    frame = max(1, int(FRAME_S * sample_rate_hz))
    power = _frame_power(samples, frame)
    if not len(power):
        return Speech(FLOOR_DB)
    floor = float(np.percentile(power, FLOOR_PERCENTILE))
    floor_db = 10 * float(np.log10(floor))
    stretches = _loud_stretches(power, floor)
    if not stretches:
        return Speech(floor_db)
    first, last = max(stretches, key=lambda stretch: float(power[stretch[0] : stretch[1]].sum()))
    snr_db = 10 * float(np.log10(power[first:last].mean() / floor))
    return Speech(floor_db, snr_db, first * frame, last * frame)


def utterances(samples: NDArray[np.int16], sample_rate_hz: int) -> list[tuple[int, int]]:
    """(first sample, after the last) of all that :func:`find_speech` chooses from, for int16 [n]."""
    frame = max(1, int(FRAME_S * sample_rate_hz))
    power = _frame_power(samples, frame)
    if not len(power):
        return []
    found = _loud_stretches(power, float(np.percentile(power, FLOOR_PERCENTILE)))
    return [(first * frame, last * frame) for first, last in found]


def _frame_power(samples: NDArray[np.int16], frame: int) -> NDArray[np.float64]:
    """Mean power of each whole frame of so many samples, around the clip's mean: [frames]."""
    count = len(samples) // frame
    if count == 0:
        return np.zeros(0)
    values = samples[: count * frame].astype(np.float64).reshape(count, frame) / FULL_SCALE
    power: NDArray[np.float64] = np.mean((values - values.mean()) ** 2, axis=1) + 10 ** (FLOOR_DB / 10)
    return power


def _loud_stretches(power: NDArray[np.float64], floor: float) -> list[tuple[int, int]]:
    above = power > floor * 10 ** (SPEECH_ABOVE_DB / 10)
    found = _stretches(above, int(JOIN_S / FRAME_S))
    return [(first, last) for first, last in found if last - first >= SPEECH_FRAMES]


def _stretches(above: NDArray[np.bool_], join: int) -> list[tuple[int, int]]:
    """(first, after the last) of each run of True; runs no more than ``join`` apart are one."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(above).tolist():
        if runs and place - runs[-1][1] <= join:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs
