"""``kws bench engine``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import json_option, verb


@verb("engine", "kws bench engine --bundle runs/demo/model")
@click.option("--bundle", type=click.Path(path_type=Path), required=True, help="The model to run.")
@json_option
def command(bundle: Path, as_json: bool) -> None:
    """Speed of the generated C engine against TensorFlow Lite Micro's interpreter, on the model of --bundle."""
    from kws_data.cli.bench.speed import bench_speed

    bench_speed("engine", bundle, as_json)
