"""Clips that sound a little like words: bursts of voiced sound in the noise of a room; for checks of audio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip

RATE_HZ = 16_000
Samples = NDArray[np.int16]


def word(seed: int = 0, seconds: float = 1.0, at: tuple[float, float] = (0.3, 0.7), level: float = 8_000.0) -> Samples:
    """A voiced sound with formants that move, swelling and fading between two moments, over faint room noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch = 110 + 60 * rng.random() + 20 * np.sin(2 * np.pi * 2 * time + rng.random())
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    formants = rng.uniform((300, 900, 2_200), (800, 2_000, 3_200))
    voice = np.zeros(len(time))
    for harmonic in range(1, 30):
        hz = harmonic * 130
        strength = sum(np.exp(-(((hz - formant) / 250) ** 2)) for formant in formants) + 0.02
        voice += strength * np.sin(harmonic * phase + rng.uniform(0, 6.28))
    voice += 0.3 * rng.standard_normal(len(time))  # breath, up to 8 kHz
    start, end = at
    shape = np.clip((time - start) / 0.04, 0, 1) * np.clip((end - time) / 0.06, 0, 1)
    sound = voice * shape
    made = sound / max(float(np.abs(sound).max()), 1e-9) * level + 8 * rng.standard_normal(len(time))
    return whole(made)


def whole(values: NDArray[np.floating]) -> Samples:
    """To 16 bits."""
    made: Samples = np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)
    return made


def add(catalog: Catalog, samples: Samples, name: str, label: str = "go", speaker: str = "", device: str = "") -> str:
    """A clip of a catalogue; returns its id."""
    audio = catalog.store_audio(samples, RATE_HZ)
    new = NewClip(audio, label, speaker or f"speaker of {name}", "made", name, device=device)
    return catalog.add_clip(new)
