"""What a gate of energy before the network saves and what it misses: on sounds of real places, and on words in them.

Sounds say how often the gate is open, and so how much of the model's work is left. Words are laid into the same sounds
at several distances in level; each is heard by the bundle with the gate and without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.gate import shown_frames
from firmware_tools.spotter.gate_spec import GateSpec
from kws_data.audio import Samples, read_audio
from kws_data.bundle import ModelBundle
from kws_data.errors import DataError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.folder import audio_files, load_folder
from kws_data.evaluation.word_bounds import word_bounds
from kws_data.progress import Progress
from kws_data.scores import FIRST_KEYWORD
from kws_data.statistics.intervals import share, wilson

QUIET = "quiet room"
_QUIET_RMS = 8.0  # of 32,768: a microphone's own noise
SNR_DB: tuple[float | None, ...] = (None, 20.0, 10.0, 5.0)  # None: in a quiet room
_LEAD_S, _TAIL_S = 2.5, 1.5
_EARLY_S, _LATE_S = 0.3, 1.0  # a detection counts from so long before a word's end to so long after it
_MOST_S = 600.0  # of each kind of sound
_SEED = 0


@dataclass(frozen=True)
class OpenShare:
    """How often the gate was open in one kind of sound."""

    kind: str
    seconds: float
    share: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "seconds": self.seconds, "open_share": self.share}


@dataclass(frozen=True)
class Heard:
    """Words in one background: how many, and how many were heard without the gate, with it, and by one of them only."""

    background: str
    words: int
    without: int
    behind: int
    lost: int
    gained: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "background": self.background,
            "words": self.words,
            "tpr_without": share(self.without, self.words),
            "tpr_behind": share(self.behind, self.words),
            "tpr_behind_ci95": list(wilson(self.behind, self.words)),
            "lost": self.lost,
            "gained": self.gained,
        }


def open_shares(bundle: ModelBundle, gate: GateSpec, sounds: Mapping[str, Sequence[Samples]]) -> Iterator[OpenShare]:
    """How often the gate is open in each kind of sound, recording by recording."""
    spec, rate_hz = bundle.frontend, bundle.frontend.sample_rate_hz
    for kind, recordings in sounds.items():
        lengths = np.array([spec.frames(len(one)) for one in recordings], np.float64)
        found = np.array([shown_frames(gate, spec, one, 0).open_share for one in recordings])
        seconds = sum(len(one) for one in recordings) / rate_hz
        yield OpenShare(kind, seconds, float((found * lengths).sum() / max(1.0, lengths.sum())))


def words_heard(
    bundle: ModelBundle,
    gate: GateSpec,
    words: tuple[NDArray[np.int16], NDArray[np.int64]],
    noises: Sequence[Samples],
    progress: Progress | None = None,
) -> Iterator[Heard]:
    """Keywords in a quiet room and in noise, by the bundle with the gate and without it.

    Args:
        bundle: the detector, with its own thresholds for streams.
        gate: what stands before it.
        words: clips ``[clips, samples]`` and their labels ``[clips]``; those of no keyword are left out.
        noises: recordings, of which one after the other is taken.

    Raises:
        ModelError: the bundle cannot be run.
    """
    without = HostDetector(replace(bundle, stream=replace(bundle.stream, gate=None)))
    behind = HostDetector(replace(bundle, stream=replace(bundle.stream, gate=gate)))
    clips, labels = words
    chosen = np.flatnonzero(labels >= FIRST_KEYWORD)
    levels = SNR_DB if any(np.any(noise) for noise in noises) else (None,)  # in no noise there is only the quiet room
    for number, snr_db in enumerate(levels):
        draw, pairs = np.random.default_rng(_SEED), []
        for index in chosen.tolist():
            noise = None if snr_db is None else noises[index % len(noises)]
            stream, span = _laid(clips[index], noise, snr_db or 0.0, bundle.frontend.sample_rate_hz, draw)
            pairs.append([_hears(one, stream, int(labels[index]), span) for one in (without, behind)])
        found = np.array(pairs, np.bool_).reshape(-1, 2)
        lost, gained = found[:, 0] & ~found[:, 1], ~found[:, 0] & found[:, 1]
        name = QUIET if snr_db is None else f"noise, {snr_db:g} dB below the word"
        sums = (int(found[:, 0].sum()), int(found[:, 1].sum()), int(lost.sum()), int(gained.sum()))
        if progress:
            progress("words", number + 1, len(levels))
        yield Heard(name, len(found), *sums)


def _laid(
    clip: Samples, noise: Samples | None, snr_db: float, rate_hz: int, draw: np.random.Generator
) -> tuple[Samples, tuple[int, int]]:
    """A word in a stretch of noise, by power within the word's bounds, and from when to when it may be detected."""
    lead, count = int(_LEAD_S * rate_hz), int((_LEAD_S + _TAIL_S) * rate_hz) + len(clip)
    begin, end = word_bounds(clip, rate_hz)
    mixed = draw.normal(0.0, _QUIET_RMS, count)
    if noise is not None:
        start = int(draw.integers(0, max(1, len(noise) - count)))
        stretch = np.resize(noise[start : start + count], count).astype(np.float64)
        word_power = float(np.mean(clip[begin:end].astype(np.float64) ** 2)) + 1.0
        wanted = word_power / 10 ** (snr_db / 10)
        mixed += stretch * np.sqrt(wanted / (float(np.mean(stretch**2)) + 1.0))
    mixed[lead : lead + len(clip)] += clip
    over = lead + end
    span = (over - int(_EARLY_S * rate_hz), over + int(_LATE_S * rate_hz))
    return np.clip(mixed, -32_768, 32_767).astype(np.int16), span


def _hears(detector: HostDetector, stream: Samples, label: int, span: tuple[int, int]) -> bool:
    return any(one.label == label and span[0] <= one.sample <= span[1] for one in detector.detections(stream))


def sounds_of(folders: Mapping[str, Path], rate_hz: int, most_s: float = _MOST_S) -> dict[str, list[Samples]]:
    """Recordings of each kind, at most ``most_s`` of it, and a made-up quiet room.

    Raises:
        DataError: a folder is missing or holds no audio.
        AudioError: a file cannot be read.
    """
    quiet = np.random.default_rng(_SEED).normal(0.0, _QUIET_RMS, int(60 * rate_hz)).astype(np.int16)
    found: dict[str, list[Samples]] = {QUIET: [quiet]}
    for kind, folder in folders.items():
        left, taken = int(most_s * rate_hz), list[Samples]()
        for path in audio_files(folder, "recordings, .wav or .flac"):
            if left <= 0:
                break
            taken.append(read_audio(path, rate_hz)[:left])
            left -= len(taken[-1])
        found[kind] = taken
    return found


def words_of(bundle: ModelBundle, folder: Path, most: int) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Clips of keywords from a folder in Speech Commands layout, spread evenly over it, and their labels.

    Raises:
        DataError: the folder is missing, or holds none of the bundle's keywords.
    """
    clips = load_folder(folder, bundle.labels, bundle.clip_samples, bundle.frontend.sample_rate_hz)
    keywords = np.flatnonzero(clips.y >= FIRST_KEYWORD)
    if not len(keywords):
        raise DataError("folder holds none of the keywords", str(folder), f"wanted: {', '.join(bundle.labels[2:])}")
    chosen = keywords[np.unique(np.linspace(0, len(keywords) - 1, min(most, len(keywords))).astype(int))]
    return np.asarray(clips.samples[chosen]), np.asarray(clips.y[chosen])
