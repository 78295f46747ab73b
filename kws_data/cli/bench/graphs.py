"""``kws bench graphs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, say, verb, workers_option

if TYPE_CHECKING:
    from kws_data.bench.graphs.bench import Graphs

SHOWN_FINDINGS = 12


@verb("graphs", "kws bench graphs --graphs 1000 --keep found")
@click.option("--graphs", type=click.IntRange(1), default=10_000, show_default=True, help="Networks to compare.")
@click.option("--seconds", type=Number(1), default=3600, show_default=True, help="Stop after so long.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all networks.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), default=None, help="Keep what differs.")
@workers_option
@json_option
def command(graphs: int, seconds: float, seed: int, keep: Path | None, workers: int, as_json: bool) -> int:
    """Random networks in the C engine and in TensorFlow Lite Micro's interpreter: every byte must be the same.

    Each is run by windows, and those that stream at every hop, after resets in the middle of other streams as well;
    each with plain C, with the algorithms of cores with the DSP extension, and with those of cores that multiply
    short. Exits 1 where one differs, writes where it must not, or ends its process. The same seed gives the same
    networks; --keep writes those that differ to a folder, as .tflite.
    """
    from firmware_tools.errors import ModelError
    from firmware_tools.tflite import tflm
    from kws_data.bench.graphs.bench import GraphsBench, bench_graphs

    if not tflm.available():
        raise ModelError("tflite-micro is not installed here", None, "its wheel exists for Linux on x86-64 only")
    with progress_bars() as progress:
        found = bench_graphs(GraphsBench(graphs, seed, seconds, workers, keep), progress)
    if as_json:
        print_json({"seed": seed, "passed": not found.findings, **found.to_dict()})
    else:
        _print(found, seed)
    if found.compared < graphs:
        say(f"{found.compared:,} of {graphs:,} networks in {seconds:g} s; give --seconds more")
    return 1 if found.findings else 0


def _print(found: Graphs, seed: int) -> None:
    figures = found.to_dict()
    click.echo(
        f"{figures['equal']:,} of {figures['compared']:,} networks give TFLM's bytes, {found.streamed:,} of them as "
        f"streams too, {found.four_bits:,} with weights of 4 bits (seed {seed}): {found.windows:,} outputs, "
        f"{found.hops:,} of them at hops of streams."
    )
    click.echo(f"{figures['refused']:,} more were refused, each with one line.")
    for finding in figures["findings"][:SHOWN_FINDINGS]:
        click.echo(f"number {finding['number']}: {finding['fate']}: {finding['said']} {finding['file']}".rstrip())
