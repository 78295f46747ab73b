"""Folders in which no keyword is said: people who talk, and noise, of any length."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import write_flac

RATE_HZ = 16_000


def hiss(name: str, seconds: float) -> NDArray[np.int16]:
    """Noise that is another one for each name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    values = 900 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return np.rint(values).astype(np.int16)


def make_negatives(root: Path, people: int = 6, noises: int = 4, seconds: float = 9.0, said: str = "a cat sat") -> Path:
    """Two recordings of each person with transcripts, in ``speech``, and noise recordings in ``noise``."""
    rows = ["file,speaker,transcript,licence,consent"]
    for number in range(people):
        for take in range(2):
            name = f"speech/{1000 + number}-{take}.flac"
            write_flac(root / name, hiss(name, seconds), RATE_HZ)
            rows.append(f"{name},{1000 + number},{said},CC-BY-4.0,public data set")
    for number in range(noises):
        write_flac(root / f"noise/tap_{number}.flac", hiss(f"tap {number}", seconds), RATE_HZ)
    (root / "metadata.csv").write_text("\n".join(rows) + "\n")
    return root
