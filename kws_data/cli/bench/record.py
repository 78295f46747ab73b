"""``kws bench record``."""

from __future__ import annotations

from typing import Any

import click

from kws_data.cli.options import Number, json_option, verb
from kws_data.cli.terminal.figures import show_figures

PARTS = ("good", "bad", "kill", "boards", "decoder")


@verb("record", "kws bench record --quick")
@click.option("--quick", is_flag=True, help="A look of about a minute instead of the full proof.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="Only this part; repeatable.")
@click.option("--minutes", type=Number(0.05, 600), help="Audio over each good line.")
@click.option("--hours", "chaos_hours", type=Number(0.01, 100), help="Audio over bad lines.")
@click.option("--faults", type=click.IntRange(1), help="Faults on bad lines.")
@click.option("--kills", type=click.IntRange(1), help="Sessions to kill.")
@click.option("--board-seconds", type=Number(1), help="How long several boards record at once.")
@click.option("--fuzz", "fuzz_inputs", type=click.IntRange(1), help="Damaged inputs for the decoder.")
@click.option("--seed", type=int, help="Seed of sounds, faults and moments.")
@json_option
def command(as_json: bool, quick: bool, parts: tuple[str, ...], **amounts: Any) -> None:
    """Prove on this machine what serial capture loses, mistakes or survives: nothing, nothing, everything."""
    from dataclasses import replace

    from kws_data.bench.record.rows import RecordBench, bench_record

    given = {name: value for name, value in amounts.items() if value is not None}
    bench: RecordBench = replace(RecordBench.quick() if quick else RecordBench(), **given)
    bench = replace(bench, parts=tuple(part for part in PARTS if not parts or part in parts))
    show_figures(lambda progress: bench_record(bench, progress), bench.estimate_s(), as_json)
