"""``kws bench``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import json_option, print_json, verb


@verb("bench", "kws bench --bundle runs/demo/model")
@click.option("--bundle", type=click.Path(path_type=Path), default=None, help="Also compare engines on this model.")
@json_option
def command(bundle: Path | None, as_json: bool) -> None:
    """Measure the front end against librosa and the C engine against TFLM, in one run on this machine."""
    from kws_data.bench import run_bench

    rows = run_bench(bundle)
    if as_json:
        print_json([row.to_dict() for row in rows])
        return
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
