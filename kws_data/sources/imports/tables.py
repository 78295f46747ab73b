"""Tables that others wrote: CSV and TSV, read line by line, so that a broken line costs that line only."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import intern

from kws_data.errors import DataError

MAX_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Table:
    """Rows of a table.

    Attributes:
        columns: names as the header has them, in lower case without blanks around.
        rows: (line number, {column: text}); every row has every column.
        problems: (place, reason) of each line that is left out.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    problems: tuple[tuple[str, str], ...] = ()


def read_table(path: Path, *, needed: Iterable[str] = (), tabs: bool = False) -> Table:
    """Read a table with a header line.

    One line is one row: a quoted field cannot hold a line break, so an open quote spoils its own line and no other.

    Args:
        path: UTF-8 (with or without a mark) or, with its mark, UTF-16.
        needed: columns that must be there.
        tabs: tab-separated without quoting, as Common Voice writes it; otherwise comma, semicolon or tab, whichever
            the header has most of, with double quotes.

    Raises:
        DataError: the file cannot be read, is empty, is no text, or lacks a column.
    """
    lines = _lines(path)
    number, header = next(((n, line) for n, line in lines if line and line.strip()), (0, ""))
    if not header:
        raise DataError("table is empty", str(path), "its first line must name the columns")
    separator = "\t" if tabs else max(",;\t", key=header.count)
    columns = tuple(name.strip().lower() for name in _fields(header, separator, tabs) or ())
    _check_columns(path, columns, needed)
    rows: list[tuple[int, dict[str, str]]] = []
    problems: list[tuple[str, str]] = []
    for number, line in lines:
        fields = None if line is None else _fields(line, separator, tabs)
        if line is not None and not line.strip():
            continue
        if fields is None or len(fields) != len(columns):
            problems.append((f"{path.name} line {number}", _reason(line, fields, len(columns))))
        else:
            rows.append((number, dict(zip(columns, (intern(field.strip()) for field in fields), strict=True))))
    return Table(columns, rows, tuple(problems))


def _lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """Numbered lines; None for one that is no text in its encoding."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("table is too large", str(path), f"at most {MAX_BYTES:,} bytes: cut it up")
        data = path.read_bytes()
    except OSError as error:
        raise DataError("table cannot be read", str(path), str(error)) from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding == "utf-16":
        try:
            yield from enumerate(data.decode(encoding).splitlines(), 1)
        except UnicodeDecodeError as error:
            raise DataError("table is no text", str(path), f"{error.reason}: save it as UTF-8") from None
        return
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            yield number, line.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            yield number, None


def _fields(line: str, separator: str, plain: bool) -> list[str] | None:
    """Fields of a line; None when its quotes do not close."""
    if plain:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), None)
    except csv.Error:
        return None


def _check_columns(path: Path, columns: tuple[str, ...], needed: Iterable[str]) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise DataError(f"table {path} has a column twice", twice[0], "rename one of them")
    for name in needed:
        if name not in columns:
            there = ", ".join(columns[:20])
            raise DataError(f"table {path} lacks a column", name, f"its columns are {there}")


def _reason(line: str | None, fields: list[str] | None, wanted: int) -> str:
    if line is None:
        return "is no UTF-8 text"
    if fields is None:
        return "quotes do not close on the line"
    return f"has {len(fields)} fields, the header has {wanted}"
