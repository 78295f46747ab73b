"""``kws bench report``."""

from __future__ import annotations

import click

from kws_data.cli.options import json_option, verb
from kws_data.cli.terminal.figures import show_figures

CLIPS = 100_000
ESTIMATE_S = 60.0


@verb("report", "kws bench report")
@click.option(
    "--clips", type=click.IntRange(200, 10_000_000), default=CLIPS, show_default=True, help="In the made-up test split."
)
@json_option
def command(clips: int, as_json: bool) -> None:
    """A report of 100,000 test clips: seconds to write it, bytes of the page, seconds until Chromium shows it.

    The run is made up: manifest, predictions and results are drawn, and only the clips that are played have sound.
    It lies in a temporary folder, which is removed. Exits with 1 when a figure is missed.
    """
    from kws_data.bench.report.bench import bench_report

    show_figures(lambda progress: bench_report(progress, clips), ESTIMATE_S, as_json, quick=False)
