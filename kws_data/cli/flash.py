"""``kws flash``."""

from __future__ import annotations

import json

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, verb
from kws_data.config.config import Config
from kws_data.run_folder import SIZE_FILE


@verb("flash", "kws flash configs/demo.yaml")
@config_options
@json_option
def command(config: Config, as_json: bool) -> None:
    """Build the detector's firmware for the board of CONFIG, write it to the board, and read it back."""
    from kws_data.cli.steps import run_steps

    with progress_bars() as progress:
        run_steps(config, ["flash"], force=True, progress=progress)
    size = json.loads((config.run_dir / "firmware" / SIZE_FILE).read_text())
    if as_json:
        print_json(size)
    else:
        click.echo(
            f"{config.device.board}: {size['flash_bytes']:,} B of flash, {size['ram_bytes']:,} B of RAM, verified"
        )
