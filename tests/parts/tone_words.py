"""A catalogue whose words are tones: cheap to make, and told apart by a spectrum that stands in for an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.catalog.audio_store import load_audio_from
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.config.encoder import EncoderSettings
from kws_data.system.storage import place

TONES_HZ = {"low": 300.0, "middle": 900.0, "high": 2_700.0}
SAMPLES = 16_000


def tone(hz: float, seed: int) -> NDArray[np.int16]:
    """Half a second of a tone in the middle of a second of faint noise."""
    rng = np.random.default_rng([seed, int(hz)])
    samples = rng.normal(0, 30, SAMPLES)
    middle = np.arange(SAMPLES // 2)
    samples[4_000 : 4_000 + len(middle)] += 6_000 * np.sin(
        2 * np.pi * hz * rng.uniform(0.95, 1.05) * middle / SAMPLES + rng.uniform(0, 6)
    )
    return samples.astype(np.int16)


def add_tones(catalog: Catalog, people: int, word: str | None = None, first: int = 0, each: int = 2) -> dict[str, str]:
    """Clips of so many people, ``each`` of every tone; returns what each is, by id. All get ``word`` where it is
    given."""
    truth = {}
    for person in range(first, first + people):
        for name, hz in TONES_HZ.items():
            for take in range(each):
                audio = catalog.store_audio(tone(hz, 100 * person + take), SAMPLES)
                origin = f"{name}/{person}/{take}"
                new = NewClip(audio, word or name, f"p{person}", "made", origin, licence="CC0-1.0")
                truth[catalog.add_clip(new)] = name
    return truth


def spectra(
    recordings: Path | str, encoders: Sequence[Any], audio: Sequence[str], clip_samples: int, *_: Any
) -> NDArray[np.float16]:
    """Mean spectrum of each clip in 40 bands, float16 ``[clips, 40]``: in place of ``clip_vectors``."""
    rows = []
    for sha256 in audio:
        samples = load_audio_from(place(str(recordings)), sha256).astype(np.float64)
        power = np.abs(np.fft.rfft(samples)) ** 2
        rows.append(np.log([band.sum() + 1 for band in np.array_split(power, 40)]))
    return np.array(rows, np.float16)


def put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let spectra stand in for encoders, wherever clips are heard; no package of the extra is needed."""
    one = (EncoderSettings(),)
    for module in ("out_of_fold", "auto_label", "selection.of_catalog"):
        monkeypatch.setattr(f"kws_data.quality.{module}.clip_vectors", spectra)
    for module in ("out_of_fold", "selection.of_catalog"):
        monkeypatch.setattr(f"kws_data.quality.{module}.encoders_here", lambda first=None: one)
    for module in ("out_of_fold", "auto_label"):
        monkeypatch.setattr(f"kws_data.quality.{module}.names_of", lambda encoders: "spectrum")
