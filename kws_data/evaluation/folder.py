"""Clips of a folder in Speech Commands layout, for measuring: read, fitted to the clip's length, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples, fit_length, read_audio
from kws_data.errors import AudioError, DataError
from kws_data.labels import SILENCE, label_of
from kws_data.progress import Progress

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
THREADS = 2


@dataclass(frozen=True)
class FolderClips:
    """Samples int16 [clips, clip samples], labels int [clips], names, and (file, reason) of what was set aside."""

    samples: NDArray[np.int16]
    y: NDArray[np.int64]
    names: tuple[str, ...]
    set_aside: tuple[tuple[str, str], ...]


def audio_files(folder: Path | str, expected: str = "<word>/*.wav or *.flac") -> list[Path]:
    """Audio files below a folder, sorted by path; ``expected`` is what a person is told to put there.

    Raises:
        DataError: there is no such folder, no audio file in it, or a folder below it that cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "folder is a file" if folder.exists() else "folder not found"
        raise DataError(what, str(folder), f"give a folder with {expected}")
    for place, why in unreadable_below(folder):
        raise DataError("a folder cannot be read", place, f"{why}: let yourself read it, or move it away")
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
    if not files:
        raise DataError("folder holds no audio", str(folder), f"expected files ending in {', '.join(SUFFIXES)}")
    return files


def load_folder(
    folder: Path | str,
    labels: Sequence[str],
    clip_samples: int,
    sample_rate_hz: int,
    progress: Progress | None = None,
) -> FolderClips:
    """Read a folder ``<word>/*.wav|flac``; its ``_background_noise_`` is cut into ``_silence_`` clips end to end.

    Raises:
        DataError: no such folder, or nothing in it that can be used.
    """
    folder = Path(folder)
    files = [file for file in audio_files(folder) if len(file.relative_to(folder).parts) == 2]
    pieces: list[Samples] = []
    y: list[int] = []
    names: list[str] = []
    set_aside: list[tuple[str, str]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for done, (file, found) in enumerate(
            zip(files, pool.map(lambda f: _read(f, sample_rate_hz), files), strict=True)
        ):
            name = str(file.relative_to(folder))
            if isinstance(found, str):
                set_aside.append((name, found))
            else:
                label = label_of(file.parent.name, labels[2:]) or SILENCE
                cut = _cuts(found, clip_samples) if label == SILENCE else [fit_length(found, clip_samples)]
                pieces += cut
                y += [labels.index(label)] * len(cut)
                names += [name] * len(cut)
            if progress:
                progress("read", done + 1, len(files))
    if not pieces:
        reason = f"all {len(set_aside)} files were set aside, the first: {set_aside[0][1]}" if set_aside else ""
        raise DataError(
            "folder holds no clip that can be used", str(folder), reason or "expected <word>/*.wav or *.flac"
        )
    return FolderClips(np.stack(pieces), np.array(y, np.int64), tuple(names), tuple(set_aside))


def _read(file: Path, sample_rate_hz: int) -> Samples | str:
    """Samples, or why there are none."""
    try:
        return read_audio(file, sample_rate_hz)
    except AudioError as error:
        return f"{error.what}. {error.remedy}" if error.remedy else error.what


def _cuts(samples: Samples, length: int) -> list[Samples]:
    """Whole clips from one end to the other; a recording shorter than one clip is padded to it."""
    whole = [samples[i : i + length] for i in range(0, len(samples) - length + 1, length)]
    return whole or [fit_length(samples, length)]
