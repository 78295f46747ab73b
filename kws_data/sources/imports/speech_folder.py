"""A folder of running speech, cut into pieces as long as words: what people say that is no keyword.

``metadata.csv`` at its top has the columns ``file``, ``speaker`` and ``transcript``, and may have ``gender``, ``age``,
``accent``, ``licence`` and ``consent``. Speech in whose transcript a keyword stands, or of which there is none, is left
out of a data set (``kws_data.dataset.spoken_clips``), so every piece of the rest is an example of ``_unknown_``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import SOURCE, speech_folder_id
from kws_data.decoding import duration_s
from kws_data.errors import AudioError, DataError
from kws_data.labels import SPEECH
from kws_data.progress import Progress
from kws_data.sources.imports.intake import ImportReport, Terms, take_in
from kws_data.sources.imports.items import RATE_HZ, Item, public_id, read_clip, relative_name
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.side_folders import scan_side_folder
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said
from kws_data.tables.find import metadata_table

STEP_S = 0.4  # a piece begins about so often
LENGTHS_S = (0.4, 0.6, 0.8, 1.0)  # of the pieces by turns; a shorter one may be a syllable that is a keyword
REACH_S = 0.1  # its ends move at most so far, to where it is quietest
FADE_S = 0.015
REST_S = 0.25  # of the recording's quietest stretch, which fills the rest of a piece's second
CUT = 2  # of how pieces are made; another one makes other clips
_FRAME = RATE_HZ // 100


def import_speech(
    catalog: Catalog, folder: Path | str, progress: Progress | None = None, terms: Terms | None = None
) -> ImportReport:
    """Bring the catalogue up to date with the pieces of a folder of running speech.

    Its clips are those of ``speech_folder_id(folder)``.

    Raises:
        DataError: the folder is missing or holds no audio, or its table is missing or cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    if Path(folder).is_dir() and not metadata_table(Path(folder)):
        remedy = "write a table with the columns file, speaker, transcript"
        raise DataError("speech folder has no metadata.csv", str(folder), remedy)
    whole = scan_side_folder(folder, "speech", _recording)
    problems = list(whole.problems)
    pieces: list[Item] = []
    for done, item in enumerate(whole.items, 1):
        pieces += _pieces(item, problems)
        if progress:
            progress("measure speech", done, len(whole.items))
    found = replace(whole, items=pieces, problems=tuple(problems))
    return take_in(catalog, speech_folder_id(folder), SOURCE, found, progress, terms)


def _recording(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    status, speaker = path.stat(), row.get("speaker", "")
    return Item(
        path,
        relative_name(path, root),
        SPEECH,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        licence=licence_id(row.get("licence", "")),
        consent=row.get("consent", ""),
        recording=relative_name(path, root),
        named=not (public_id(speaker) or speaker.isdigit()),
        attributes=said(
            transcript=row.get("transcript", ""),
            gender=gender_of(row.get("gender", "")),
            age=age_of(row.get("age", "")),
            accent=row.get("accent", ""),
        )
        | {"cut": CUT},
    )


def _pieces(item: Item, problems: list[tuple[str, str]]) -> Iterator[Item]:
    """The pieces of a recording, each an item of its own; what cannot be read goes to ``problems``."""
    try:
        length_s = duration_s(item.path)
    except AudioError as error:
        problems.append((item.name, f"{error.what}: {error.remedy}"))
        return
    for number in range(max(1, int(length_s / STEP_S))):
        yield replace(item, name=f"{item.name}[{number}]", read=partial(read_piece, number=number))


def read_piece(path: Path, number: int) -> Samples:
    """One piece of a recording, at the rate of the catalogue; raises AudioError."""
    samples = _decoded(path, path.stat().st_mtime_ns)
    piece = cut_piece(samples, number)
    if not len(piece):
        raise AudioError("recording is too short", str(path), "at least 30 ms are needed")
    return over_rest(piece, quietest(samples))


def quietest(samples: Samples) -> Samples:
    """The stretch of ``REST_S`` with the least energy; the whole of a shorter recording."""
    length = int(REST_S * RATE_HZ)
    if len(samples) <= length:
        return samples
    power = np.concatenate([[0], np.cumsum(samples.astype(np.int64) ** 2)])
    start = int((power[length:] - power[:-length]).argmin())
    return samples[start : start + length]


def over_rest(piece: Samples, rest: Samples) -> Samples:
    """A second with the piece in its middle and the recording's own rest around it, to and fro.

    In digital silence a piece of speech would be told from a word by what is around it.
    """
    if len(piece) >= RATE_HZ:
        return piece
    there_and_back = np.concatenate([rest, rest[::-1]])
    whole = np.resize(there_and_back, RATE_HZ)
    before = (RATE_HZ - len(piece)) // 2
    whole[before : before + len(piece)] = piece
    return whole


@lru_cache(maxsize=8)
def _decoded(path: Path, mtime_ns: int) -> Samples:
    """All pieces of a file are read one after the other: it is decoded once."""
    return read_clip(path)


def cut_piece(samples: Samples, number: int) -> Samples:
    """A stretch as long as a word, from where it is quiet to where it is quiet, its ends faded.

    Args:
        samples: int16 ``[n]`` of the whole recording.
        number: of the piece; it begins near ``number * STEP_S``.

    Returns:
        int16 ``[k]``; empty where the recording has ended.
    """
    levels = _levels(samples)
    start_s, length_s = number * STEP_S, LENGTHS_S[number % len(LENGTHS_S)]
    start = _quietest_near(levels, start_s)
    end = _quietest_near(levels, start_s + length_s)
    piece = samples[start * _FRAME : max(end, start + 1) * _FRAME].astype(np.float64)
    fade = min(int(FADE_S * RATE_HZ), len(piece) // 2)
    if fade:
        slope = (np.arange(fade) + 0.5) / fade
        piece[:fade] *= slope
        piece[-fade:] *= slope[::-1]
    return np.rint(piece).astype(np.int16)


def _levels(samples: Samples) -> NDArray[np.float64]:
    """Energy around each frame of 10 ms: [frames]."""
    frames = len(samples) // _FRAME
    energy = (samples[: frames * _FRAME].astype(np.float64).reshape(frames, _FRAME) ** 2).sum(axis=1)
    return np.convolve(energy, np.hanning(7), "same") if frames >= 7 else energy


def _quietest_near(levels: NDArray[np.float64], time_s: float) -> int:
    """Number of the quietest frame within ``REACH_S`` of a time, inside the recording."""
    first = min(max(0, round((time_s - REACH_S) * 100)), len(levels))
    last = min(round((time_s + REACH_S) * 100) + 1, len(levels))
    return first + int(levels[first:last].argmin()) if first < last else len(levels)
