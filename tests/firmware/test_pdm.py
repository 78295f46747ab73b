"""The decimator of PDM bits in C, built for this machine: quality, band and delay."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from rp2040_boards import snr_db

from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.compile import compile_host

FOLDER = FIRMWARE_DIR / "shared" / "rp2"
RATIO = 128
Decimate = Callable[[NDArray[np.uint32]], NDArray[np.int32]]
GLUE = """
#include "kws_pdm.h"
void decimate(const uint32_t *words, int32_t *samples, uint32_t count)
{
    static kws_pdm pdm;
    kws_pdm_init(&pdm);
    for (uint32_t i = 0; i < count; i++)
        samples[i] = kws_pdm_sample(&pdm, words + 4 * i);
}
"""


@pytest.fixture(scope="module")
def decimate() -> Decimate:
    library = ctypes.CDLL(str(compile_host([FOLDER / "kws_pdm.c", GLUE], include_dirs=(FOLDER,), name="pdm")))

    def run(words: NDArray[np.uint32]) -> NDArray[np.int32]:
        samples = np.zeros(len(words) // 4, np.int32)
        library.decimate(words.ctypes.data_as(ctypes.c_void_p), samples.ctypes.data_as(ctypes.c_void_p), len(samples))
        return samples

    return run


def bits_of(wave: NDArray[np.float64]) -> NDArray[np.uint32]:
    """What a modulator of second order makes of a wave of -1 to 1: uint32 words, the first bit highest."""
    bits, last, before = np.empty(len(wave), bool), 0.0, 0.0
    for i, value in enumerate(wave.tolist()):
        wanted = value + 2 * last - before
        bits[i] = wanted >= 0
        before, last = last, max(-4.0, min(4.0, wanted - (1.0 if wanted >= 0 else -1.0)))
    return np.packbits(bits).view(">u4").astype(np.uint32)


def sine(hz: float, amplitude: float, samples: int) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(samples * RATIO) / (16_000 * RATIO))


def test_tone_is_clean(decimate: Decimate) -> None:
    heard = decimate(bits_of(sine(1_000, 0.5, 6_000)))[2_000:]
    assert np.abs(heard).max() == pytest.approx(0.5 * 65_536, rel=0.01)
    assert snr_db((heard // 2).astype(np.int16)) >= 80


def test_all_ones_and_all_zeros_are_the_ends(decimate: Decimate) -> None:
    ones, zeros = np.full(800, 0xFFFFFFFF, np.uint32), np.zeros(800, np.uint32)
    assert decimate(ones)[-1] == pytest.approx(65_536, abs=40)
    assert decimate(zeros)[-1] == pytest.approx(-65_536, abs=40)


@pytest.mark.parametrize(("hz", "least_db", "most_db"), [(200, -0.05, 0.05), (4_000, -0.3, 0.05), (7_000, -0.8, 0.05)])
def test_band_is_flat_but_for_the_slope_that_is_told(
    decimate: Decimate, hz: float, least_db: float, most_db: float
) -> None:
    heard = decimate(bits_of(sine(hz, 0.4, 2_400)))[800:]
    level = 20 * np.log10(np.sqrt(2) * heard.std() / (0.4 * 65_536))
    assert least_db <= level <= most_db


@pytest.mark.parametrize("hz", [9_200, 20_000, 57_000])
def test_what_would_fold_into_the_band_is_gone(decimate: Decimate, hz: float) -> None:
    heard = decimate(bits_of(sine(hz, 0.4, 2_400)))[800:]
    assert 20 * np.log10(np.sqrt(2) * heard.std() / (0.4 * 65_536)) < -60


def test_order_of_bits(decimate: Decimate) -> None:
    """An impulse earlier in the word comes out earlier: energy before the middle is more."""
    quiet = np.tile(np.array([0xAAAAAAAA], np.uint32), 400)
    early, late = quiet.copy(), quiet.copy()
    early[200], late[200] = 0xFFFFAAAA, 0xAAAAFFFF
    rest = decimate(quiet)
    centre = [np.average(np.arange(100), weights=np.abs(decimate(one) - rest)) for one in (early, late)]
    assert centre[0] < centre[1]
