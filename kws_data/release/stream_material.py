"""What streams are made of: words, recordings in which no keyword is said, and rooms, found in folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples, read_audio
from kws_data.catalog.transcripts import keywords_said
from kws_data.decoding import duration_s
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.folder import audio_files
from kws_data.labels import check_keywords, word_of
from kws_data.progress import Progress, no_progress
from kws_data.sources.imports.layouts.speech_commands import NOHASH
from kws_data.sources.imports.negative_kinds import kind_told
from kws_data.tables.file_rows import FileRows, rows_of_files
from kws_data.tables.find import metadata_table

Aside = list[tuple[str, str]]


@dataclass(frozen=True)
class WordFiles(Sequence[tuple[str, Samples]]):
    """Words, each read when it is asked for: (label, file) of each, and the rate at which they are read."""

    files: tuple[tuple[str, Path], ...]
    rate_hz: int

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> tuple[str, Samples]: ...
    @overload
    def __getitem__(self, index: slice) -> WordFiles: ...
    def __getitem__(self, index: int | slice) -> tuple[str, Samples] | WordFiles:
        if isinstance(index, slice):
            return replace(self, files=self.files[index])
        label, file = self.files[index]
        return label, read_audio(file, self.rate_hz)


@dataclass(frozen=True)
class NegativeFile:
    """A file in which no keyword is said, as far as anybody knows; ``transcribed`` where a transcript says so.

    ``sound`` is what is heard in it, more closely than ``kind`` says it: by its table, else its folder's name.
    """

    path: Path
    kind: str
    speaker: str
    seconds: float
    transcribed: bool
    sound: str


@dataclass(frozen=True)
class ReadNegative:
    """A recording in which no keyword is said: int16 ``[n]``."""

    name: str
    kind: str
    speaker: str
    samples: Samples


def find_words(
    folder: Path, keywords: Sequence[str], rate_hz: int, aside: Aside, progress: Progress = no_progress
) -> WordFiles:
    """Files ``<word>/<file>`` of the keywords, or of all words where none are named; each is read once, to be sure.

    Args:
        folder: with the folders of words, at any depth.
        keywords: that are wanted; none for all words.
        rate_hz: at which they are read.
        aside: is told (file, reason) of what cannot be used.
        progress: told ("words", done, total).

    Raises:
        DataError: a keyword has no file, or no file can be used.
    """
    said = [(word_of(file.parent.name), file) for file in audio_files(folder)]
    said = [(word, file) for word, file in said if not word.startswith("_")]
    check_keywords(keywords, (word for word, _ in said))
    wanted = [(word, file) for word, file in said if not keywords or word in keywords]
    good = []
    for done, (word, file) in enumerate(wanted, 1):
        if reason := _unusable(file, rate_hz):
            aside.append((str(file), reason))
        else:
            good.append((word, file))
        progress("words", done, len(wanted))
    if not good:
        there = aside[-1][1] if aside else "expected <word>/*.wav or *.flac"
        raise DataError("folder holds no word that can be used", str(folder), there)
    return WordFiles(tuple(good), rate_hz)


def _unusable(file: Path, rate_hz: int) -> str:
    try:
        return "" if read_audio(file, rate_hz).any() else "nothing is heard in it"
    except AudioError as error:
        return error.what


def find_negatives(
    folders: Sequence[Path], keywords: Iterable[str], aside: Aside, progress: Progress = no_progress
) -> list[NegativeFile]:
    """Recordings of folders, by kind and speaker; those whose transcript has a keyword are not among them.

    Args:
        folders: with a ``metadata.csv`` (file, kind, speaker, transcript) or without.
        keywords: that must not be said.
        aside: is told (file, reason) of what cannot be used.
        progress: told ("negatives", done, total).

    Raises:
        DataError: no such folder, a table that cannot be read, or no recording that can be used.
    """
    if doubled := [str(folder) for folder, count in Counter(map(Path.resolve, folders)).items() if count > 1]:
        raise DataError("folder of negatives is named twice", doubled[0], "name each folder once")
    forbidden = tuple(keywords)
    files = [(folder, file) for folder in folders for file in audio_files(folder, "recordings, .wav or .flac")]
    tables = {folder: _table(folder, [file for own, file in files if own == folder]) for folder in folders}
    found: list[NegativeFile] = []
    for done, (folder, file) in enumerate(files, 1):
        row = tables[folder].rows.get(file.relative_to(folder).as_posix(), {})
        one, reason = _negative(folder, file, row, forbidden)
        if one:
            found.append(one)
        else:
            aside.append((str(file), reason))
        progress("negatives", done, len(files))
    if not found:
        raise DataError("no recording without keywords can be used", ", ".join(map(str, folders)), aside[-1][1])
    return sorted(found, key=lambda one: (one.kind, one.speaker, str(one.path)))


def _table(folder: Path, files: Sequence[Path]) -> FileRows:
    table = metadata_table(folder)
    return rows_of_files(table, [file.relative_to(folder).as_posix() for file in files]) if table else FileRows()


def _negative(
    folder: Path, file: Path, row: Mapping[str, str], keywords: Sequence[str]
) -> tuple[NegativeFile | None, str]:
    """A recording, or why it is none: a keyword is said by its transcript or by the folder of words that it lies in."""
    transcript, inside = row.get("transcript", ""), file.relative_to(folder).parts[:-1]
    word = NOHASH in file.stem
    if said := [*keywords_said(transcript, keywords), *(one for one in keywords if word_of(file.parent.name) == one)]:
        return None, f"a keyword is said in it: {said[0]}"
    try:
        length_s = duration_s(file)
    except AudioError as error:
        return None, error.what
    speaker = "" if word else row.get("speaker", "")  # single words of all people become one stream
    folders = (*reversed(inside), folder.name)
    kind, sound = kind_told(row.get("kind", ""), spoken=bool(transcript or speaker), word=word, folders=folders)
    sound = sound or (kind if row.get("kind") else file.parent.name)
    return NegativeFile(file, kind, speaker, length_s, bool(transcript) or word, sound), ""


def within_hours(files: Sequence[NegativeFile], hours: float | None, seed: int) -> list[NegativeFile]:
    """So many of the recordings as fit into the hours, chosen by the seed, in their order; all without a limit.

    Raises:
        DataError: none does.
    """
    if hours is None:
        return list(files)
    chosen, left_s = set[int](), 3_600 * hours
    for index in np.random.default_rng([seed, 0x40]).permutation(len(files)):
        if files[index].seconds <= left_s:
            chosen.add(int(index))
            left_s -= files[index].seconds
    if not chosen:
        shortest = min(file.seconds for file in files) / 3_600
        raise DataError("no recording fits into the hours", hours, f"the shortest has {shortest:.3f}: raise --hours")
    return [file for index, file in enumerate(files) if index in chosen]


def read_negatives(files: Iterable[NegativeFile], rate_hz: int, aside: Aside) -> Iterator[ReadNegative]:
    """The recordings one after the other; what turns out to be damaged is left out and told."""
    for file in files:
        try:
            samples = read_audio(file.path, rate_hz)
        except AudioError as error:
            aside.append((str(file.path), error.what))
        else:
            yield ReadNegative(file.path.stem, file.kind, file.speaker, samples)


def read_rooms(folder: Path | None, rate_hz: int, aside: Aside) -> list[NDArray[np.float32]]:
    """Impulse responses of a folder, float32 ``[taps]``; none without a folder.

    Raises:
        DataError: no such folder, or none in it that can be used.
    """
    rooms = []
    for file in audio_files(folder, "impulse responses, .wav or .flac") if folder else []:
        if reason := _unusable(file, rate_hz):
            aside.append((str(file), reason))
        else:
            rooms.append(read_audio(file, rate_hz).astype(np.float32))
    if folder and not rooms:
        raise DataError("folder holds no impulse response that can be used", str(folder), aside[-1][1])
    return rooms


def without_transcript(files: Iterable[NegativeFile]) -> int:
    """How many recordings of speech nobody can vouch for."""
    return Counter(file.transcribed for file in files if file.kind == "speech")[False]
