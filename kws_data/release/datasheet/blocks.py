"""What a datasheet is made of: sections of paragraphs, tables and plots, and how they look as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """Columns and rows; ``marked`` are the cells (row, column) that a reader should not miss."""

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    marked: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Plot:
    """A picture that only the page has, by name."""

    name: str
    caption: str


Block = str | Table | Plot


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def listed(names: Sequence[str], joined: str = "and") -> str:
    """Names in a row: one, two and three."""
    return ", ".join(names[:-1]) + (f" {joined} " if len(names) > 1 else "") + names[-1]


def counted(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> Table:
    """Clips of each combination of columns."""
    counts = Counter(tuple(row[column] or "–" for column in columns) for row in rows)
    return Table((*columns, "clips"), tuple((*key, f"{count:,}") for key, count in sorted(counts.items())))


def markdown(info: Mapping[str, Any], content: Iterable[Section]) -> str:
    """The sections of a data set's datasheet as Markdown; plots are left out."""
    return written(f"Data set {info['config']}", content)


def written(title: str, content: Iterable[Section]) -> str:
    """Sections under a title as Markdown; plots are left out."""
    parts = [f"# {title}"]
    for section in content:
        parts.append(f"## {section.title}")
        parts += [
            _table(block) if isinstance(block, Table) else str(block)
            for block in section.blocks
            if not isinstance(block, Plot)
        ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    def row(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", str(cell)) for cell in cells) + " |"

    lines = [row(table.head), "|" + "---|" * len(table.head)]
    for number, cells in enumerate(table.rows):
        lines.append(row([f"**{cell}**" if (number, n) in table.marked else cell for n, cell in enumerate(cells)]))
    return "\n".join(lines)
