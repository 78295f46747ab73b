"""``kws bench record``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, verb

if TYPE_CHECKING:
    from kws_data.bench_record import Figure

PARTS = ("good", "bad", "kill", "boards", "decoder")


@verb("record", "kws bench record --quick")
@click.option("--quick", is_flag=True, help="A look of about a minute instead of the full proof.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="Only this part; repeatable.")
@click.option("--minutes", type=click.FloatRange(0.05, 600), help="Audio over each good line.")
@click.option("--hours", "chaos_hours", type=click.FloatRange(0.01, 100), help="Audio over bad lines.")
@click.option("--faults", type=click.IntRange(1), help="Faults on bad lines.")
@click.option("--kills", type=click.IntRange(1), help="Sessions to kill.")
@click.option("--board-seconds", type=click.FloatRange(1), help="How long several boards record at once.")
@click.option("--fuzz", "fuzz_inputs", type=click.IntRange(1), help="Damaged inputs for the decoder.")
@click.option("--seed", type=int, help="Seed of sounds, faults and moments.")
@json_option
def command(as_json: bool, quick: bool, parts: tuple[str, ...], **amounts: Any) -> None:
    """Prove on this machine what serial capture loses, mistakes or survives: nothing, nothing, everything."""
    _record(quick, parts, {name: value for name, value in amounts.items() if value is not None}, as_json)


def _record(quick: bool, parts: tuple[str, ...], amounts: dict[str, Any], as_json: bool) -> None:
    from dataclasses import replace

    from kws_data.bench_record import RecordBench, all_passed, bench_record

    bench: RecordBench = replace(RecordBench.quick() if quick else RecordBench(), **amounts)
    bench = replace(bench, parts=tuple(part for part in PARTS if not parts or part in parts))
    say(f"this takes about {max(1, round(bench.estimate_s() / 60))} min on two free cores; --quick is a look")
    figures = []
    with progress_bars() as progress:
        for figure in bench_record(bench, progress):
            figures.append(figure)
            say(f"  {_mark(figure)} {figure.what}: {figure.measured} ({figure.seconds:.0f} s)")
    if as_json:
        print_json([figure.to_dict() for figure in figures])
    else:
        _print_figures(figures)
    if not all_passed(figures):
        raise click.exceptions.Exit(1)


def _mark(figure: Figure) -> str:
    return {True: "reached", False: "MISSED", None: "skipped"}[figure.passed]


def _print_figures(figures: Sequence[Figure]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "wanted", "measured", "", "s")
    for figure in figures:
        table.add_row(figure.what, figure.wanted, figure.measured, _mark(figure), f"{figure.seconds:.0f}")
    Console().print(table)
