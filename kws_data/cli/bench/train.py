"""``kws bench train``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import json_option, verb


@verb("train", "kws bench train configs/gsc9.yaml")
@click.argument("config_file", metavar="CONFIG", type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
@json_option
def command(config_file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Steps of training a second, as products of matrices against the same steps layer by layer, on one core.

    Of the model of CONFIG and its teachers, as far as their convolutions run along time only; needs no data.
    """
    from kws_data.bench.training import bench_training
    from kws_data.cli.bench.speed import print_rows
    from kws_data.config.load import load_config

    config = load_config(config_file, ("data.source=synthetic", *overrides))  # wherever its clips come from
    print_rows(bench_training(config), as_json)
