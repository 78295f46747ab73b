"""What a browser sends is samples, or it is refused in one line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.errors import AudioError
from kws_data.web.collect_upload import LONGEST_S, MOST_BYTES, RATE_HZ, samples_of


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=6_000).map(lambda some: some * 5),
    form=st.sampled_from(["s16", "f32", "wav", "", "../s16"]),
    rate_hz=st.integers(-10, 200_000),
)
def test_any_bytes_become_clean_samples_or_one_line(body: bytes, form: str, rate_hz: int) -> None:
    try:
        samples = samples_of(body, form, rate_hz)
    except AudioError as error:
        assert "\n" not in str(error) and len(str(error)) < 200
        return
    assert samples.dtype == np.int16 and samples.ndim == 1
    expected = len(body) / (2 if form == "s16" else 4) / rate_hz * RATE_HZ
    assert abs(len(samples) - expected) <= 1 and len(samples) <= LONGEST_S * RATE_HZ + 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(width=32) | st.floats(-4, 4, width=32), min_size=1, max_size=8))
def test_floats_that_are_no_sound_are_refused(values: list[float]) -> None:
    data = np.resize(np.array(values, "<f4"), 8_000)
    if np.isfinite(data).all() and np.abs(data).max() <= 4:
        samples = samples_of(data.tobytes(), "f32", 16_000)
        wanted = np.rint(np.clip(data.astype(float), -1, 32_767 / 32_768) * 32_768)
        assert np.array_equal(samples, wanted.astype(np.int16))
    else:
        with pytest.raises(AudioError):
            samples_of(data.tobytes(), "f32", 16_000)


def test_16_bit_samples_at_the_right_rate_stay_as_they_are() -> None:
    samples = np.random.default_rng(0).integers(-32_768, 32_767, 16_000).astype(np.int16)
    assert np.array_equal(samples_of(samples.tobytes(), "s16", 16_000), samples)


def test_other_rates_are_resampled() -> None:
    t = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 1_000 * t).astype("<f4") * 0.5
    heard = samples_of(tone.tobytes(), "f32", 48_000)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert len(heard) == 16_000 and abs(int(np.argmax(spectrum)) - 1_000) <= 1


@pytest.mark.parametrize(
    ("count", "rate_hz", "named"),
    [(64_002, 16_000, "too long"), (3_000, 16_000, "too short"), (16_000, 4_000, "sample rate")],
)
def test_lengths_and_rates_are_limited(count: int, rate_hz: int, named: str) -> None:
    with pytest.raises(AudioError, match=named):
        samples_of(bytes(2 * count), "s16", rate_hz)


def test_a_take_of_the_greatest_length_and_rate_fits() -> None:
    assert len(samples_of(bytes(MOST_BYTES), "f32", 96_000)) == LONGEST_S * RATE_HZ
