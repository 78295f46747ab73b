"""How ``kws catalog`` shows its answers in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from kws_data.catalog.attributes import NOT_SAID, in_order
from kws_data.cli.terminal.output import one_line

if TYPE_CHECKING:
    from kws_data.catalog.counts import Count
    from kws_data.coverage.crosstab import Crosstab, NamedThinCell
    from kws_data.coverage.privacy import PublishedTable
    from kws_data.quality.rot import Rot

MARKS = {"below": "▼", "combination": "▼▼", "few": "·"}
_THIN_ROWS = 20


def print_crosstab(table: Crosstab, limit: int) -> None:
    """A list for one attribute, a matrix for two, a list for three; then the thin cells."""
    console = Console()
    if not table.counts:
        console.print("no clip answers to this")
        return
    columns = sorted({count.values[1] for count in table.counts}, key=in_order) if len(table.by) == 2 else []
    if columns and sum(max(len(column), 10) + 3 for column in columns) + 24 <= console.width:
        console.print(_matrix(table, columns, limit))
    else:
        console.print(_list(table, limit))
    for name, clips in table.not_said.items():
        if clips:
            said = f"{one_line(name)} was not said of {clips:,} of {table.clips:,} clips"
            console.print(said, highlight=False, markup=False)
    if table.thin:
        _print_thin(console, table)


def _print_thin(console: Console, table: Crosstab) -> None:
    cells = "1 thin cell" if len(table.thin) == 1 else f"{len(table.thin):,} thin cells"
    console.print(
        f"\n{cells}: ▼ far below what the totals of the attributes lead one to expect, ▼▼ below"
        " what even their pairs do, · too few to measure on",
        highlight=False,
    )
    shown = Table("", *map(_heading, table.by), "speakers of expected", "clips of expected", "q")
    for thin in table.thin[:_THIN_ROWS]:
        cell = thin.cell
        speakers = f"{cell.speakers:,} of {cell.expected_speakers:,.1f}"
        clips = f"{cell.clips:,} of {cell.expected_clips:,.0f}"
        shown.add_row(MARKS[cell.reason], *map(_said, thin.values), speakers, clips, f"{cell.q:.2g}")
    console.print(shown)
    if len(table.thin) > _THIN_ROWS:
        console.print(f"… and {len(table.thin) - _THIN_ROWS} more; see them all with --json")


def _list(table: Crosstab, limit: int) -> Table:
    thin = {cell.values: cell for cell in table.thin}
    counts = table.counts if len(table.by) == 1 else sorted(table.counts, key=_place)
    shown = Table(*map(_heading, table.by), "clips", "speakers", "minutes")
    for count in counts[: limit or None]:
        clips = _marked(f"{count.clips:,}", thin.get(count.values))
        shown.add_row(*(_said(v) for v in count.values), clips, f"{count.speakers:,}", f"{count.seconds / 60:,.1f}")
    return _cut(shown, len(counts), limit)


def _matrix(table: Crosstab, columns: Sequence[str], limit: int) -> Table:
    """Clips of each pair, the speakers in brackets; cells without clips are shown too."""
    thin = {cell.values: cell for cell in table.thin}
    counts = {count.values: count for count in table.counts}
    rows = sorted({values[0] for values in counts}, key=in_order)
    shown = Table(f"{_heading(table.by[0])} \\ {_heading(table.by[1])}", *map(_heading, columns), "all")
    for row in rows[: limit or None]:
        cells = []
        for column in columns:
            count = counts.get((row, column))
            text = f"{count.clips:,} ({count.speakers:,})" if count else "–"
            cells.append(_marked(text, thin.get((row, column))))
        total = sum(count.clips for values, count in counts.items() if values[0] == row)
        shown.add_row(_said(row), *cells, f"{total:,}")
    shown.caption = "clips (speakers)"
    return _cut(shown, len(rows), limit)


def _place(count: Count) -> tuple[tuple[float, str], ...]:
    return tuple(in_order(value) for value in count.values)


def _cut(shown: Table, rows: int, limit: int) -> Table:
    if limit and rows > limit:
        shown.caption = f"{rows - limit:,} more rows: --limit 0 shows them"
    return shown


def _marked(text: str, thin: NamedThinCell | None) -> Text:
    if thin is None:
        return Text(text)
    return Text(f"{text} {MARKS[thin.cell.reason]}", style="yellow" if thin.cell.reason == "few" else "bold red")


def _said(value: str) -> Text:
    return Text(one_line(value)) if value else Text(NOT_SAID, style="dim")


def _heading(value: str) -> str:
    """A name of people's own over a column: brackets in it are no markup."""
    return escape(one_line(value)) or NOT_SAID


def print_rot(rot: Rot) -> None:
    """Each kind with its definition, its number, and a few clips."""
    console = Console()
    shown = Table("kind", "why", "clips", "what it means", "for example")
    for kind, reason in rot.reasons:
        example = ", ".join(identity[:12] for identity in reason.clips[:2])
        shown.add_row(kind, reason.name, f"{len(reason.clips):,}", reason.definition, example)
    console.print(shown)
    for note in rot.notes:
        console.print(note, highlight=False, markup=False)
    console.print("all ids: kws catalog --rot --json", highlight=False)


def print_published(table: PublishedTable) -> None:
    """A list of all cells and totals, ``*`` for what is suppressed."""
    console = Console()
    shown = Table(*map(_heading, table.by), "people")
    for cell in table.cells:
        if cell.people != 0:
            shown.add_row(*(_said(value) for value in cell.values), "*" if cell.people is None else f"{cell.people:,}")
    console.print(shown)
    console.print(f"{table.method()}; cells without people are left out", highlight=False)


def print_lineage(document: Mapping[str, Any]) -> None:
    """What it is made of above, what was made of it below."""
    console = Console()
    tree = Tree(Text(one_line(f"{document['kind']} {document['id']}"), style="bold"))
    for key, value in document["about"].items():
        tree.add(Text(one_line(f"{key}: {_plain(value)}")))
    _grow(tree.add("made from"), document["made_from"])
    _grow(tree.add("made of it"), document["made_of_it"])
    console.print(tree, highlight=False)


def _grow(branch: Tree, nodes: Sequence[Mapping[str, Any]]) -> None:
    if not nodes:
        branch.add(Text("nothing that is known", style="dim"))
    for node in nodes:
        about = ", ".join(f"{key} {_plain(value)}" for key, value in node["about"].items())
        twig = branch.add(Text(one_line(f"{node['kind']} {node['id']}  {about}")))
        if node["next"]:
            _grow(twig, node["next"])


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key or NOT_SAID} {count}" for key, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
