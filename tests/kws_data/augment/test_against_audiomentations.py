"""The transforms against those of audiomentations, with the same parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import audiomentations
import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.audio import write_wav
from kws_data.augment.band import Kind, band_limit
from kws_data.augment.level import clip_peaks, convert, mix
from kws_data.augment.rooms import hear_in, measured_room
from kws_data.augment.shift import shift
from kws_data.augment.voice import change_pitch, change_tempo

RATE_HZ = 16_000
FULL_SCALE = 32_768.0

Clip = NDArray[np.int16]
Floats = NDArray[np.float32]


def vowel(pitch_hz: float = 140.0, seconds: float = 0.6, formants_hz: tuple[float, ...] = (600, 1_500, 2_600)) -> Clip:
    """A voice with formants, in the middle of a second; int16 [16000]."""
    count = int(seconds * RATE_HZ)
    phase = 2 * np.pi * pitch_hz * np.arange(count) / RATE_HZ
    voice = np.zeros(count)
    for harmonic in range(1, int(7_000 / pitch_hz)):
        hz = harmonic * pitch_hz
        level = sum(1.0 / (1.0 + ((hz - formant) / 120.0) ** 2) for formant in formants_hz) + 0.01
        voice += level * np.sin(harmonic * phase + harmonic**2)
    clip = np.zeros(RATE_HZ)
    start = (RATE_HZ - count) // 2
    clip[start : start + count] = voice * np.hanning(count)
    return np.rint(12_000 * clip / np.abs(clip).max()).astype(np.int16)


def word() -> Clip:
    """Hiss, a gliding vowel, a stop and a second vowel, over a little noise: int16 [16000]."""
    rng = np.random.default_rng(3)
    hiss = rng.standard_normal(RATE_HZ)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(130 + 40 * time_s) / RATE_HZ
    voice = np.zeros(RATE_HZ)
    for harmonic in range(1, 40):
        hz = harmonic * (130 + 40 * time_s)
        formants_hz = (500 + 300 * time_s, 1_100 + 900 * time_s, 2_600)
        level = sum(1.0 / (1.0 + ((hz - formant) / 120.0) ** 2) for formant in formants_hz)
        voice += level * np.sin(harmonic * phase + harmonic**2)
    voiced = np.interp(time_s, [0.3, 0.35, 0.5, 0.55, 0.6, 0.62, 0.7, 0.8], [0, 1, 1, 0, 0, 1, 1, 0])
    hissing = np.interp(time_s, [0.2, 0.25, 0.3, 0.32, 0.595, 0.6, 0.62], [0, 1, 1, 0, 0, 1, 0])
    clip = voice * voiced + 0.5 * np.diff(hiss, prepend=0.0) * hissing + 0.002 * hiss
    return np.rint(12_000 * clip / np.abs(clip).max()).astype(np.int16)


def floats(clip: Clip) -> Floats:
    return (clip / FULL_SCALE).astype(np.float32)


def one(value: float) -> NDArray[np.float64]:
    return np.array([value])


def pitch_of(samples: NDArray[np.generic]) -> float:
    """Pitch of the voiced middle, Hz: the highest of the autocorrelation, between its samples."""
    middle = samples.astype(np.float64)[5_000:11_000] * np.hanning(6_000)
    power = np.abs(np.fft.rfft(middle, 1 << 17)) ** 2
    likeness = np.fft.irfft(power)
    low, high = RATE_HZ // 400, RATE_HZ // 70
    lag = low + int(np.argmax(likeness[low:high]))
    before, at, after = likeness[lag - 1 : lag + 2]
    return RATE_HZ / (lag + 0.5 * (before - after) / (before - 2 * at + after))


def log_mel(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    mel = librosa.feature.melspectrogram(y=samples.astype(np.float64), sr=RATE_HZ, n_fft=512, hop_length=160, n_mels=40)
    decibels: NDArray[np.float64] = np.maximum(10 * np.log10(mel / mel.max() + 1e-10), -50)
    return decibels


def distance_db(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Mean difference of log-mel spectra at the best alignment within 50 ms."""
    first, second = log_mel(a), log_mel(b)
    return min(float(np.abs(first - np.roll(second, lag, 1)).mean()) for lag in range(-5, 6))


def test_gain() -> None:
    clip = vowel()
    theirs = audiomentations.Gain(min_gain_db=-6, max_gain_db=-6, p=1.0)(floats(clip), RATE_HZ)
    ours = convert(clip[np.newaxis].astype(np.float32), one(-6))[0]
    assert np.abs(ours - theirs * FULL_SCALE).max() <= 0.51


@pytest.mark.parametrize("offset", [800, -800, 0])
def test_shift(offset: int) -> None:
    clip = vowel()
    theirs = audiomentations.Shift(min_shift=offset, max_shift=offset, shift_unit="samples", rollover=False,
                                   fade_duration=0.0, p=1.0)(floats(clip), RATE_HZ)  # fmt: skip
    assert np.array_equal(shift(clip[np.newaxis], np.array([offset]))[0], np.rint(theirs * FULL_SCALE))


@pytest.mark.parametrize("snr_db", [-5.0, 3.0, 20.0])
def test_background_noise(snr_db: float, tmp_path: Path) -> None:
    clip = vowel()
    noise = np.random.default_rng(0).integers(-3_000, 3_000, RATE_HZ).astype(np.int16)
    write_wav(tmp_path / "noise.wav", noise, RATE_HZ)
    theirs = audiomentations.AddBackgroundNoise(str(tmp_path), min_snr_db=snr_db, max_snr_db=snr_db, p=1.0)
    ours = mix(clip[np.newaxis].astype(np.float32), noise, np.array([0]), one(snr_db))[0]
    assert np.abs(ours - theirs(floats(clip), RATE_HZ) * FULL_SCALE).max() < 0.1


def test_impulse_response(tmp_path: Path) -> None:
    """The same room: only the level differs (theirs is scaled to a peak of 0.5)."""
    rng = np.random.default_rng(1)
    room = np.concatenate([[1.0], 0.3 * rng.standard_normal(3_000) * np.exp(-np.arange(3_000) / 500)])
    stored = np.rint(20_000 * room / np.abs(room).max()).astype(np.int16)
    write_wav(tmp_path / "room.wav", stored, RATE_HZ)
    clip = vowel()
    theirs = audiomentations.ApplyImpulseResponse(str(tmp_path), p=1.0)(floats(clip), RATE_HZ)
    ours = hear_in(clip[np.newaxis].astype(np.float32), [measured_room(stored.astype(np.float32), RATE_HZ)])[0]
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9995
    assert np.sum(ours**2) == pytest.approx(np.sum(clip.astype(np.float64) ** 2), rel=1e-3)


@pytest.mark.parametrize("kind", ["low", "high"])
@pytest.mark.parametrize(("cutoff_hz", "order"), [(300.0, 2), (1_000.0, 3), (3_400.0, 4), (7_500.0, 2)])
def test_low_and_high_pass(kind: Kind, cutoff_hz: float, order: int) -> None:
    clip = vowel()[4_000:] + np.int16(1_000)  # starts loud
    name = audiomentations.LowPassFilter if kind == "low" else audiomentations.HighPassFilter
    theirs = name(min_cutoff_freq=cutoff_hz, max_cutoff_freq=cutoff_hz, min_rolloff=6 * order, max_rolloff=6 * order,
                  p=1.0)(floats(clip), RATE_HZ)  # fmt: skip
    ours = band_limit(clip[np.newaxis].astype(np.float32), kind, one(cutoff_hz), np.array([order]), RATE_HZ)[0]
    assert np.abs(ours - theirs * FULL_SCALE).max() < 0.1


def test_clipping() -> None:
    clip = np.random.default_rng(2).standard_normal(RATE_HZ).astype(np.float32)
    theirs = audiomentations.ClippingDistortion(20, 20, p=1.0)(clip.copy(), RATE_HZ)
    ours = clip_peaks(clip[np.newaxis], one(0.2))[0]
    assert np.abs(ours - theirs).max() < 0.05
    assert np.mean(ours == ours.max()) + np.mean(ours == ours.min()) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("semitones", [-3.0, -1.0, 2.0, 3.0])
def test_pitch(semitones: float) -> None:
    """The pitch is theirs, and a word's spectrogram nearer to one of their two methods than those are to each other."""
    phase_vocoder, signalsmith = (
        audiomentations.PitchShift(semitones, semitones, method=method, p=1.0)
        for method in ("librosa_phase_vocoder", "signalsmith_stretch")
    )
    changes: list[Callable[[Clip], NDArray[Any]]] = [
        lambda clip: change_pitch(clip[np.newaxis], one(semitones), RATE_HZ)[0],
        lambda clip: phase_vocoder(floats(clip), RATE_HZ),
        lambda clip: signalsmith(floats(clip), RATE_HZ),
    ]
    clip = vowel()
    ours, *theirs = (change(clip) for change in changes)
    assert pitch_of(ours) == pytest.approx(pitch_of(clip) * 2 ** (semitones / 12), rel=0.01)
    assert pitch_of(ours) == pytest.approx(pitch_of(theirs[0]), rel=0.01)
    ours, *theirs = (change(word()) for change in changes)
    assert min(distance_db(ours, other) for other in theirs) < distance_db(theirs[0], theirs[1])


@pytest.mark.parametrize("rate", [0.8, 0.9, 1.15, 1.25])
def test_tempo(rate: float) -> None:
    """As long as theirs, at the same pitch, and a word's spectrogram nearer to one of them than they are."""
    phase_vocoder, signalsmith = (
        audiomentations.TimeStretch(rate, rate, leave_length_unchanged=False, method=method, p=1.0)
        for method in ("librosa_phase_vocoder", "signalsmith_stretch")
    )
    changes: list[Callable[[Clip], NDArray[Any]]] = [
        lambda clip: change_tempo(clip[np.newaxis], one(rate), RATE_HZ)[0],
        lambda clip: _middle(phase_vocoder(floats(clip), RATE_HZ)),
        lambda clip: _middle(signalsmith(floats(clip), RATE_HZ)),
    ]
    clip = vowel()
    ours, *theirs = (change(clip) for change in changes)
    assert pitch_of(ours) == pytest.approx(pitch_of(clip), rel=0.01)
    assert _duration(ours) == pytest.approx(_duration(clip) / rate, rel=0.04)
    assert _duration(ours) == pytest.approx(_duration(theirs[0]), rel=0.06)
    ours, *theirs = (change(word()) for change in changes)
    assert min(distance_db(ours, other) for other in theirs) < distance_db(theirs[0], theirs[1])


def _middle(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    """The middle second."""
    padded = np.pad(samples.astype(np.float64), RATE_HZ)
    start = (len(padded) - RATE_HZ) // 2
    return padded[start : start + RATE_HZ]


def _duration(samples: NDArray[np.generic]) -> int:
    """Samples between the places where the smoothed level passes a tenth of its highest."""
    level = np.convolve(np.abs(samples.astype(np.float64)), np.ones(400), "same")
    return int(np.ptp(np.flatnonzero(level > 0.1 * level.max())))
