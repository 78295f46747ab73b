"""The truth as people write it beside long recordings: marked words and transcripts, checked against the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path

from kws_data.catalog.transcripts import keywords_said, says_nothing
from kws_data.errors import DataError
from kws_data.evaluation.label_tracks import label_tracks, read_tracks, stray_labels, unread_labels
from kws_data.evaluation.marks import Marks
from kws_data.evaluation.marks_checked import check_times, keywords_of, overlapping, without_end
from kws_data.evaluation.marks_table import read_marks_table
from kws_data.evaluation.stream_truth import Spoken, Truth
from kws_data.scores import FIRST_KEYWORD
from kws_data.tables.file_rows import FileRows, rows_of_files
from kws_data.tables.find import UNREADABLE, metadata_table, table_named

LABELS = "labels"
NO_TRUTH = (
    "nothing beside the recordings says what is said in them: every detection counts as false. Where words are said, "
    "write labels.csv (file,label,start_s,end_s)"
)


def load_truth(
    folder: Path, labels: Sequence[str], files: Sequence[str], length_s: Callable[[str], float] = lambda _: inf
) -> Truth:
    """Read the marked words and the transcripts of ``metadata.csv``, where they are there.

    Args:
        folder: of the recordings.
        labels: of the detector; the keywords are the third and later ones.
        files: names of the recordings below the folder, with slashes.
        length_s: seconds of one of them; infinite where nobody knows.

    Raises:
        DataError: what is written cannot be read, or not be true of these files.
    """
    keywords = labels[FIRST_KEYWORD:]
    marks = _marks(folder, files)
    words, notes = keywords_of(marks, keywords)
    check_times(words, length_s)
    notes += [*overlapping(words), *without_end(words)]
    spoken: dict[str, list[Spoken]] = {}
    for word in words:
        spoken.setdefault(word.file, []).append(Spoken(word.label, word.start_s, word.end_s))
    said = _transcripts(folder, files)
    mentioned = {
        name: frozenset(keywords_said(row.get("transcript", ""), keywords))
        for name, row in said.rows.items()
        if not says_nothing(row.get("transcript", ""))
    }
    if not (marks.words or marks.notes or said.rows):
        notes.append(NO_TRUTH)
    return Truth(spoken, mentioned, (*marks.notes, *notes, *_notes_of_transcripts(said)), _kinds(said, files))


def _kinds(said: FileRows, files: Sequence[str]) -> dict[str, str]:
    """Kind of each file: as ``kind`` of the table has it, else speech where the table has transcripts."""
    kinds = {}
    transcribed = any(row.get("transcript") for row in said.rows.values())
    for name in files:
        written = {column.strip().lower(): text for column, text in said.rows.get(name, {}).items()}
        if kind := written.get("kind", "").strip().lower() or ("speech" if transcribed else ""):
            kinds[name] = kind
    return kinds


def _transcripts(folder: Path, files: Sequence[str]) -> FileRows:
    table = metadata_table(folder)
    return rows_of_files(table, files) if table else FileRows()


def _notes_of_transcripts(said: FileRows) -> list[str]:
    notes = list(said.notes)
    if said.absent:
        notes.append(f"{len(said.absent)} files with transcripts are not in the folder, such as {said.absent[0]}")
    if said.problems:
        place, reason = said.problems[0]
        notes.append(f"{len(said.problems)} transcripts are not read, such as {place}: {reason}")
    return notes


def _marks(folder: Path, files: Sequence[str]) -> Marks:
    """Words of ``labels.csv``, else of label tracks; what lies there unread is told."""
    table, tracks = table_named(folder, LABELS), label_tracks(folder, files)
    sheets = [path.name for path in sorted(folder.iterdir()) if path.stem.lower() == LABELS and _is_sheet(path)]
    unread = [f"{name} is not read: save it as {LABELS}.csv" for name in sheets]
    if table is None:
        marks = read_tracks(folder, tracks)
        return Marks(marks.words, (*unread, *unread_labels(folder, files, tracks), *stray_labels(folder, tracks)))
    marks = read_marks_table(table, files)
    if tracks and not _say_the_same(folder, tracks, marks):
        unread.append(f"{len(tracks)} label tracks are not read, as {table.name} counts")
    return Marks(marks.words, (*marks.notes, *unread))


def _say_the_same(folder: Path, tracks: Mapping[str, Path], marks: Marks) -> bool:
    """Whether label tracks have the words of the table, to the millisecond: nothing in them is lost then."""
    try:
        beside = read_tracks(folder, tracks)
    except DataError:
        return False
    return _rounded(beside) == _rounded(marks)


def _rounded(marks: Marks) -> list[tuple[str, str, int, int]]:
    words = ((word.file, word.label, round(1_000 * word.start_s), round(1_000 * word.end_s)) for word in marks.words)
    return sorted(words)


def _is_sheet(path: Path) -> bool:
    return path.name.lower().endswith(UNREADABLE)
