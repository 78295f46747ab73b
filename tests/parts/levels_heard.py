"""Models that hear nothing but how loud it is: what streams and clips score is known before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from made_negatives import RATE_HZ, hiss
from numpy.typing import NDArray
from tiny_bundle import tiny_bundle

from kws_data.audio import write_flac
from kws_data.bundle import ModelBundle
from kws_data.evaluation import listening
from kws_data.evaluation.detector import ClipScores, HostDetector

YES, NO = 12_000, 24_000  # peaks of words, far above all hiss
HOP = 960


def spoken(peak: int, seconds: float = 0.4) -> NDArray[np.int16]:
    """A tone in the middle of a second of nothing."""
    tone = peak * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    around = np.zeros(round((1.0 - seconds) / 2 * RATE_HZ))
    return np.rint(np.concatenate([around, tone, around])).astype(np.int16)


def with_words(samples: NDArray[np.int16], peak: int, *at_s: float) -> NDArray[np.int16]:
    """A recording with tones in it."""
    mixed = samples.copy()
    for start in (round(RATE_HZ * second) for second in at_s):
        mixed[start : start + RATE_HZ] = spoken(peak)
    return mixed


def write_words(folder: Path, takes: int = 4, **peaks: int) -> Path:
    """``<word>/<take>.flac``, each word as loud as is said, later takes louder."""
    for word, peak in peaks.items():
        for take in range(takes):
            write_flac(folder / word / f"{take}.flac", spoken(peak + 1_000 * take), RATE_HZ)
    return folder


def write_speech(folder: Path, seconds: float = 100.0, words_at: tuple[float, ...] = (30.0,)) -> Path:
    """Two people who talk; the first says what is taken for a ``yes``; a third says a keyword by the transcript."""
    write_flac(folder / "a.flac", with_words(hiss("a", seconds), YES, *words_at), RATE_HZ)
    write_flac(folder / "b.flac", hiss("b", seconds), RATE_HZ)
    write_flac(folder / "c.flac", with_words(hiss("c", 20.0), NO, 5.0), RATE_HZ)
    rows = ["file,speaker,transcript", "a.flac,a,a cat sat", "b.flac,b,a dog sat", "c.flac,c,he said no"]
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder


@dataclass(frozen=True)
class Ears:
    """By a bundle's seed, the peak from which on it hears anything at all."""

    least: dict[int, int]

    def scores(self, bundle: ModelBundle, windows: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 ``[n, labels]`` of windows ``[n, samples]``: silence, or the word that is as loud as this."""
        peaks = np.abs(windows.astype(np.int32)).max(axis=1)
        label = np.where(peaks < self.least.get(bundle.seed, YES - 2_000), 0, np.where(peaks < NO - 2_000, 2, 3))
        scores = np.full((len(windows), len(bundle.labels)), -128, np.int8)
        scores[np.arange(len(windows)), np.minimum(label, len(bundle.labels) - 1)] = 127
        return scores

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In place of all models."""

        def stream(
            bundle: ModelBundle, samples: NDArray[np.int16], stride_frames: int
        ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
            ends = np.arange(bundle.clip_samples, len(samples) + 1, HOP, dtype=np.int64)
            last = np.stack([samples[end - RATE_HZ // 2 : end] for end in ends])
            return self.scores(bundle, last), ends

        def clips(detector: HostDetector, clips: NDArray[np.int16], progress: object = None) -> ClipScores:
            return ClipScores(self.scores(detector.bundle, clips), "ears")

        monkeypatch.setattr(listening, "stream_scores", stream)
        monkeypatch.setattr(HostDetector, "scores", clips)


def save_bundles(root: Path, seeds: int = 1, labels: tuple[str, ...] = ("yes", "no")) -> list[Path]:
    """So many trainings of the same keywords."""
    bundle = tiny_bundle(("_silence_", "_unknown_", *labels), threshold_int8=64)
    folders = [root / f"seed{seed}" for seed in range(seeds)]
    for seed, folder in enumerate(folders):
        replace(bundle, seed=seed).save(folder)
    return folders
