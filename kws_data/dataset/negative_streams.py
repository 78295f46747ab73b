"""Negatives as a detector hears them: whole recordings of one split, read from the audio of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.audio import Samples
from kws_data.catalog.audio_store import load_audio_from
from kws_data.dataset.negative_table import read_negatives
from kws_data.run_folder import NEGATIVES_FILE
from kws_data.system.storage import Place, place

_COLUMNS = ["audio_sha256", "recording", "start_sample", "samples", "kind", "speaker"]


@dataclass(frozen=True)
class NegativeRecording:
    """A recording in which no keyword is said, or the part of it that is in a split.

    Attributes:
        name: of the recording.
        kind: speech, other_words, noise, music or silence.
        speaker: pseudonym; empty where nobody is known.
        samples: int16 ``[n]``.
    """

    name: str
    kind: str
    speaker: str
    samples: Samples


def has_negatives(dataset_dir: Path | str) -> bool:
    """Whether a data set has hours in which no keyword is said."""
    return (Path(dataset_dir) / NEGATIVES_FILE).exists()


def negative_recordings(dataset_dir: Path | str, recordings_dir: Path | str, split: str) -> Iterator[NegativeRecording]:
    """Recordings of a split (train, validation, test) in the order of their names; one is in memory at a time.

    Raises:
        DataError: the data set has none, or its table cannot be read.
        CatalogError: stored audio is missing or damaged.
    """
    audio = place(str(Path(recordings_dir).resolve()))
    rows = read_negatives(dataset_dir, split, _COLUMNS)
    for name, stretches in groupby(rows, key=lambda row: str(row["recording"])):
        yield _joined(name, list(stretches), audio)


def _joined(name: str, rows: Sequence[dict[str, Any]], audio: Place) -> NegativeRecording:
    first = min(row["start_sample"] for row in rows)
    samples = np.zeros(max(row["start_sample"] + row["samples"] for row in rows) - first, np.int16)
    for row in rows:
        start = row["start_sample"] - first
        samples[start : start + row["samples"]] = load_audio_from(audio, row["audio_sha256"])
    return NegativeRecording(name, str(rows[0]["kind"]), str(rows[0]["speaker"]), samples)
