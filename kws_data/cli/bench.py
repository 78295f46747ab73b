"""``kws bench``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, verb

if TYPE_CHECKING:
    from kws_data.bench import BenchRow
    from kws_data.bench_record import Figure, RecordBench

PARTS = ("good", "bad", "kill", "boards", "decoder")


@verb("bench", "kws bench record --quick")
@click.argument("what", metavar="[frontend|engine|record]", required=False, default=None)
@click.option("--bundle", type=click.Path(path_type=Path), default=None, help="Also compare engines on this model.")
@click.option("--quick", is_flag=True, help="record: a look of about a minute instead of the full proof.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="record: only this part; repeatable.")
@click.option("--minutes", type=click.FloatRange(0.05, 600), help="record: audio over each good line.")
@click.option("--hours", "chaos_hours", type=click.FloatRange(0.01, 100), help="record: audio over bad lines.")
@click.option("--faults", type=click.IntRange(1), help="record: faults on bad lines.")
@click.option("--kills", type=click.IntRange(1), help="record: sessions to kill.")
@click.option("--board-seconds", type=click.FloatRange(1), help="record: how long several boards record at once.")
@click.option("--fuzz", "fuzz_inputs", type=click.IntRange(1), help="record: damaged inputs for the decoder.")
@click.option("--seed", type=int, help="record: seed of sounds, faults and moments.")
@json_option
def command(
    what: str | None, bundle: Path | None, as_json: bool, quick: bool, parts: tuple[str, ...], **amounts: Any
) -> None:
    """Measure on this machine: speed against named baselines, or whether recordings can be trusted.

    frontend: the front end against librosa. engine: the C engine against TFLM, on the model of --bundle. record: what
    serial capture loses, mistakes or survives. Left out: front end, and engine if there is a --bundle.
    """
    if what == "record":
        _record(quick, parts, {name: value for name, value in amounts.items() if value is not None}, as_json)
    elif what in (None, "frontend", "engine"):
        _speed(what, bundle, as_json)
    else:
        raise click.UsageError(f"no bench {what!r}: use frontend, engine or record")


def _speed(what: str | None, bundle: Path | None, as_json: bool) -> None:
    from kws_data.bench import run_bench

    if what == "engine" and bundle is None:
        raise click.UsageError("bench engine needs a model: name it with --bundle")
    rows = run_bench(bundle, what)
    if as_json:
        print_json([row.to_dict() for row in rows])
    else:
        _print_speed(rows)


def _print_speed(rows: Sequence[BenchRow]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "baseline", "baseline /s", "ours /s", "ratio", "unit")
    for row in rows:
        values = row.to_dict()
        table.add_row(
            row.what,
            row.baseline,
            f"{row.baseline_per_s:,.0f}",
            f"{row.ours_per_s:,.0f}",
            f"{values['ratio']:.1f}x",
            row.unit,
        )
    Console().print(table)


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
