"""``kws bench damaged``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, say, verb, workers_option

if TYPE_CHECKING:
    from kws_data.bench.damaged.bench import Row

SHOWN_CAUSES = 12


@verb("damaged", "kws bench damaged --audio 2000 --yaml 500 --tflite 500 --keep found")
@click.option("--audio", type=click.IntRange(0), default=100_000, show_default=True, help="Damaged audio files.")
@click.option("--yaml", type=click.IntRange(0), default=10_000, show_default=True, help="Damaged configurations.")
@click.option("--tflite", type=click.IntRange(0), default=10_000, show_default=True, help="Damaged models.")
@click.option("--seconds", type=Number(1), default=600, show_default=True, help="Stop after so long.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all damage.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), default=None, help="Keep what was met wrongly."
)
@workers_option
@json_option
def command(
    audio: int, yaml: int, tflite: int, seconds: float, seed: int, keep: Path | None, workers: int, as_json: bool
) -> int:
    """Damaged audio files, configurations and models through the doors that files of strangers come in by.

    Each must be read or refused with one line. Exits 1 where one crashed a process, hung, gave a traceback, or lost
    sound or settings without a word. The same seed gives the same files for any number of workers; --keep writes those
    that were met wrongly to a folder.
    """
    from kws_data.bench.damaged.bench import DamagedBench, bench_damaged

    bench = DamagedBench(audio, yaml, tflite, seconds, seed, workers, keep=keep)
    if not any(bench.wanted.values()):
        raise click.UsageError("no files to try: give --audio, --yaml or --tflite a number above 0")
    with progress_bars() as progress:
        rows = bench_damaged(bench, progress)
    if as_json:
        print_json({"seed": seed, "passed": _passed(rows), "kinds": [row.to_dict() for row in rows]})
    else:
        _print_rows(rows)
    for row in rows:
        if row.files < row.wanted:
            say(f"{row.kind}: {row.files:,} of {row.wanted:,} files in {seconds:g} s; give --seconds more")
    return 0 if _passed(rows) else 1


def _passed(rows: list[Row]) -> bool:
    return all(row.faultless for row in rows)


def _print_rows(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("kind", "files", "read", "refused", "crashes", "hangs", "tracebacks", "silent losses")
    for row in rows:
        values = row.to_dict()
        names = ("files", "read", "refused", "crashes", "hangs", "tracebacks", "silent_losses")
        table.add_row(row.kind, *(f"{values[name]:,}" for name in names))
    Console().print(table)
    for row in rows:
        for cause, count in list(row.to_dict()["causes"].items())[:SHOWN_CAUSES]:
            click.echo(f"{row.kind}: {cause} ({count:,})")
