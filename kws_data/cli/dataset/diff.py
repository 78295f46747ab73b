"""``kws dataset diff``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import json_option, print_json, recordings_option, verb
from kws_data.cli.terminal.output import one_line

if TYPE_CHECKING:
    from kws_data.dataset.diff import Diff


@verb("diff", "kws dataset diff runs/demo runs/demo2")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows of a list; 0 is all.")
@recordings_option
@json_option
def command(before: str, after: str, limit: int, recordings: Path, as_json: bool) -> None:
    """What changed from data set A to data set B: clips, speakers, counts, settings, features, licences.

    A and B are configurations, runs, folders of data sets, or versions that the catalogue has on record.
    """
    from kws_data.dataset.diff import diff_datasets
    from kws_data.provenance.find_dataset import find_dataset

    diff = diff_datasets(find_dataset(before, recordings), find_dataset(after, recordings))
    if as_json:
        print_json(diff.to_dict())
    else:
        _print(diff, limit)


def _print(diff: Diff, limit: int) -> None:
    for name, about in (("A", diff.before), ("B", diff.after)):
        click.echo(f"{name}  {about['config']}  {about['version']}  {about['folder']}")
    if diff.same:
        click.echo("the same data set: the same clips and the same features")
        return
    by_column = ", ".join(f"{diff.changes_of(column):,} {column}" for column in _columns(diff))
    click.echo(
        f"clips: {len(diff.added):,} added, {len(diff.removed):,} removed, {len(diff.changed):,} changed"
        + (f" ({by_column})" if by_column else "")
    )
    click.echo(f"speakers: {len(diff.speakers_added):,} added, {len(diff.speakers_removed):,} removed")
    _table(("setting", "A", "B"), [(key, *values) for key, values in diff.settings.items()], limit)
    counts = [
        (column, value or "–", a, b, f"{b - a:+,}")
        for column, values in diff.counts.items()
        for value, (a, b) in values.items()
    ]
    _table(("counted by", "value", "A", "B", "difference"), counts, limit)
    changes = [(c.clip, c.word, name, *pair) for c in diff.changed for name, pair in c.columns.items()]
    _table(("clip", "word", "changed", "A", "B"), changes, limit)
    if not (diff.added or diff.removed or diff.changed or diff.settings):
        click.echo("the same clips and settings, other features: another version of kws made them")


def _columns(diff: Diff) -> list[str]:
    return sorted({column for change in diff.changed for column in change.columns})


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]], limit: int) -> None:
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*head)
    for row in rows[: limit or None]:
        shown.add_row(*(Text(_short(cell)) for cell in row))
    if limit and len(rows) > limit:
        shown.caption = f"{len(rows) - limit:,} more: --limit 0 shows them, --json has all"
    Console().print(shown)


def _short(cell: Any) -> str:
    text = "–" if cell is None or isinstance(cell, Mapping) else one_line(str(cell))
    return text if len(text) <= 40 else text[:37] + "…"
