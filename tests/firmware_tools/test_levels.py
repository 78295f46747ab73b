"""Levels, noise floor and speech of signals of which they are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from firmware_tools.levels import FLOOR_DB, FULL_SCALE, Levels, Speech, decibels, find_speech, levels

RATE = 16_000
QUIET = st.lists(st.integers(-8_000, 8_000), min_size=1, max_size=60).map(np.array)  # four times as loud still fits
ANY = st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=60).map(np.array)


def word_in_noise(first: int, last: int, snr_db: float, noise: float = 30.0) -> NDArray[np.int16]:
    rng = np.random.default_rng(2)
    samples = rng.normal(0, noise, RATE)
    samples[first:last] += rng.normal(0, noise * 10 ** (snr_db / 20), last - first)
    return np.round(samples).astype(np.int16)


def test_levels_of_known_signals() -> None:
    square = levels(np.tile(np.array([32_767, -32_768], np.int16), 500))
    assert (square.peak_db, square.clipped_share) == (0.0, 1.0) and square.rms_db == pytest.approx(0, abs=0.001)
    sine = levels(np.round(16_384 * np.sin(np.arange(1_600) * 2 * np.pi / 16)).astype(np.int16))
    assert sine.peak_db == pytest.approx(-6.02, abs=0.01) and sine.rms_db == pytest.approx(-9.03, abs=0.01)
    offset = levels(np.full(10, 3_277, np.int16))
    assert offset.dc == pytest.approx(0.1, abs=1e-4) and offset.rms_db == FLOOR_DB
    assert levels(np.array([0, 32_767, -32_768, 5], np.int16)).clipped_share == 0.5
    assert levels(np.zeros(10, np.int16)) == levels(np.zeros(0, np.int16)) == Levels(FLOOR_DB, FLOOR_DB, 0.0, 0.0)


@given(QUIET, st.integers(1, 4))
def test_a_scaled_signal_is_louder_by_the_factor(signal: NDArray[np.int64], factor: int) -> None:
    once, scaled = levels(signal.astype(np.int16)), levels((factor * signal).astype(np.int16))
    gain_db = 20 * np.log10(factor)
    for before_db, after_db in ((once.peak_db, scaled.peak_db), (once.rms_db, scaled.rms_db)):
        assert after_db == pytest.approx(before_db + gain_db if before_db > FLOOR_DB else FLOOR_DB, abs=1e-6)
    assert scaled.dc == pytest.approx(factor * once.dc, abs=1e-12)
    assert scaled.clipped_share == 0.0


@given(QUIET, st.integers(-20_000, 20_000))
def test_an_offset_moves_the_mean_and_the_peak_but_is_no_sound(signal: NDArray[np.int64], offset: int) -> None:
    before, after = levels(signal.astype(np.int16)), levels((signal + offset).astype(np.int16))
    assert after.rms_db == pytest.approx(before.rms_db, abs=1e-6)
    assert after.dc == pytest.approx(before.dc + offset / FULL_SCALE, abs=1e-12)
    assert after.peak_db == pytest.approx(decibels(float(np.abs(signal + offset).max()) / FULL_SCALE))


@given(ANY)
def test_clipped_is_what_stands_at_the_limit(signal: NDArray[np.int64]) -> None:
    heard = levels(signal.clip(-32_768, 32_767).astype(np.int16))
    beyond = [value >= 32_767 or value <= -32_768 for value in signal.tolist()]
    assert heard.clipped_share == pytest.approx(sum(beyond) / len(beyond))
    assert heard.peak_db > -0.001 or not any(beyond)
    assert heard.peak_db <= 0.0 and FLOOR_DB <= heard.rms_db <= 0.0


@pytest.mark.parametrize(("height", "silent"), [(0, True), (2, True), (5, False), (300, False)])
def test_only_stray_bits_are_silent(height: int, silent: bool) -> None:
    """-80 dB is an RMS of 3.3 steps of 16 bits."""
    assert levels(np.tile(np.array([900 + height, 900 - height], np.int16), 500)).silent is silent


def test_what_is_stored_is_rounded_and_has_these_names() -> None:
    stored = Levels(-6.0206004, -9.0309, 0.0123456, -0.5).to_dict()
    assert stored == {"peak_db": -6.0206, "rms_db": -9.0309, "clipped_share": 0.01235, "dc": -0.5}


@pytest.mark.parametrize("snr_db", [15.0, 30.0, 45.0])
def test_speech_is_found_where_it_is(snr_db: float) -> None:
    speech = find_speech(word_in_noise(5_000, 11_000, snr_db), RATE)
    assert speech.start == pytest.approx(5_000, abs=320) and speech.end == pytest.approx(11_000, abs=320)
    assert speech.noise_floor_db == pytest.approx(20 * np.log10(30 / 32_768), abs=1.5)
    assert speech.snr_db == pytest.approx(snr_db, abs=2)


def test_a_click_and_noise_alone_are_no_speech() -> None:
    clicked = word_in_noise(0, 0, 0)
    clicked[8_000:8_010] = 20_000
    for samples in (clicked, word_in_noise(0, 0, 0), np.zeros(RATE, np.int16)):
        speech = find_speech(samples, RATE)
        assert (speech.start, speech.end, speech.snr_db) == (None, None, None)


def test_a_pause_within_a_word_does_not_cut_it() -> None:
    samples = word_in_noise(4_000, 6_000, 30)
    samples[8_000:11_000] = word_in_noise(8_000, 11_000, 30)[8_000:11_000]
    speech = find_speech(samples, RATE)
    assert speech.start == pytest.approx(4_000, abs=320) and speech.end == pytest.approx(11_000, abs=320)


def test_very_short_clips_have_no_speech() -> None:
    assert find_speech(np.zeros(10, np.int16), RATE) == Speech(FLOOR_DB)
