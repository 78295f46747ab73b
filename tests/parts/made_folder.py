"""A small folder in Speech Commands layout, of tones that differ by word and speaker."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import write_flac, write_wav

WORDS = ("go", "stop", "cat", "dog")


def tone(word: str, speaker: int, take: int = 0, samples: int = 16_000) -> NDArray[np.int16]:
    """A tone over noise: the word makes its frequency, speaker and take its noise."""
    seed = int.from_bytes(hashlib.sha256(f"{word} {speaker} {take}".encode()).digest()[:4], "little")
    rng = np.random.default_rng(seed)
    pitch_hz = 300 + 170 * len(word) + 40 * (ord(word[0]) % 13)
    time = np.arange(samples) / 16_000
    envelope = np.exp(-(((time - 0.5) / 0.15) ** 2))
    values = 8_000 * envelope * np.sin(2 * np.pi * pitch_hz * time) + 40 * rng.standard_normal(samples)
    return np.rint(values).astype(np.int16)


def speaker_id(number: int) -> str:
    """Eight hex digits, as Speech Commands has them."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:8]


def make_folder(root: Path, speakers: int = 12, words: tuple[str, ...] = WORDS, noise_seconds: int = 20) -> Path:
    """Every speaker says every word once; two noise recordings; the first two speakers are the validation list."""
    listed = []
    for word in words:
        for number in range(speakers):
            name = f"{word}/{speaker_id(number)}_nohash_0"
            write_flac(root / f"{name}.flac", tone(word, number), 16_000)
            if number < 2:
                listed.append(f"{name}.wav")
    rng = np.random.default_rng(5)
    for kind in ("tap", "fan"):
        noise = np.rint(300 * rng.standard_normal(noise_seconds * 16_000)).astype(np.int16)
        write_wav(root / "_background_noise_" / f"{kind}.wav", noise, 16_000)
    (root / "validation_list.txt").write_text("\n".join(listed) + "\n")
    return root
