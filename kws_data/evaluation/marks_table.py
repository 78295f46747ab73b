"""``labels.csv``: which word is said where in which of the recordings beside it.

::

    file,label,start_s,end_s      by whatever names tools give them (:data:`NAMES`); a duration will do for the end
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from kws_data.errors import DataError
from kws_data.evaluation.marks import Marked, Marks, refuse, seconds_of
from kws_data.tables.columns import COLUMNS, RARER, lacking, standard_row, used_columns
from kws_data.tables.lines import read_lines
from kws_data.tables.named_files import named_files
from kws_data.tables.table import Table, read_table

WORD_S = 1.0  # how long a word counts as where nobody says when it ends
#: Columns of a table of words; those in ``_ms`` count milliseconds, all others seconds.
NAMES = {
    "file": COLUMNS["file"],
    "label": COLUMNS["label"],
    "start": (
        *("start_s", "start_time", "start_time_s", "start_sec", "starttime", "begin", "begin_s", "begin_time", "onset"),
        *("onset_s", "from", "time", "time_s"),
    ),
    "end": ("end_s", "end_time", "end_time_s", "end_sec", "endtime", "stop", "stop_s", "offset", "offset_s", "to"),
    "duration": ("duration_s", "length", "length_s"),
    "start_ms": ("begin_ms", "onset_ms", "start_time_ms"),
    "end_ms": ("stop_ms", "offset_ms", "end_time_ms"),
    "duration_ms": ("length_ms",),
}
_RARER = {"file": RARER["file"], "label": (*RARER["label"], "text", "transcript")}


def read_marks_table(path: Path, files: Sequence[str]) -> Marks:
    """What a table says of recordings.

    Args:
        path: of the table.
        files: names of the recordings below its folder, with slashes.

    Raises:
        DataError: a row that cannot be read, or that may be meant for several files; none is for a file that is there.
    """
    if not any(text is None or text.strip() for _, text in read_lines(path)):
        return Marks((), (f"{path.name} is empty: every detection counts as false",))
    table = read_table(path)
    used = used_columns(table.columns, NAMES, _RARER)
    _check_columns(table, used)
    refuse(f"lines of {path.name} cannot be read", [f"{place} {why}" for place, why in table.problems], "correct them")
    rows = [(table.place(number), standard_row(used, values)) for number, values in table.rows]
    found = named_files((row["file"] for _, row in rows), files)
    unsure = [f"{place} {found.reasons[row['file']]}" for place, row in rows if row["file"] in found.reasons]
    refuse(f"rows of {path.name} are not sure to name a file", unsure, "write paths below the folder")
    inside = [(place, row) for place, row in rows if row["file"] in found.found]
    words = _marked([(place, found.found[row["file"]], row) for place, row in inside])
    return Marks(words, (*_notes_of_rows(table, rows, inside), *found.note(path.name)))


def _check_columns(table: Table, used: Mapping[str, str]) -> None:
    for name in ("file", "label", "start"):
        if not {name, f"{name}_ms"} & set(used.values()):
            remedy = lacking(name, table.columns, NAMES, _RARER)
            raise DataError(f"{table.name} lacks a column for the {name}", ", ".join(table.columns[:20]), remedy)


Row = tuple[str, Mapping[str, str]]


def _notes_of_rows(table: Table, rows: Sequence[Row], inside: Sequence[Row]) -> list[str]:
    """What to tell of rows for files that are not there, and of words without an end; raises when no file is there."""
    if not rows:
        return [f"{table.name} has no row: every detection counts as false"]
    notes = []
    absent = sorted({row["file"] for _, row in rows} - {row["file"] for _, row in inside})
    if not inside:
        raise DataError(f"no file that {table.name} names is in the folder", absent[0], "correct its column of files")
    if absent:
        notes.append(f"{len(absent)} files that {table.name} names are not in the folder, such as {absent[0]}")
    endless = sum(_is_endless(row) for _, row in inside)
    if endless:
        until = f"each counts as {WORD_S:g} s long, or until the next word"
        notes.append(f"{endless} words in {table.name} have no end: {until}")
    return notes


def _is_endless(row: Mapping[str, str]) -> bool:
    return not any(row.get(name) for name in ("end", "duration", "end_ms", "duration_ms"))


def _marked(rows: Sequence[tuple[str, str, Mapping[str, str]]]) -> tuple[Marked, ...]:
    """(place, file, row) as words; raises DataError naming rows whose times are none."""
    words, wrong, endless = [], [], set[str]()
    for place, file, row in rows:
        start_s = _time(row, "start")
        length_s = _time(row, "duration", WORD_S)
        end_s = None if start_s is None or length_s is None else _time(row, "end", start_s + length_s)
        if start_s is None or end_s is None:
            wrong.append(f"{place}: {', '.join(text for name, text in row.items() if name not in ('file', 'label'))}")
        else:
            words.append(Marked(place, file, row["label"], start_s, end_s))
            endless |= {place} if _is_endless(row) else set()
    refuse("times of words cannot be read", wrong, "write seconds, such as 1.25")
    once: dict[tuple[str, str, float, float], Marked] = {}
    for word in words:  # a row that stands twice is one word: nobody can hear it a second time
        once.setdefault((word.file, word.label, word.start_s, word.end_s), word)
    return _until_the_next(tuple(once.values()), endless)


def _until_the_next(words: tuple[Marked, ...], endless: Set[str]) -> tuple[Marked, ...]:
    """The words, those at ``endless`` places cut off where the next word of their file begins."""
    if not endless:
        return words
    starts: dict[str, list[float]] = {}
    for word in words:
        starts.setdefault(word.file, []).append(word.start_s)
    for times in starts.values():
        times.sort()

    def cut(word: Marked) -> Marked:
        times = starts[word.file]
        later = bisect_right(times, word.start_s)
        ends = word.place in endless and later < len(times) and times[later] < word.end_s
        return replace(word, end_s=times[later]) if ends else word

    return tuple(map(cut, words))


def _time(row: Mapping[str, str], name: str, default: float | None = None) -> float | None:
    """Seconds of a column or its twin in milliseconds; the default where both are empty, None for what is no time."""
    for column, scale in ((name, 1.0), (f"{name}_ms", 1e-3)):
        if row.get(column):
            seconds = seconds_of(row[column])
            return None if seconds is None else seconds * scale
    return default
