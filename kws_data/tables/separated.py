"""Lines of a text into fields: which sign separates them, quotes, and fields that hold line breaks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kws_data.tables.lines import Line

SEPARATORS = ",;\t|"
#: So many lines at most are one quoted field: an open quote must not swallow the rest of a table.
MOST_LINES = 20


@dataclass(frozen=True)
class Separation:
    """How fields are told apart: a sign, and whether quotes are signs like any other (``plain``)."""

    separator: str
    plain: bool = False

    def fields(self, text: str) -> list[str] | None:
        """Fields of a text; None when its quotes do not close."""
        if self.plain:
            return text.split(self.separator)
        try:
            reader = csv.reader([text], delimiter=self.separator, strict=True, skipinitialspace=True)
            return next(reader, [])
        except csv.Error:
            return None


@dataclass(frozen=True)
class Record:
    """One line (the first, of a field with line breaks), and its fields; None where there are none."""

    number: int
    line: str | None
    fields: list[str] | None


def separation_of(lines: Sequence[Line], tabs: bool) -> tuple[Separation, int]:
    """How a table's fields are separated, and the place of the line on which it begins.

    The separator is that which Excel names in a first line ``sep=;``, else the one of comma, semicolon, tab and ``|``
    which the header has most of outside of quotes.

    Args:
        lines: of the table.
        tabs: tabs without quoting, whatever the header has.
    """
    start, header = next(((at, text) for at, (_, text) in enumerate(lines) if text and text.strip()), (0, ""))
    told = re.fullmatch(r'"?sep=([,;|\t:])"?[,;|\t]*', header, re.IGNORECASE)
    if told:
        return Separation(told[1]), start + 1
    if tabs:
        return Separation("\t", plain=True), 0
    bare = re.sub(r'"[^"]*"', "", header)
    return Separation(max(SEPARATORS, key=bare.count)), 0


def records(lines: Sequence[Line], separation: Separation) -> Iterator[Record]:
    """The lines with their fields. A field in quotes may hold line breaks; an open quote costs its own line only."""
    at = 0
    while at < len(lines):
        number, line = lines[at]
        fields = None if line is None else separation.fields(line)
        at += 1
        if line is not None and fields is None:
            fields, more = _over_lines(lines, at - 1, separation)
            at += more
        yield Record(number, line, fields)


def _over_lines(lines: Sequence[Line], start: int, separation: Separation) -> tuple[list[str] | None, int]:
    """Fields of a line whose quotes close on a later one, and how many lines follow it; None where they do not."""
    text = lines[start][1] or ""
    for more, (_, line) in enumerate(lines[start + 1 : start + MOST_LINES], 1):
        if line is None:
            break
        text += f"\n{line}"
        if '"' in line and (fields := separation.fields(text)) is not None:
            return fields, more
    return None, 0
