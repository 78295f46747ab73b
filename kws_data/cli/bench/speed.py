"""``kws bench frontend`` and ``kws bench engine``: ratios against what a user would have otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.cli.options import print_json

if TYPE_CHECKING:
    from kws_data.bench.speed import BenchRow


def bench_speed(what: str | None, bundle: Path | None, as_json: bool) -> None:
    """Measure and print; both when ``what`` is None (the engine only if there is a bundle)."""
    from kws_data.bench.speed import run_bench

    print_rows(run_bench(bundle, what), as_json)


def print_rows(rows: Sequence[BenchRow], as_json: bool) -> None:
    """As a table, or as JSON."""
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
