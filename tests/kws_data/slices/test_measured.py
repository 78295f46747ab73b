"""What is measured of a clip, on sounds of which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.slices.measured import measure, pitch

RATE = 16_000


def voice(hertz: float, seconds: float, loudness: float = 8_000.0) -> np.ndarray:
    """A buzz with the harmonics of a voice."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 9))
    return (loudness * wave / np.abs(wave).max()).astype(np.int16)


@pytest.mark.parametrize("hertz", [80, 118, 150, 190, 240, 330])
def test_pitch_of_a_buzz(hertz: float) -> None:
    assert pitch(voice(hertz, 0.5), RATE) == pytest.approx(hertz, rel=0.03)
    assert pitch(voice(hertz, 0.5)[::2].copy(), RATE // 2) == pytest.approx(hertz, rel=0.03)


def test_pitch_is_that_of_yin_elsewhere() -> None:
    """librosa's YIN on a gliding voice with noise."""
    import librosa

    rng = np.random.default_rng(0)
    hertz = np.linspace(140, 180, RATE // 2)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 9)) * 5_000 + rng.normal(0, 50, RATE // 2)
    samples = wave.astype(np.int16)
    other = np.median(librosa.yin(wave / 32_768, fmin=60, fmax=500, sr=RATE, frame_length=1_600))
    assert pitch(samples, RATE) == pytest.approx(other, rel=0.04)


def test_noise_silence_and_what_is_too_short_have_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 3_000, RATE).astype(np.int16)
    assert np.isnan(pitch(noise, RATE)) and np.isnan(pitch(np.zeros(RATE, np.int16), RATE))
    assert np.isnan(pitch(noise[:100], RATE)) and np.isnan(pitch(noise[:0], RATE))


def test_onset_duration_snr_and_level_of_a_word_in_noise() -> None:
    noise = np.random.default_rng(1).normal(0, 30, RATE)
    clip = noise.copy()
    clip[4_800:11_200] += voice(150, 0.4)
    silent, short = np.zeros(RATE, np.int16), np.zeros(RATE, np.int16)
    short[2_000:14_000] = clip[2_000:14_000].astype(np.int16)  # filled up with zeros around it
    told: list[int] = []
    found = measure([clip.astype(np.int16), short, silent], 3, RATE, lambda stage, done, total: told.append(done))
    assert told == [1, 2, 3]
    assert found.onset_s[:2] == pytest.approx([0.3, 0.3], abs=0.03)
    assert found.duration_s[:2] == pytest.approx([0.4, 0.4], abs=0.05)
    power = (voice(150, 0.4).astype(float) ** 2).mean()
    assert found.snr_db[:2] == pytest.approx([10 * np.log10(power / 900)] * 2, abs=2.0)
    assert found.pitch_hz[:2] == pytest.approx([150, 150], rel=0.03)
    assert found.rms_db[1] > found.rms_db[0] > found.rms_db[2] == -120.0
    assert np.isnan([found.snr_db[2], found.onset_s[2], found.duration_s[2], found.pitch_hz[2]]).all()
