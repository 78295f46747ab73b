"""What a table says of each file: its rows by the names of the files that they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kws_data.errors import DataError
from kws_data.tables.columns import lacking, standard_row, used_columns
from kws_data.tables.named_files import named_files
from kws_data.tables.table import Table, read_table


@dataclass(frozen=True)
class FileRows:
    """Rows by file.

    Attributes:
        rows: name of a file -> texts by column, under the names of :data:`kws_data.tables.columns.COLUMNS` too.
        problems: (place, reason) of each row that stands for no file.
        absent: what the table names and is not there.
        notes: what to tell of the whole.
    """

    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def rows_of_files(path: Path, names: Iterable[str]) -> FileRows:
    """Read what a table says of files.

    Args:
        path: of the table.
        names: of the files below its folder, with slashes.

    Raises:
        DataError: the table cannot be read or has no column for the file.
    """
    table = read_table(path)
    used = used_columns(table.columns)
    check_has_file(table, used)
    texts = [(number, values | standard_row(used, values)) for number, values in table.rows]
    found = named_files((row["file"] for _, row in texts), names)
    rows: dict[str, Mapping[str, str]] = {}
    problems, absent = list(table.problems), []
    for number, row in texts:
        name = found.found.get(row["file"])
        if reason := found.reasons.get(row["file"], ""):
            problems.append((table.place(number), reason))
        elif name is None:
            absent.append(row["file"])
        elif name in rows:
            problems.append((table.place(number), f"names {name} a second time: the first line counts"))
        else:
            rows[name] = row
    return FileRows(rows, tuple(problems), tuple(absent), tuple(found.note(path.name)))


def check_has_file(table: Table, used: Mapping[str, str]) -> None:
    """Raise DataError where no column of a table is one for the file."""
    if "file" not in used.values():
        there = ", ".join(table.columns[:20])
        raise DataError(f"{table.name} has no column for the file", there, lacking("file", table.columns))
