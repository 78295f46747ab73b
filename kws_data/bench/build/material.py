"""What ``kws bench build`` builds from: clips made on the spot, or those of a folder; noise and rooms beside them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.augment import AugmentSettings
from kws_data.config.config import Config
from kws_data.errors import DataError

RATE_HZ, SEED = 16_000, 0
KEYWORDS = ("down", "eight", "five", "go", "left", "one", "right", "up", "zero")
OTHERS = ("cat", "dog")
NOISES, NOISE_SECONDS, ROOMS = 4, 30, 8
FRONTENDS = (FrontendSpec(kind="mfcc", coefficients=10), FrontendSpec(kind="log_mel", mel_bands=40))

#: The recipe of the table: what happens to each copy. The baseline has the same ranges.
RECIPE = AugmentSettings(
    noise_probability=0.8,
    noise_snr_db=(0.0, 30.0),
    room_probability=0.3,
    room_simulated_share=0.0,
    shift_ms=100.0,
    gain_db=(-10.0, 6.0),
    pitch_probability=0.2,
    pitch_semitones=(-2.0, 2.0),
    tempo_probability=0.2,
    tempo=(0.9, 1.1),
)


@dataclass(frozen=True)
class Material:
    """Folders of one bench run.

    Attributes:
        clips: in Speech Commands layout; ``later`` holds the links that are still to come, by name.
        noise: recordings that are mixed under copies.
        rooms: impulse responses.
    """

    clips: Path
    noise: Path
    rooms: Path
    later: dict[Path, Path]

    def config(self, recordings: Path, copies: int) -> Config:
        """The recipe over these folders."""
        return Config.model_validate(
            {
                "name": "bench",
                "seed": SEED,
                "keywords": list(KEYWORDS),
                "data": {
                    "source": "folder",
                    "folder": str(self.clips),
                    "noise_folder": str(self.noise),
                    "room_folder": str(self.rooms),
                    "recordings": str(recordings),
                    "record_test_clips": 0,
                },
                "split": {"test": "speakers", "test_share": 0.2, "validation_share": 0.2, "stratify": []},
                "augment": {**RECIPE.model_dump(), "copies": copies},
                "frontend": FRONTENDS[0].to_dict(),
            }
        )

    def add_later(self) -> None:
        """Let the clips appear that were kept back."""
        for name, target in self.later.items():
            name.symlink_to(target)


def make_material(folder: Path, clips: int, data: Path | None = None, share_later: float = 0.01) -> Material:
    """Folders of ``clips`` clips, of which a share is kept back, with noise and rooms.

    Args:
        folder: an empty one. Clips are made up in ``source`` beside it, and used again from there.
        clips: how many, about; whole speakers are taken.
        data: a folder in Speech Commands layout; clips are made up when None.
        share_later: of the clips, at least one.

    Raises:
        DataError: ``data`` has no clip of a keyword.
    """
    source = _made_up(folder.parent / "source", clips) if data is None else data
    chosen = _of_whole_speakers(source, clips)
    links = {folder / "clips" / path.parent.name / path.name: path.resolve() for path in chosen}
    order = sorted(links, key=lambda path: hashlib.sha256(path.name.encode() + path.parent.name.encode()).digest())
    later = {link: links[link] for link in order[: max(1, round(share_later * len(links)))]}
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        if link not in later:
            link.symlink_to(target)
    return Material(folder / "clips", _noises(folder / "noise"), _rooms(folder / "rooms"), later)


def _of_whole_speakers(source: Path, clips: int) -> list[Path]:
    speakers: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(source.glob("[!_.]*/*")):
        if path.suffix in (".wav", ".flac") and path.parent.name in (*KEYWORDS, *OTHERS):
            speakers[path.name.partition("_nohash_")[0]].append(path)
    if not {path.parent.name for paths in speakers.values() for path in paths} >= set(KEYWORDS):
        raise DataError("data folder lacks a keyword of the bench", str(source), f"expected {', '.join(KEYWORDS)}")
    chosen: list[Path] = []
    for speaker in sorted(speakers, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if len(chosen) >= clips:
            break
        chosen += speakers[speaker]
    return chosen[: max(clips, 1)] if len(chosen) > 1.5 * clips else chosen


def _made_up(folder: Path, clips: int) -> Path:
    """Clips of a second with the spectrum and the syllables of speech; every speaker says every word."""
    words = (*KEYWORDS, *OTHERS)
    speakers = max(12, -(-clips // len(words)))
    for speaker in range(speakers):
        for number, word in enumerate(words):
            rng = np.random.default_rng([speaker, number])
            name = f"{hashlib.sha256(str(speaker).encode()).hexdigest()[:8]}_nohash_0.flac"
            if not (folder / word / name).exists():
                write_flac(folder / word / name, made_up_word(number, rng), RATE_HZ)
    return folder


def made_up_word(word: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """A second of harmonics under three formants that move about where the word puts them, int16 ``[16000]``."""
    time = np.arange(RATE_HZ) / RATE_HZ
    knots = np.linspace(0, 1, 5)
    pitch_hz = rng.uniform(90, 250) * np.interp(time, knots, rng.uniform(0.8, 1.25, 5))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    centres_hz = np.random.default_rng(word).uniform((300, 900, 2_200), (900, 2_200, 3_500))
    formants_hz = [np.interp(time, knots, hz * rng.uniform(0.6, 1.6, 5)) for hz in centres_hz]
    values = rng.standard_normal(RATE_HZ) * 0.02
    for harmonic in range(1, 13):
        level = sum(np.exp(-((harmonic * pitch_hz - hz) ** 2) / 6e4) for hz in formants_hz)
        values += (level + 0.01) * np.sin(harmonic * phase)
    start, length = rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.5)
    envelope = np.exp(-(((time - start - length / 2) / (length / 3)) ** 4)) * np.interp(time, knots, rng.random(5))
    values = values / np.abs(values).max() * envelope * rng.uniform(0.2, 0.8) + rng.standard_normal(RATE_HZ) * 0.002
    return np.asarray(np.clip(np.rint(values * 32_767), -32_768, 32_767), np.int16)


def _noises(folder: Path) -> Path:
    from kws_data.sources.synth.noise import COLOURS, noise_colour

    for number, colour in enumerate(COLOURS[:NOISES]):
        values = noise_colour(colour, NOISE_SECONDS * RATE_HZ, RATE_HZ, np.random.default_rng(number))
        write_flac(
            folder / f"{colour}.flac", np.clip(np.rint(values * 32_768), -32_768, 32_767).astype(np.int16), RATE_HZ
        )
    return folder


def _rooms(folder: Path) -> Path:
    """Exponentially decaying noise after a direct sound: reverberation times of 0.15 to 0.6 s."""
    for number, seconds in enumerate(np.linspace(0.15, 0.6, ROOMS)):
        time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
        tail = np.random.default_rng(number).standard_normal(len(time)) * np.exp(-6.9 * time / seconds) * 0.1
        tail[0] = 0.8
        write_flac(folder / f"room_{number}.flac", np.rint(tail * 32_767 / 1.2).astype(np.int16), RATE_HZ)
    return folder


def import_material(material: Material, recordings: Path) -> None:
    """Bring the catalogue up to date with clips, noise and rooms that are there; make noise to cut silence of."""
    from kws_data.sources.imports.find_layout import import_layout
    from kws_data.sources.imports.side_folders import import_noise, import_rooms
    from kws_data.sources.synth.noise import add_generated_noise

    with Catalog(recordings) as catalog:
        import_layout(catalog, "speech-commands", material.clips)
        import_noise(catalog, material.noise)
        import_rooms(catalog, material.rooms)
        add_generated_noise(catalog, SEED, RATE_HZ)
