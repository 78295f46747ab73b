"""Features do not drift: what the C front end of the first releases made of fixed samples, it makes today.

The samples are made of integers alone, so that they are the same on every machine. Models are trained on these very
bits; a faster front end has to give them.
"""

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec

SAMPLES = 6_000
SPECS = {
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
    "high": FrontendSpec(floor_db=-20.0, mel_bands=10, coefficients=10),
}
PINNED = {
    "demo": "600e34d3b38e8433",
    "mfcc26": "158f8453aeaf4565",
    "mfcc10": "3db6df5067f67735",
    "log_mel480": "cb2acc2b042d09e5",
    "log_mel512": "c2fa6b1c53cdeb01",
    "window256": "3bd1e7e484e8266c",
    "window400": "2fd773627d02e7f2",
    "window401": "9cbb4bf3eec2c318",
    "window640": "5119de632b25b9e3",
    "window642": "179045ed1ca7b265",
    "window1024": "96be4fb1d26d3c49",
    "log_mel1023": "2d95631638a5f632",
    "window128": "478097336f30e4cc",
    "window64": "75f251ade5b822dd",
    "htk": "e36e903181d665c1",
    "wide48k": "84ecb4fc7f107267",
    "narrow8k": "588fc54c773b04fb",
    "deep": "6d396ce430556df0",
    "high": "c8a54c2fbeac02d9",
}


def clips() -> NDArray[np.int16]:
    """int16 ``[12, SAMPLES]``: noises from nothing to full scale, speech-like buzzes, sweeps, steps and constants."""
    drawn = np.random.default_rng(18)
    n = np.arange(SAMPLES, dtype=np.int64)
    buzz = sum(((n * step >> 4) % 4096 - 2048) * gain for step, gain in ((557, 5), (1114, 3), (2785, 2), (9469, 1)))
    made = [
        np.zeros(SAMPLES, np.int64),
        drawn.integers(-1, 2, SAMPLES),
        drawn.integers(-60, 61, SAMPLES),
        drawn.integers(-6_000, 6_001, SAMPLES),
        drawn.integers(-32_768, 32_768, SAMPLES),
        np.where(drawn.integers(0, 2, SAMPLES) == 1, 32_767, -32_768),
        buzz * np.minimum(n, SAMPLES - n) // (SAMPLES // 2),
        buzz * (n % 1_600 < 700) // 40 + drawn.integers(-9, 10, SAMPLES),
        ((n * n // 300) % 8_192 - 4_096) * 7,
        np.where(n // 18 % 2 == 0, 32_767, -32_768),
        np.where(n % 403 == 300, 32_767, 0),
        np.full(SAMPLES, -32_768),
    ]
    return np.clip(np.stack(made), -32_768, 32_767).astype(np.int16)


def test_the_samples_are_the_same_everywhere() -> None:
    assert hashlib.sha256(clips().tobytes()).hexdigest()[:16] == "d75ebe19dec91c72"


@pytest.mark.parametrize("name", SPECS)
def test_features_are_those_of_the_first_releases(name: str) -> None:
    features = HostFrontend(SPECS[name])(clips())
    assert len(np.unique(features)) > 40
    assert hashlib.sha256(features.tobytes()).hexdigest()[:16] == PINNED[name]
