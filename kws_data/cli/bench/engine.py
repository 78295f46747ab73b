"""``kws bench engine``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import json_option, verb


@verb("engine", "kws bench engine --bundle runs/demo/model")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    default=None,
    help="The model to run; when left out, four built-in shapes with random weights.",
)
@json_option
def command(bundle: Path | None, as_json: bool) -> None:
    """Speed of the generated C engine against TensorFlow Lite Micro's interpreter, on this machine.

    The built-in shapes are those of configs/demo.yaml and configs/gsc9.yaml, MLPerf Tiny's DS-CNN and micro_speech;
    they are built here and nothing is downloaded.
    """
    from kws_data.cli.bench.speed import bench_speed

    bench_speed("engine", bundle, as_json)
