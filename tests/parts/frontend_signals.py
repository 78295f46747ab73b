"""Test signals that are hard on a fixed-point front end, and specs at the edges of what is allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import FrontendSpec

SPECS = {
    "default": FrontendSpec(),
    "log_mel": FrontendSpec(kind="log_mel"),
    "window480": FrontendSpec(window_samples=480, hop_samples=160),
    "window640": FrontendSpec(window_samples=640),
    "htk13": FrontendSpec(mel_scale="htk", coefficients=13),
    "deep_floor": FrontendSpec(floor_db=-90.0),
    "high_floor": FrontendSpec(floor_db=-20.0, mel_bands=10, coefficients=10),
    "largest": FrontendSpec(window_samples=1024, hop_samples=512, mel_bands=80, coefficients=80),
    "odd": FrontendSpec(kind="log_mel", window_samples=1023, hop_samples=161, low_hz=0, high_hz=8000, mel_bands=41),
    "odd_mfcc": FrontendSpec(window_samples=401, hop_samples=160, mel_bands=27, coefficients=27),
    "smallest": FrontendSpec(window_samples=64, hop_samples=64, mel_bands=4, coefficients=4, low_hz=0, high_hz=8000),
    "narrowband": FrontendSpec(
        sample_rate_hz=8000, window_samples=200, hop_samples=80, high_hz=4000, mel_bands=20, coefficients=12
    ),
}


def signals(samples: int, seed: int = 0) -> dict[str, NDArray[np.int16]]:
    """Speech-like, tones, noises, impulses, squares at full scale, near-silence: int16 ``[samples]`` each."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples) / 16_000
    n = np.arange(samples)
    voiced = sum(8000.0 / k * np.sin(2 * np.pi * 130 * k * t + k) for k in range(1, 30))
    made = {
        "silence": np.zeros(samples),
        "one_lsb": rng.integers(-1, 2, samples),
        "speech": np.exp(-(((t - 0.25) / 0.1) ** 2)) * voiced,
        "noise": rng.normal(0, 3000, samples),
        "quiet_noise": rng.normal(0, 20, samples),
        "full_noise": rng.uniform(-32768, 32767, samples),
        "full_square": np.where(np.sin(2 * np.pi * 440 * t) > 0, 32767, -32768),
        "full_binary": np.where(rng.random(samples) > 0.5, 32767, -32768),
        "full_tone": 32767 * np.sin(2 * np.pi * 1234.5 * t),
        "low_tone": 100 * np.sin(2 * np.pi * 3000 * t),
        "chirp": 20000 * np.sin(2 * np.pi * (50 + 1950 * t) * t),
        "impulses": np.where(n % 400 == 300, 32767, 0),
        "single_lsb": np.where(n % 4000 == 300, 1, 0),
        "dc": np.full(samples, -32768),
        "nyquist": np.where(n % 2 == 0, 32767, -32768),
    }
    return {name: np.clip(np.round(values), -32768, 32767).astype(np.int16) for name, values in made.items()}
