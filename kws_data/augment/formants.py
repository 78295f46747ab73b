"""Other vowels: formants moved while the pitch stays, as from another vocal tract or in another accent.

Vocal-tract length perturbation (Jaitly and Hinton, 2013) warps the frequency axis by one factor. Accents move the
first formant (how open a vowel is) apart from the higher ones (how far in front it is), so here the warp is piecewise
linear with a factor for each; equal factors are VTLP. audiomentations has no such transform.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.convolve import twiddles
from kws_data.augment.native.library import library, rows_of

FRAME, ORDER = 512, 18  # as in kws_augment.h
LOW_HZ, HIGH_HZ = 700.0, 2_300.0  # where the factors hold; half the rate stays where it is
SMOOTHING_HZ = 60.0  # the envelope is blurred by so much, so that it does not follow the harmonics
FLOOR = 1e-4  # and has a floor of so much of the energy

Clips = NDArray[np.int16]
Values = NDArray[np.float64]


def move_formants(clips: Clips, low: Values, high: Values, rate_hz: int) -> Clips:
    """Clips whose formants about 700 Hz lie ``low`` times as high and those from 2300 Hz ``high`` times.

    Args:
        clips: int16 ``[n, samples]``.
        low: ``[n]``, 0.7 to 1.4.
        high: ``[n]``, 0.7 to 1.4.
        rate_hz: of the clips.

    Returns:
        int16 ``[n, samples]`` of the same energy.
    """
    clips = rows_of(clips, np.int16)
    before = clips.astype(np.float32)
    rows, work = np.empty_like(before), np.empty(5 * FRAME, np.float32)
    for clip, row, *factors in zip(clips, rows, low.tolist(), high.tolist(), strict=True):
        library().kws_warp(clip, row, len(clip), _places(factors[0], factors[1], rate_hz),
                           _window(), _lag_window(rate_hz), twiddles(FRAME),
                           work)  # fmt: skip
    library().kws_match(before, rows, *rows.shape)
    moved: Clips = np.clip(np.rint(rows), -32_768, 32_767).astype(np.int16)
    return moved


def _places(low: float, high: float, rate_hz: int) -> NDArray[np.float32]:
    """Bin, as a fraction, whose envelope each bin gets."""
    old_hz = np.array([0.0, LOW_HZ, HIGH_HZ, rate_hz / 2])
    new_hz = old_hz * (1.0, low, high, 1.0)
    bins_hz = np.arange(FRAME // 2 + 1) * rate_hz / FRAME
    places: NDArray[np.float32] = (np.interp(bins_hz, new_hz, old_hz) * FRAME / rate_hz).astype(np.float32)
    return places


@cache
def _window() -> NDArray[np.float32]:
    """Root of a Hann window: its squares, half over each other, add up to one."""
    return np.sin(np.pi * np.arange(FRAME) / FRAME).astype(np.float32)


@cache
def _lag_window(rate_hz: int) -> Values:
    lags = np.arange(ORDER + 1)
    window: Values = np.exp(-0.5 * (2.0 * np.pi * SMOOTHING_HZ * lags / rate_hz) ** 2)
    window[0] += FLOOR
    return window
