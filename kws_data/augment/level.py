"""Levels: sounds mixed at a signal-to-noise ratio, clipping, gain and the way back to 16 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.native.library import library, rows_of

Rows = NDArray[np.float32]
Values = NDArray[np.float64]


def decibels(values: Values) -> Values:
    """Factors of an amplitude."""
    return np.array([10.0 ** (value / 20.0) for value in values.tolist()])


def mix(rows: Rows, sound: NDArray[np.int16], starts: NDArray[np.int64], snr_db: Values) -> Rows:
    """Add a stretch of another sound to each row, ``snr_db`` below it (audiomentations: ``AddBackgroundNoise``).

    As there, both levels are the RMS of the whole row. A row without energy, or whose stretch has none, or with an
    infinite ratio, comes back as it is.

    Args:
        rows: float32 ``[n, samples]``.
        sound: int16, one dimension; its own level does not matter.
        starts: where each row's stretch begins ``[n]``.
        snr_db: ``[n]``.

    Raises:
        ValueError: a stretch is not inside the sound.
    """
    rows, sound = rows_of(rows, np.float32), np.ascontiguousarray(sound, np.int16)
    starts = np.ascontiguousarray(starts, np.int64)
    if len(starts) and not 0 <= starts.min() <= starts.max() <= len(sound) - rows.shape[1]:
        raise ValueError(f"stretches from {starts.min()} to {starts.max()} are not in {len(sound)} samples")
    ratio, mixed = decibels(-snr_db), np.empty_like(rows)
    library().kws_mix(rows, sound, starts, mixed, *rows.shape, ratio)
    return mixed


def clip_peaks(rows: Rows, shares: Values) -> Rows:
    """Cut off the loudest ``shares`` of each row's samples (audiomentations: ``ClippingDistortion``)."""
    clipped = np.empty_like(rows)
    for row, share in enumerate(shares.tolist()):
        sizes = np.abs(rows[row])
        rank = min(int((1.0 - share) * len(sizes)), len(sizes) - 1)
        limit = np.partition(sizes, rank)[rank]
        clipped[row] = np.clip(rows[row], -limit, limit)
    return clipped


def convert(rows: Rows, gain_db: Values) -> NDArray[np.int16]:
    """Each row louder by so much (audiomentations: ``Gain``), to the nearest integer, clipped at full scale: what a
    microphone's amplifier and converter do."""
    rows = rows_of(rows, np.float32)
    clips, factors = np.empty(rows.shape, np.int16), decibels(gain_db).astype(np.float32)
    library().kws_quantise(rows, clips, *rows.shape, factors)
    return clips
