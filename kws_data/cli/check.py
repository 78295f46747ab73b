"""``kws check``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.budget import BudgetReport
from kws_data.cli.options import json_option, print_json, verb


@verb("check", "kws check configs/demo.yaml --set budget.model_bytes=8000")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--tflite", type=click.Path(path_type=Path), default=None, help="Any int8 .tflite file instead of a run.")
@json_option
def command(config_file: Path | None, overrides: tuple[str, ...], tflite: Path | None, as_json: bool) -> int:
    """Hold a model against its limits: file bytes, arena, and latency on the board's core.

    Exits 1 when a limit is broken, and names the layers or buffers that weigh most. With --tflite, any model is held
    against the default limits on its file and its arena.
    """
    if (config_file is None) == (tflite is None):
        raise click.UsageError("name either a CONFIG or a --tflite file")
    report = _check_file(tflite) if tflite else _check_config(Path(str(config_file)), overrides)
    if as_json:
        print_json(report.to_dict())
    else:
        for check in report.checks:
            click.echo(("ok    " if check.passed else "FAIL  ") + check.line())
    return 0 if report.passed else 1


def _check_config(path: Path, overrides: tuple[str, ...]) -> BudgetReport:
    from kws_data.cli.options import say
    from kws_data.config import load_config
    from kws_data.steps import RunContext, check_limits

    config = load_config(path, overrides)
    return check_limits(RunContext(config, 1, lambda *_: None, say))


def _check_file(path: Path) -> BudgetReport:
    from firmware_tools.engine.graph import read_tflite
    from kws_data.budget import check_model
    from kws_data.config import BudgetSettings
    from kws_data.errors import ModelError
    from kws_data.export import arena_bytes

    try:
        tflite = path.read_bytes()
    except OSError as error:
        raise ModelError("model cannot be read", str(path), error.strerror or "") from None
    read_tflite(tflite)  # says what is wrong with a file that is no model
    return check_model(tflite, arena_bytes(tflite), BudgetSettings())
