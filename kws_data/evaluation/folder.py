"""Clips of a folder in Speech Commands layout, for measuring: read, fitted to the clip's length, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples, fit_length, read_audio
from kws_data.containers.suffixes import AUDIO_SUFFIXES
from kws_data.errors import AudioError, DataError
from kws_data.labels import BACKGROUND, SILENCE, UNKNOWN, label_of, respelt, spelt, word_of
from kws_data.progress import Progress
from kws_data.system.folders import unreadable_below
from kws_data.tables.find import metadata_table, table_named

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
    for place, reason in unreadable_below(folder):
        raise DataError("a folder cannot be measured", str(folder / place), reason)
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in AUDIO_SUFFIXES and f.is_file())
    if not files:
        raise DataError("folder holds no audio", str(folder), "expected files such as .wav, .flac, .ogg or .mp3")
    return files


def load_folder(
    folder: Path | str,
    labels: Sequence[str],
    clip_samples: int,
    sample_rate_hz: int,
    progress: Progress | None = None,
    other_spellings: str = "stop",
) -> FolderClips:
    """Read a folder ``<word>/*.wav|flac``; its ``_background_noise_`` is cut into ``_silence_`` clips end to end.

    Args:
        folder: with the folders of words.
        labels: of the detector, ``_silence_`` and ``_unknown_`` first.
        clip_samples, sample_rate_hz: of its clips.
        progress: told ("read", done, total).
        other_spellings: what a word counts as that differs from a keyword only in how it is written: ``keyword``,
            ``unknown``, or ``stop`` for an error.

    Raises:
        DataError: no such folder, nothing in it that can be used, or words in another spelling than the keywords.
    """
    folder = Path(folder)
    words, set_aside = _words(folder, audio_files(folder))
    _refuse_table(folder)
    files = list(words)
    ours = {spelt(label): label for label in labels[2:]}  # bundles from before there was one spelling have others
    same = respelt(list(ours), words.values(), other_spellings, "--other-spellings")
    pieces: list[Samples] = []
    y: list[int] = []
    names: list[str] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for done, (file, found) in enumerate(
            zip(files, pool.map(lambda f: _read(f, sample_rate_hz), files), strict=True)
        ):
            name = str(file.relative_to(folder))
            if isinstance(found, str):
                set_aside.append((name, found))
            else:
                word = same.get(words[file], words[file])
                label = label_of(ours.get(word, word), labels[2:]) or SILENCE
                cut = end_to_end(found, clip_samples) if label == SILENCE else [fit_length(found, clip_samples)]
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


def _refuse_table(folder: Path) -> None:
    """Raise DataError for a folder whose table says what its clips are: read by folders they would be other words."""
    table = metadata_table(folder) or table_named(folder, "labels")
    if table is not None:
        remedy = "put each word into a folder of its own, without the table: kws import folder reads tables"
        raise DataError("the labels stand in a table, which is not read here", str(table), remedy)


def _words(folder: Path, files: Sequence[Path]) -> tuple[dict[Path, str], list[tuple[str, str]]]:
    """The word of each file, and (file, reason) of those that have none."""
    words: dict[Path, str] = {}
    without: list[tuple[str, str]] = []
    for file in files:
        word, name = word_of(file.parent.name), str(file.relative_to(folder))
        if file.parent.parent != folder:
            without.append((name, "it lies not directly in a folder of a word: name the folder above those"))
        elif word.startswith("_") and word not in (BACKGROUND, SILENCE, UNKNOWN):
            without.append((name, f"names that begin with _ are kept for what is no word: {word} is none of ours"))
        else:
            words[file] = word
    return words, without


def _read(file: Path, sample_rate_hz: int) -> Samples | str:
    """Samples, or why there are none."""
    try:
        return read_audio(file, sample_rate_hz)
    except AudioError as error:
        return f"{error.what}. {error.remedy}" if error.remedy else error.what


def end_to_end(samples: Samples, length: int) -> list[Samples]:
    """Whole clips from one end to the other; a recording shorter than one clip is padded to it."""
    whole = [samples[i : i + length] for i in range(0, len(samples) - length + 1, length)]
    return whole or [fit_length(samples, length)]
