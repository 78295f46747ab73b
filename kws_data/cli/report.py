"""``kws report``."""

from __future__ import annotations

import click

from kws_data.cli.options import config_options, json_option, print_json, say, verb
from kws_data.config.config import Config
from kws_data.run_folder import CARD_FILE, REPORT_FILE


@verb("report", "kws report configs/demo.yaml")
@config_options
@click.option("--no-audio", is_flag=True, help="Leave all sound out of the page: it holds voices of test people.")
@json_option
def command(config: Config, no_audio: bool, as_json: bool) -> int:
    """Write report.html, report.md, report.json and model_card.md of CONFIG from the results of the earlier steps.

    The page needs nothing else: it can be mailed, opened offline and printed. It begins with what to fix next.
    Clips and moments of streams can be heard in it; --no-audio leaves the voices out.

    Exits 1 when a limit (budget) is broken or one of the targets: of CONFIG is not reached, as kws run does.
    """
    from kws_data.cli.steps import run_steps, tell_outdated
    from kws_data.cli.terminal.summary import broken_targets, kept, load_report, print_summary

    tell_outdated(config, ["evaluate", "flash", "device-eval"])
    run_steps(config, ["report"], force=True, audio=not no_audio)
    path = config.run_dir / "report" / REPORT_FILE
    report = load_report(path)
    if as_json:
        print_json(report)
    else:
        print_summary(report)
        click.echo(f"report: {path.with_suffix('.html')}")
        click.echo(f"as Markdown: {path.with_suffix('.md')}, as JSON: {path}, model card: {path.with_name(CARD_FILE)}")
    for line in broken_targets(report):
        say(f"target not reached: {line}")
    return 0 if kept(report) else 1
