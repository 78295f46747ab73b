"""How a bench shows its rows, while it runs and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import print_json, progress_bars, say
from kws_data.progress import Progress

if TYPE_CHECKING:
    from kws_data.bench.figures import Figure


def show_figures(
    measure: Callable[[Progress], Iterator[Figure]], estimate_s: float, as_json: bool, *, quick: bool = True
) -> None:
    """Measure and show; exits 1 when a figure was missed. ``quick``: the bench has an option of that name."""
    from kws_data.bench.figures import all_passed

    hint = "; --quick is a look" if quick else ""
    say(f"this takes about {max(1, round(estimate_s / 60))} min on two free cores{hint}")
    figures = []
    with progress_bars() as progress:
        for figure in measure(progress):
            figures.append(figure)
            say(f"  {_mark(figure)} {figure.what}: {figure.measured} ({figure.seconds:.0f} s)")
    if as_json:
        print_json([figure.to_dict() for figure in figures])
    else:
        _print_table(figures)
    if not all_passed(figures):
        raise click.exceptions.Exit(1)


def _mark(figure: Figure) -> str:
    return {True: "reached", False: "MISSED", None: "skipped"}[figure.passed]


def _print_table(figures: Sequence[Figure]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "wanted", "measured", "", "s")
    for figure in figures:
        table.add_row(figure.what, figure.wanted, figure.measured, _mark(figure), f"{figure.seconds:.0f}")
    Console().print(table)
