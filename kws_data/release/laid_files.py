"""A folder of streams with keywords laid into them, and their truth in the forms that tools read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.audio import write_flac, write_wav
from kws_data.errors import DataError
from kws_data.evaluation.laid_streams import GAP_S, LaidStream, Range, lay
from kws_data.evaluation.stream_truth import Spoken
from kws_data.evaluation.truth_files import (
    LABELS_FILE,
    TRACK_SUFFIX,
    WINDOWS_SUFFIX,
    label_track,
    labels_table,
    wake_word_windows,
)
from kws_data.progress import Progress, no_progress
from kws_data.release.new_folder import check_free, new_folder
from kws_data.release.stream_material import (
    Aside,
    find_negatives,
    find_words,
    read_negatives,
    read_rooms,
    within_hours,
    without_transcript,
)


@dataclass(frozen=True)
class StreamsWish:
    """What streams are made of and how.

    Attributes:
        words: folder ``<word>/<file>``.
        negatives: folders of recordings in which no keyword is said.
        keywords: that are laid; none for all words of the folder.
        rooms: folder of impulse responses.
        snr_db: least and most of a word above the negative around it.
        gap_s: between two words, at least.
        hours: of negatives at most; all of them when None.
        wav: 16-bit WAV instead of FLAC.
    """

    words: Path
    negatives: tuple[Path, ...]
    keywords: tuple[str, ...] = ()
    rooms: Path | None = None
    snr_db: Range = (10.0, 20.0)
    gap_s: float = GAP_S
    hours: float | None = None
    seed: int = 0
    rate_hz: int = 16_000
    wav: bool = False


@dataclass
class StreamsReport:
    """What was written: seconds by kind, words by label, and (file, reason) of what was set aside."""

    folder: Path
    streams: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    without_room: int = 0
    without_transcript: int = 0
    set_aside: Aside = field(default_factory=list)


def write_streams(
    wish: StreamsWish, out: Path, *, replace: bool = False, progress: Progress = no_progress
) -> StreamsReport:
    """Lay every word once and write the folder: streams, ``labels.csv``, label tracks, JSON, ``metadata.csv``.

    Raises:
        DataError: ``out`` is there; no words of the keywords, no recordings, none long enough for a word.
        AudioError: a file was changed meanwhile.
    """
    check_free(out, LABELS_FILE, replace)
    report = StreamsReport(out)
    words = find_words(wish.words, wish.keywords, wish.rate_hz, report.set_aside, progress)
    labels = wish.keywords or sorted({label for label, _ in words.files})
    found = find_negatives(wish.negatives, labels, report.set_aside, progress)
    rooms = read_rooms(wish.rooms, wish.rate_hz, report.set_aside)
    chosen = within_hours(found, wish.hours, wish.seed)
    report.without_transcript = without_transcript(chosen)
    seconds = sum(one.seconds for one in chosen)
    negatives = read_negatives(chosen, wish.rate_hz, report.set_aside)
    with new_folder(out, marker=LABELS_FILE, replace=replace) as folder:
        laid = lay(
            words,
            negatives,
            wish.rate_hz,
            snr_db=wish.snr_db,
            seed=wish.seed,
            gap_s=wish.gap_s,
            seconds=seconds,
            rooms=rooms,
        )
        _write(folder, laid, wish, report, seconds, progress)
        report.without_room = len(words) - report.words.total()
        if not report.words:
            remedy = "name longer recordings, or more of one kind and speaker"
            raise DataError("recordings are too short for any word", f"{seconds:.1f} s in all", remedy)
    return report


def _write(
    folder: Path,
    laid: Iterable[LaidStream],
    wish: StreamsWish,
    report: StreamsReport,
    seconds: float,
    progress: Progress,
) -> None:
    spoken: dict[str, tuple[Spoken, ...]] = {}
    rows = []
    for number, stream in enumerate(laid, 1):
        stem = f"stream-{number:04}-{stream.kind}"
        name = f"{stem}.wav" if wish.wav else f"{stem}.flac"
        (write_wav if wish.wav else write_flac)(folder / name, stream.samples, wish.rate_hz)
        if stream.spoken:
            write_text(folder / f"{stem}{TRACK_SUFFIX}", label_track(stream.spoken))
        write_text(folder / f"{stem}{WINDOWS_SUFFIX}", wake_word_windows(stream.spoken))
        spoken[name] = stream.spoken
        length_s = len(stream.samples) / wish.rate_hz
        snr = f"{sum(stream.snr_db) / len(stream.snr_db):.1f}" if stream.snr_db else ""
        rows.append([name, stream.kind, f"{length_s:.3f}", str(len(stream.spoken)), snr])
        report.streams += 1
        report.seconds[stream.kind] = report.seconds.get(stream.kind, 0.0) + length_s
        report.words.update(word.label for word in stream.spoken)
        progress("streams, seconds", min(round(sum(report.seconds.values())), round(seconds)), round(seconds))
    write_text(folder / "metadata.csv", _table([["file", "kind", "seconds", "words", "snr"], *rows]))
    write_text(folder / LABELS_FILE, labels_table(spoken))


def _table(rows: Iterable[list[str]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows)
    return table.getvalue()
