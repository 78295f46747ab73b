"""Noise that is made where none was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.catalog.folders import FolderId, generated_noise_id
from kws_data.labels import BACKGROUND
from kws_data.progress import Progress

SOURCE = "noise"
COLOURS = ("white", "pink", "brown", "hum", "speech_shaped")
SECONDS = 40
Floats = NDArray[np.float64]


def noise_colour(kind: str, samples: int, rate_hz: int, rng: np.random.Generator) -> Floats:
    """Noise of shape ``[samples]`` with an RMS of 0.05 of full scale.

    white, pink (1/f power) and brown (1/f²) noise; mains hum with its harmonics; speech_shaped: the long-term
    spectrum of speech (flat to 500 Hz, then -9 dB an octave) swelling at the rate of syllables.
    """
    frequencies = np.maximum(np.fft.rfftfreq(samples, 1 / rate_hz), 20.0)
    if kind == "hum":
        values = _hum(samples, rate_hz, rng)
    else:
        shapes = {
            "white": np.ones_like(frequencies),
            "pink": frequencies**-0.5,
            "brown": frequencies**-1.0,
            "speech_shaped": np.minimum(1.0, (frequencies / 500.0) ** -1.5),
        }
        values = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * shapes[kind], samples)
    if kind == "speech_shaped":
        values = values * _syllables(samples, rate_hz, rng)
    scaled: Floats = values * (0.05 / np.sqrt(np.mean(values**2)))
    return scaled


def _hum(samples: int, rate_hz: int, rng: np.random.Generator) -> Floats:
    time = np.arange(samples) / rate_hz
    mains_hz = 50.0 if rng.random() < 0.5 else 60.0
    values = 0.02 * rng.standard_normal(samples)
    for harmonic in range(1, 12):
        phase = rng.uniform(0, 2 * np.pi)
        values += rng.uniform(0.2, 1.0) / harmonic * np.sin(2 * np.pi * mains_hz * harmonic * time + phase)
    return values


def _syllables(samples: int, rate_hz: int, rng: np.random.Generator) -> Floats:
    """An envelope that swells about four times a second."""
    knots = max(int(samples / rate_hz * 8), 2)
    return np.interp(np.linspace(0, knots - 1, samples), np.arange(knots), rng.uniform(0.05, 1.0, knots))


@dataclass(frozen=True)
class Made:
    """A recording that is made when it is not there: its kind, what makes it, and attributes of its clip."""

    kind: str
    make: Callable[[], Floats]
    attributes: Mapping[str, Any] = field(default_factory=dict)


def add_generated_noise(catalog: Catalog, seed: int, rate_hz: int, progress: Progress | None = None) -> list[Clip]:
    """Noise recordings of every colour in the catalogue, made for ``seed`` when they are not there.

    They are noted: the clips of ``generated_noise_id(seed, rate_hz)``.
    """

    def colour(number: int, kind: str) -> Floats:
        return noise_colour(kind, SECONDS * rate_hz, rate_hz, np.random.default_rng([seed, number]))

    made = {
        f"generated/{kind}/{seed}/{rate_hz}": Made(kind, partial(colour, number, kind))
        for number, kind in enumerate(COLOURS)
    }
    return add_made(catalog, made, generated_noise_id(seed, rate_hz), rate_hz, progress)


def add_made(
    catalog: Catalog, made: Mapping[str, Made], folder: FolderId, rate_hz: int, progress: Progress | None = None
) -> list[Clip]:
    """Recordings by their origins in the catalogue, made when they are not there, and noted as those of ``folder``."""
    there = {clip.origin for clip in catalog.clips(source=SOURCE) if catalog.has_audio(clip.audio_sha256)}
    for number, (origin, one) in enumerate(made.items()):
        if origin not in there:
            samples = np.clip(np.rint(one.make() * 32_768), -32_768, 32_767).astype(np.int16)
            catalog.add_clip(
                NewClip(
                    audio=catalog.store_audio(samples, rate_hz),
                    word=BACKGROUND,
                    speaker=one.kind,
                    source=SOURCE,
                    origin=origin,
                    licence="CC0-1.0",
                    consent="generated",
                    synthetic=True,
                    attributes={"variant": f"noise {one.kind}", **one.attributes},
                )
            )
            if progress:
                progress("noise", number + 1, len(made))
    stored = catalog.clips(source=SOURCE, with_set_aside=True)
    catalog.note_clips(folder, (clip.id for clip in stored if clip.origin in made))
    return catalog.clips(folder=folder)
