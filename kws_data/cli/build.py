"""``kws build``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import (
    Number,
    config_options,
    json_option,
    print_json,
    progress_bars,
    say,
    verb,
    workers_option,
)
from kws_data.config.config import Config

if TYPE_CHECKING:
    from kws_data.dataset.build import BuildOptions


@verb("build", "kws build configs/demo.yaml")
@config_options
@workers_option
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="Who computes.")
@click.option("--ray-address", metavar="ADDR", help="A running Ray cluster; one on this machine when left out.")
@click.option("--audio-at", metavar="URL", help="Where workers read audio, if not in the catalogue's folder: s3://…")
@click.option("--store-at", metavar="URL", help="Where the feature store is, if not in the catalogue's folder: s3://…")
@click.option("--clean-store", is_flag=True, help="Afterwards remove features that this data set does not use.")
@click.option("--store-limit-gb", type=Number(0), help="Afterwards remove the oldest beyond this size.")
@json_option
def command(
    config: Config,
    workers: int,
    engine: str,
    ray_address: str | None,
    audio_at: str | None,
    store_at: str | None,
    clean_store: bool,
    store_limit_gb: float | None,
    as_json: bool,
) -> None:
    """Build the data set of CONFIG: splits, audit for leaks, augmentation, features, datasheet. It computes only
    what the feature store lacks, goes on after kill -9, and gives the same bytes on one core or a Ray cluster
    (--engine ray): kws_data/docs/scale.md.

    Features that were computed before are taken from the feature store beside the catalogue; interrupted, it goes on
    where it was. The data set is the same whichever engine, and however many workers, compute it.
    """
    from kws_data.cli.steps import run_steps

    if ray_address is not None and engine != "ray":
        raise click.UsageError("--ray-address needs --engine ray")
    limit = 0 if clean_store else None if store_limit_gb is None else int(store_limit_gb * 1e9)
    options = _options(workers, engine, ray_address, audio_at, store_at, limit)
    with progress_bars() as progress:
        run_steps(
            config,
            ["build"],
            workers=workers,
            force=True,
            progress=progress,
            build=options,
            with_needs_of="build",
        )
    result = config.run_dir / "dataset/dataset.json"
    if as_json:
        print_json(json.loads(result.read_text()))
    else:
        _tell(json.loads(result.read_text()))
        say(f"wrote {result.parent}")


def _tell(info: dict[str, Any]) -> None:
    """How many clips state no terms."""
    for kind, count in info["unstated"].items():
        if count:
            say(f"{count:,} clips state no {kind}; release.{kind}s can refuse them")


def _options(
    workers: int,
    engine: str,
    ray_address: str | None,
    audio_at: str | None,
    store_at: str | None,
    store_limit_bytes: int | None,
) -> BuildOptions:
    from kws_data.dataset.build import BuildOptions

    options = BuildOptions(workers, None, audio_at, store_at, store_limit_bytes)
    if engine == "local":
        return options
    from kws_data.features.ray_workers import RayEngine

    return replace(options, engine=RayEngine(workers, ray_address))
