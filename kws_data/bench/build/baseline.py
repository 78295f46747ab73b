"""The baseline of ``kws bench build``: the loop that a user writes today, audiomentations and librosa clip by clip."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import read_audio
from kws_data.bench.build.material import FRONTENDS, RATE_HZ, RECIPE

CLIP_SAMPLES = RATE_HZ


def baseline_chain(noise: Path, rooms: Path) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """The recipe in audiomentations: same transforms, same ranges, same probabilities, same sounds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import audiomentations as am
    shift_s = RECIPE.shift_ms / 1_000
    compose = am.Compose(
        [
            am.TimeStretch(*RECIPE.tempo, leave_length_unchanged=True, p=RECIPE.tempo_probability),
            am.PitchShift(*RECIPE.pitch_semitones, p=RECIPE.pitch_probability),
            am.Shift(-shift_s, shift_s, shift_unit="seconds", rollover=False, p=1.0),
            am.ApplyImpulseResponse(str(rooms), p=RECIPE.room_probability, leave_length_unchanged=True),
            am.AddBackgroundNoise(str(noise), *RECIPE.noise_snr_db, p=RECIPE.noise_probability),
            am.Gain(*RECIPE.gain_db, p=1.0),
        ]
    )

    def apply(samples: NDArray[np.float32]) -> NDArray[np.float32]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(compose(samples=samples, sample_rate=RATE_HZ))

    return apply


def baseline_features(samples: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any]]:
    """MFCC and log-mel of one clip in librosa, of the same frames."""
    import librosa

    mfcc, mel = FRONTENDS
    common = {
        "y": samples,
        "sr": RATE_HZ,
        "n_fft": mfcc.window_samples,
        "hop_length": mfcc.hop_samples,
        "n_mels": mel.mel_bands,
        "fmin": mel.low_hz,
        "fmax": mel.high_hz,
        "center": False,
    }
    return librosa.feature.mfcc(n_mfcc=mfcc.coefficients, **common), librosa.power_to_db(
        librosa.feature.melspectrogram(**common)
    )


def baseline_seconds(files: Sequence[Path], copies: int, noise: Path, rooms: Path) -> float:
    """Seconds for reading these clips and computing both features of each copy; the first is the clip as it is.

    A clip is read once for all its copies. What is loaded on first use (noises, rooms, filters) is loaded before.
    """
    chain = baseline_chain(noise, rooms)
    warm = np.random.default_rng(0).standard_normal(CLIP_SAMPLES).astype(np.float32) * np.float32(0.1)
    for _ in range(60):
        baseline_features(chain(warm))
    started = time.perf_counter()
    for path in files:
        samples = _one_second(path)
        baseline_features(samples)
        for _ in range(copies - 1):
            baseline_features(chain(samples))
    return time.perf_counter() - started


def _one_second(path: Path) -> NDArray[np.float32]:
    samples = read_audio(path)[:CLIP_SAMPLES].astype(np.float32) / np.float32(32_768)
    return np.pad(samples, (0, CLIP_SAMPLES - len(samples)))
