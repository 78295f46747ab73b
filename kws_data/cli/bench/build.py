"""``kws bench build``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import json_option, print_json, verb
from kws_data.cli.terminal.figures import show_figures

PARTS = ("speed", "cores", "warm", "memory", "same", "ray")


@verb("build", "kws bench build --quick")
@click.option("--quick", is_flag=True, help="A look of about a minute instead of the full proof.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="Only this part; repeatable.")
@click.option("--clips", type=click.IntRange(200), help="Clips of the builds that are timed.")
@click.option("--copies", type=click.IntRange(2, 64), help="Copies of each training clip.")
@click.option("--few", type=click.IntRange(1_000), help="Clips of the smaller build whose memory is measured.")
@click.option("--many", type=click.IntRange(1_000), help="Clips of the larger one.")
@click.option("--ray", "only_ray", is_flag=True, help="The same as --only ray.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Clips of this folder, in Speech Commands layout; made up when left out.",
)
@click.option(
    "--scale",
    "results",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Measure nothing: work out 1 and 24 million clips from what --json printed into this file.",
)
@json_option
def command(
    as_json: bool, quick: bool, parts: tuple[str, ...], only_ray: bool, results: Path | None, **amounts: Any
) -> None:
    """Measure how data sets are built: speed against audiomentations and librosa, memory, and the same bytes always.

    Exits 1 when a figure is missed. The machine should have nothing else to do.
    """
    if results is not None:
        _print_scale(results, as_json)
        return
    from dataclasses import replace

    from kws_data.bench.build.bench import BuildBench
    from kws_data.bench.build.rows import bench_build

    given = {name: value for name, value in amounts.items() if value is not None}
    chosen = (*parts, *(("ray",) if only_ray else ()))
    bench: BuildBench = replace(BuildBench.quick() if quick else BuildBench(), **given)
    bench = replace(bench, parts=tuple(part for part in PARTS if not chosen or part in chosen))
    show_figures(lambda progress: bench_build(bench, progress), bench.estimate_s(), as_json)


def _print_scale(results: Path, as_json: bool) -> None:
    from dataclasses import asdict

    from kws_data.bench.build.estimate import cost_of, markdown, read_figures, scale_table

    rows = scale_table(cost_of(read_figures(results)), (1_000_000, 24_000_000), (1, 4, 16))
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        click.echo(markdown(rows))
