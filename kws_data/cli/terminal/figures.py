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
    measure: Callable[[Progress], Iterator[Figure]],
    estimate_s: float,
    as_json: bool,
    *,
    quick: bool = True,
    unmeasured: bool = True,
) -> None:
    """Measure and show; exits 1 when a figure was missed.

    Args:
        measure: gives the figures, one after the other.
        estimate_s: seconds that they take.
        as_json: print JSON in place of a table.
        quick: the bench has an option of that name.
        unmeasured: whether a figure that could not be measured passes.
    """
    from kws_data.bench.figures import all_passed

    hint = "; --quick is a look" if quick else ""
    say(f"this takes about {max(1, round(estimate_s / 60))} min on two free cores{hint}")
    figures = []
    with progress_bars() as progress:
        for figure in measure(progress):
            figures.append(figure)
            spread = f" [{figure.kindest} to {figure.harshest}]" if figure.harshest else ""
            say(f"  {_mark(figure, unmeasured)} {figure.what}: {figure.measured}{spread} ({figure.seconds:.0f} s)")
    if as_json:
        print_json([figure.to_dict() for figure in figures])
    else:
        _print_table(figures, unmeasured)
    if not all_passed(figures, unmeasured=unmeasured):
        raise click.exceptions.Exit(1)


def _mark(figure: Figure, unmeasured: bool) -> str:
    return {True: "reached", False: "MISSED", None: "skipped" if unmeasured else "MISSED"}[figure.passed]


def _print_table(figures: Sequence[Figure], unmeasured: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    ranges = any(figure.harshest for figure in figures)
    table = Table("what", "wanted", "measured", *(["kindest", "harshest"] if ranges else []), "", "s")
    for figure in figures:
        ends = [figure.kindest, figure.harshest] if ranges else []
        mark, seconds = _mark(figure, unmeasured), f"{figure.seconds:.0f}"
        table.add_row(figure.what, figure.wanted, figure.measured, *ends, mark, seconds)
    Console().print(table)
