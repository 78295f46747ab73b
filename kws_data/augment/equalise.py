"""The colour of a microphone, its case and the place it stands in."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.convolve import Kernel, convolve, kernel_of

LOWEST_HZ = 100.0
GRID = 1_024  # taps of the filter, before its window

Rows = NDArray[np.float32]
Values = NDArray[np.float64]


def equalise(rows: Rows, gains_db: Values, rate_hz: int) -> Rows:
    """Shape each spectrum by a curve through ``gains_db`` at frequencies evenly spaced in octaves from 100 Hz to half
    the rate, without moving anything in time.

    Args:
        rows: float32 ``[n, samples]``.
        gains_db: ``[n, knots]``.
        rate_hz: of the rows.
    """
    return convolve(rows, equaliser_kernels(gains_db, rows.shape[1], rate_hz))


def equaliser_kernels(gains_db: Values, samples: int, rate_hz: int) -> list[Kernel]:
    """A filter of linear phase for each row of ``gains_db`` [n, knots]."""
    hats = _hats(gains_db.shape[1], rate_hz)
    curves_db = sum(gains_db[:, knot, np.newaxis] * hat for knot, hat in enumerate(hats))
    half = GRID // 2
    responses = np.roll(np.fft.irfft(10.0 ** (curves_db / 20.0)), half, axis=1)[:, 1:] * np.hanning(GRID - 1)
    return [kernel_of(response, samples, half - 1) for response in responses]


@cache
def _hats(knots: int, rate_hz: int) -> Values:
    """How much each knot counts at each frequency of the grid, ``[knots, GRID / 2 + 1]``."""
    octaves = np.log2(np.maximum(np.fft.rfftfreq(GRID, 1 / rate_hz), LOWEST_HZ))
    places = np.linspace(np.log2(LOWEST_HZ), np.log2(rate_hz / 2), knots)
    return np.array([np.interp(octaves, places, hat) for hat in np.eye(knots)])
