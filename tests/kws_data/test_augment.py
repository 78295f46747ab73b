import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.augment import (
    add_noise,
    augment,
    change_pitch,
    change_speed,
    change_tempo,
    equalise,
    gain,
    shift,
)
from kws_data.config import AugmentSettings

RATE_HZ = 16_000


def sine(frequency_hz: float, count: int = RATE_HZ) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * frequency_hz * np.arange(count) / RATE_HZ)).astype(np.float32)


def peak_hz(samples: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax()) * RATE_HZ / len(samples)


def test_shift_moves_and_fills_with_zeros() -> None:
    samples = np.array([1, 2, 3, 4], np.float32)
    assert shift(samples, 1).tolist() == [0, 1, 2, 3]
    assert shift(samples, -2).tolist() == [3, 4, 0, 0]
    assert shift(samples, 0).tolist() == [1, 2, 3, 4]


def test_gain_is_in_decibels() -> None:
    assert gain(np.array([0.1], np.float32), 20.0)[0] == pytest.approx(1.0)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_noise_is_mixed_at_the_ratio_asked_for(snr_db: float) -> None:
    clip = sine(440)
    noise = np.random.default_rng(0).standard_normal(RATE_HZ).astype(np.float32)
    added = add_noise(clip, noise, snr_db) - clip
    measured = 10 * np.log10(np.mean(clip**2) / np.mean(added**2))
    assert measured == pytest.approx(snr_db, abs=0.01)
    assert np.array_equal(add_noise(np.zeros(RATE_HZ, np.float32), noise, snr_db), np.zeros(RATE_HZ))
    assert np.array_equal(add_noise(clip, np.zeros(RATE_HZ, np.float32), snr_db), clip)


def test_equaliser_follows_its_curve() -> None:
    gains_db = np.linspace(-10.0, 10.0, 6)
    assert np.allclose(equalise(sine(440), np.zeros(6), RATE_HZ), sine(440), atol=1e-6)
    for frequency_hz in (200, 800, 4_000):
        octaves = np.log2(frequency_hz / 100) / np.log2(8_000 / 100)
        louder = equalise(sine(frequency_hz), gains_db, RATE_HZ)
        change_db = 10 * np.log10(np.mean(louder**2) / np.mean(sine(frequency_hz) ** 2))
        assert change_db == pytest.approx(-10 + 20 * octaves, abs=0.1)


def test_speed_changes_pitch_and_length() -> None:
    burst = sine(500) * np.hanning(RATE_HZ).astype(np.float32)
    faster = change_speed(burst, 1.25)
    assert peak_hz(faster) == pytest.approx(625, abs=3)
    assert len(faster) == RATE_HZ and np.all(faster[:1_500] == 0)


def test_tempo_keeps_pitch_and_changes_length() -> None:
    burst = np.zeros(RATE_HZ, np.float32)
    burst[4_000:12_000] = sine(500, 8_000)
    for factor in (0.8, 1.25):
        changed = change_tempo(burst, factor)
        loud = np.flatnonzero(np.abs(changed) > 0.05)
        assert peak_hz(changed) == pytest.approx(500, abs=4)
        assert np.ptp(loud) == pytest.approx(8_000 / factor, rel=0.06)
        assert loud.mean() == pytest.approx(8_000, abs=400)


def test_tempo_of_one_changes_nothing() -> None:
    voice = np.random.default_rng(1).standard_normal(RATE_HZ).astype(np.float32)
    assert np.allclose(change_tempo(voice, 1.0), voice, atol=1e-4)


def test_pitch_keeps_length() -> None:
    burst = np.zeros(RATE_HZ, np.float32)
    burst[4_000:12_000] = sine(500, 8_000)
    higher = change_pitch(burst, 3.0)
    assert peak_hz(higher) == pytest.approx(500 * 2**0.25, rel=0.02)
    assert np.ptp(np.flatnonzero(np.abs(higher) > 0.05)) == pytest.approx(8_000, rel=0.08)


def test_augment_depends_on_its_generator_only_and_stays_in_range() -> None:
    settings = AugmentSettings(
        copies=2, tempo_probability=0.5, pitch_probability=0.5, eq_probability=0.5, gain_db=(0.0, 30.0)
    )
    clip = np.rint(20_000 * sine(300)).astype(np.int16)
    noise = np.random.default_rng(2).integers(-3_000, 3_000, 50_000).astype(np.int16)
    before = clip.copy()
    copies = [augment(clip, settings, noise, RATE_HZ, np.random.default_rng([7, n]), word=True) for n in range(8)]
    again = [augment(clip, settings, noise, RATE_HZ, np.random.default_rng([7, n]), word=True) for n in range(8)]
    assert all(np.array_equal(a, b) for a, b in zip(copies, again, strict=True))
    assert len({copy.tobytes() for copy in copies}) == 8
    assert all(copy.dtype == np.int16 and copy.shape == clip.shape for copy in copies)
    assert np.array_equal(clip, before)


def test_audiomentations_agrees_on_gain_and_noise_level() -> None:
    import audiomentations

    clip = sine(440)
    theirs = audiomentations.Gain(min_gain_db=-6, max_gain_db=-6, p=1.0)(clip, RATE_HZ)
    assert np.allclose(gain(clip, -6), theirs, atol=1e-6)
    moved = audiomentations.Shift(min_shift=800, max_shift=800, shift_unit="samples", rollover=False,
                                  fade_duration=0.0, p=1.0)(clip, RATE_HZ)  # fmt: skip
    assert np.allclose(shift(clip, 800), moved, atol=1e-6)
