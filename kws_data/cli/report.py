"""``kws report``."""

from __future__ import annotations

import click

from kws_data.cli.options import config_options, json_option, print_json, verb
from kws_data.config.config import Config
from kws_data.run_folder import REPORT_FILE


@verb("report", "kws report configs/demo.yaml")
@config_options
@json_option
def command(config: Config, as_json: bool) -> None:
    """Write report.html and report.json of CONFIG from the results of the earlier steps."""
    from kws_data.cli.steps import run_steps
    from kws_data.cli.terminal.summary import load_report, print_summary

    run_steps(config, ["report"], force=True)
    path = config.run_dir / "report" / REPORT_FILE
    if as_json:
        print_json(load_report(path))
    else:
        print_summary(load_report(path))
        click.echo(f"report: {path.with_suffix('.html')}")
