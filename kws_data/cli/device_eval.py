"""``kws device-eval``."""

from __future__ import annotations

import click

from kws_data.cli.board_port import with_port_here
from kws_data.cli.options import config_options, json_option, looking_options, print_json, progress_bars, verb
from kws_data.config.config import Config
from kws_data.run_folder import DEVICE_FILE


@verb("device-eval", "kws device-eval configs/demo.yaml --set device.eval_clips=50")
@config_options
@looking_options
@json_option
def command(config: Config, reason: str | None, who: str | None, as_json: bool) -> None:
    """Replay held-out clips through the serial port on the flashed board: TPR, FPR, cycles, agreement with the host.

    An emulated board is flashed before; a board on a desk runs what kws flash wrote to it. The look at the test split
    is noted in the catalogue, with the --reason.
    """
    from firmware_tools.boards.spec import load_board
    from kws_data.cli.steps import run_steps
    from kws_data.evaluation.metrics import ends_in
    from kws_data.pages.numbers import interval, percent
    from kws_data.run_folder import read_json

    config = with_port_here(config)
    emulated = config.device.port is None and load_board(config.device.board).emulator
    with progress_bars() as progress:
        names = ["flash", "device-eval"] if emulated else ["device-eval"]
        run_steps(config, names, force=True, progress=progress, reason=reason or "kws device-eval", who=who)
    device = read_json(config.run_dir / "report" / DEVICE_FILE, "device-eval")
    if as_json:
        print_json(device)
        return
    click.echo(f"{device['board']}: {device['clips']} clips")
    click.echo(f"TPR {percent(device['tpr'])} {interval(ends_in(device, 'tpr'))}")
    click.echo(f"FPR {percent(device['fpr'])} {interval(ends_in(device, 'fpr'))}")
    click.echo(f"agreement with the host {percent(device['agreement'])}")
    click.echo(f"latency p95 {device['latency_ms']['p95']:.1f} ms, inference {device['cycles']['inference']:,} cycles")
