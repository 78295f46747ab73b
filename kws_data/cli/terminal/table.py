"""Plain tables on stdout."""

from __future__ import annotations

from collections.abc import Sequence

import click


def print_table(rows: Sequence[dict[str, str]]) -> None:
    """Rows with the same keys, columns aligned, the keys as the heading; nothing when there are none."""
    if not rows:
        return
    names = list(rows[0])
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
    for row in ({name: name for name in names}, *rows):
        click.echo("  ".join(row[name].ljust(widths[name]) for name in names).rstrip())
