"""One table of a file, row by row, so that a broken line costs that line only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import intern

from kws_data.errors import DataError
from kws_data.tables.json_rows import JSON_SUFFIXES, read_json_rows
from kws_data.tables.lines import read_lines
from kws_data.tables.separated import Record, records, separation_of

TEXT_SUFFIXES = (".csv", ".tsv")
NO_TEXT = "is no UTF-8 text: save the table as CSV (UTF-8)"
SUFFIXES = (*TEXT_SUFFIXES, *JSON_SUFFIXES)


@dataclass(frozen=True)
class Table:
    """Rows of a table.

    Attributes:
        columns: names as the header has them, in lower case without blanks around.
        rows: (line number, {column: text}); every row has every column.
        problems: (place, reason) of each line that is left out.
        name: of the file.
        unit: what rows are counted in: ``line``, or ``entry`` of a JSON array.
        separator: between the fields of a line; empty in JSON.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    problems: tuple[tuple[str, str], ...] = ()
    name: str = ""
    unit: str = "line"
    separator: str = ""

    def place(self, number: int) -> str:
        """Where a row stands, for people."""
        return f"{self.name} {self.unit} {number}"


def read_table(path: Path, *, needed: Iterable[str] = (), tabs: bool = False) -> Table:
    """Read a table: text with a header line, or JSON (an array of objects, or an object a line).

    Args:
        path: of a text in any encoding of :func:`kws_data.tables.lines.read_lines`; ``.json``, ``.jsonl``, ``.ndjson``.
        needed: columns that must be there.
        tabs: tab-separated without quoting, as Common Voice writes it; otherwise as
            :func:`kws_data.tables.separated.separation_of` sees it.

    Raises:
        DataError: the file cannot be read, is empty, is no text, or lacks a column.
    """
    table = _json_table(path) if path.suffix.lower() in JSON_SUFFIXES else _text_table(path, tabs)
    _check_columns(path, table.columns, needed)
    return table


def _json_table(path: Path) -> Table:
    unit, rows, bad = read_json_rows(path)
    columns = tuple(dict.fromkeys(column for _, row in rows for column in row))
    whole = [(number, {column: row.get(column, "") for column in columns}) for number, row in rows]
    return Table(columns, whole, tuple((f"{path.name} {unit} {n}", reason) for n, reason in bad), path.name, unit)


def _text_table(path: Path, tabs: bool) -> Table:
    lines = read_lines(path)
    separation, start = separation_of(lines, tabs)
    found = records(lines[start:], separation)
    header = next((record for record in found if record.line is None or record.line.strip()), None)
    if header is None:
        raise DataError("table is empty", str(path), "its first line must name the columns")
    if header.fields is None:
        raise DataError("header of the table cannot be read", str(path), f"it {_reason(header, 0)}")
    columns = _columns(header.fields)
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[tuple[str, str]] = []
    for number, fields, reason in _rows(found, len(columns)):
        if reason:
            problems.append((f"{path.name} line {number}", reason))
        else:
            rows.append((number, dict(zip(columns, map(intern, fields), strict=True))))
    return Table(columns, rows, tuple(problems), path.name, separator=separation.separator)


def _columns(header: list[str]) -> tuple[str, ...]:
    """Names of the columns; separators at the end of the header make none."""
    names = [name.strip().lower() for name in header]
    while len(names) > 1 and not names[-1]:
        names.pop()
    return tuple(names)


def _rows(found: Iterator[Record], width: int) -> Iterator[tuple[int, list[str], str]]:
    """(line number, fields, reason why they are none) of each line that is not empty."""
    for record in found:
        if record.line is not None and not record.line.strip():
            continue
        fields = [field.strip() for field in record.fields or ()]
        surplus = fields[width:]
        if record.fields is None or len(fields) < width or any(surplus):
            yield record.number, [], _reason(record, width)
        else:
            yield record.number, fields[:width], ""


def _check_columns(path: Path, columns: tuple[str, ...], needed: Iterable[str]) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        remedy = "rename one of them; where the first line is no header, put one above it, such as file,label,speaker"
        raise DataError(f"table {path} has a column twice", twice[0] or "one without a name", remedy)
    for name in needed:
        if name not in columns:
            there = ", ".join(columns[:20])
            raise DataError(f"table {path} lacks a column", name, f"its columns are {there}")


def _reason(record: Record, wanted: int) -> str:
    if record.line is None:
        return NO_TEXT
    if record.fields is None:
        return "quotes do not close on the line"
    return f"has {len(record.fields)} fields, the header has {wanted}"
