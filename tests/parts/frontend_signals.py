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

#: Front ends whose features are pinned (test_pinned.py).
PINNED_SPECS = {
    "demo": FrontendSpec(),
    "mfcc26": FrontendSpec(window_samples=480, coefficients=26),
    "mfcc10": FrontendSpec(window_samples=480, coefficients=10),
    "log_mel480": FrontendSpec(kind="log_mel", window_samples=480),
    "log_mel512": FrontendSpec(kind="log_mel", mel_bands=32, coefficients=32),
    "window256": FrontendSpec(window_samples=256, hop_samples=128, mel_bands=20, coefficients=13),
    "window400": FrontendSpec(window_samples=400, hop_samples=160, low_hz=20.0, high_hz=8_000.0),
    "window401": FrontendSpec(window_samples=401, hop_samples=161, mel_bands=27, coefficients=27),
    "window640": FrontendSpec(window_samples=640, hop_samples=320, coefficients=32),
    "window642": FrontendSpec(window_samples=642, hop_samples=642, mel_bands=42, coefficients=41),
    "window1024": FrontendSpec(window_samples=1024, hop_samples=512, mel_bands=80, coefficients=80),
    "log_mel1023": FrontendSpec(
        kind="log_mel", window_samples=1023, hop_samples=160, low_hz=0, high_hz=8000, mel_bands=41
    ),
    "window128": FrontendSpec(window_samples=128, hop_samples=100, mel_bands=12, coefficients=12, low_hz=0),
    "window64": FrontendSpec(window_samples=64, hop_samples=64, mel_bands=4, coefficients=4, low_hz=0, high_hz=8000),
    "htk": FrontendSpec(mel_scale="htk", window_samples=512, hop_samples=256, mel_bands=36, coefficients=13),
    "wide48k": FrontendSpec(
        sample_rate_hz=48_000, window_samples=1000, mel_bands=4, coefficients=4, low_hz=0, high_hz=24_000
    ),
    "narrow8k": FrontendSpec(
        sample_rate_hz=8_000, window_samples=200, hop_samples=80, high_hz=4_000, mel_bands=20, coefficients=12
    ),
    "deep": FrontendSpec(floor_db=-90.0, mel_bands=24, coefficients=24, hop_samples=512),
    "narrow64": FrontendSpec(window_samples=64, hop_samples=32, mel_bands=22, coefficients=22, low_hz=0, high_hz=8000),
    "high": FrontendSpec(floor_db=-20.0, mel_bands=10, coefficients=10),
}
CLIP_SAMPLES = 6_000


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


def clips() -> NDArray[np.int16]:
    """int16 ``[12, CLIP_SAMPLES]``: noises from nothing to full scale, speech-like buzzes, sweeps, steps and constants.

    They are made of integers alone, so that they are the same on every machine.
    """
    drawn = np.random.default_rng(18)
    n = np.arange(CLIP_SAMPLES, dtype=np.int64)
    buzz = sum(((n * step >> 4) % 4096 - 2048) * gain for step, gain in ((557, 5), (1114, 3), (2785, 2), (9469, 1)))
    made = [
        np.zeros(CLIP_SAMPLES, np.int64),
        drawn.integers(-1, 2, CLIP_SAMPLES),
        drawn.integers(-60, 61, CLIP_SAMPLES),
        drawn.integers(-6_000, 6_001, CLIP_SAMPLES),
        drawn.integers(-32_768, 32_768, CLIP_SAMPLES),
        np.where(drawn.integers(0, 2, CLIP_SAMPLES) == 1, 32_767, -32_768),
        buzz * np.minimum(n, CLIP_SAMPLES - n) // (CLIP_SAMPLES // 2),
        buzz * (n % 1_600 < 700) // 40 + drawn.integers(-9, 10, CLIP_SAMPLES),
        ((n * n // 300) % 8_192 - 4_096) * 7,
        np.where(n // 18 % 2 == 0, 32_767, -32_768),
        np.where(n % 403 == 300, 32_767, 0),
        np.full(CLIP_SAMPLES, -32_768),
    ]
    return np.clip(np.stack(made), -32_768, 32_767).astype(np.int16)
