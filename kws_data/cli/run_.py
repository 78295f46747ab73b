"""``kws run``: all steps of one configuration."""

from __future__ import annotations

import click

from kws_data.cli.options import (
    config_options,
    json_option,
    looking_options,
    print_json,
    progress_bars,
    say,
    verb,
    workers_option,
)
from kws_data.cli.train import measure_seeds, seeds_option
from kws_data.config.config import Config
from kws_data.run_folder import REPORT_FILE


@verb("run", "kws run configs/gsc9.yaml --set data.folder=../speech_commands")
@config_options
@workers_option
@click.option("--force", is_flag=True, help="Run every step, current or not.")
@click.option("--until", default=None, help="Stop after this step.")
@seeds_option
@looking_options
@json_option
def command(
    config: Config,
    workers: int,
    force: bool,
    until: str | None,
    seeds: int,
    reason: str | None,
    who: str | None,
    as_json: bool,
) -> int:
    """Run all steps of CONFIG, from audio to the board, and report; steps that are current are skipped.

    Steps whose settings, code and input are those of last time are skipped. Results are in
    runs/<name>; recordings and their catalogue are in recordings/. Exits 1 when a limit (budget) is broken or one of
    the targets: of CONFIG is not reached, and says by how much, and how many more clips would decide it.
    """
    from kws_data.cli.steps import run_steps
    from kws_data.run_pipeline import time_left

    names = _names_until(config, until)
    if seeds > 1 and names is not None and "export" not in names:
        raise click.UsageError(f"--seeds measures exported models; --until {until} ends before")
    left = time_left(config) if seeds == 1 else None  # further seeds are no steps
    with progress_bars(left.words if left else None) as progress:
        results = run_steps(
            config,
            names,
            workers=workers,
            force=force,
            progress=progress,
            left=left,
            reason=reason or "kws run",
            who=who,
        )
        found = measure_seeds(config, seeds, progress) if seeds > 1 else None
    report_json = config.run_dir / "report" / REPORT_FILE
    if names is not None and "report" not in names:
        if as_json:
            print_json({"steps": [vars(result) for result in results]})
        return 0
    from kws_data.cli.terminal.summary import broken_targets, kept, load_report, print_summary

    report = load_report(report_json)
    if as_json:
        print_json(report if found is None else {**report, "seeds": found})
    else:
        print_summary(report)
        say(f"report: {report_json.with_suffix('.html')}")
    for line in broken_targets(report):
        say(f"target not reached: {line}")
    return 0 if kept(report) else 1


def _names_until(config: Config, until: str | None) -> list[str] | None:
    from kws_data.pipeline import steps_of

    names = [step.name for step in steps_of(config)]
    if until is None:
        return None
    if until not in names:
        raise click.UsageError(f"no step {until!r}; steps are {', '.join(names)}")
    return names[: names.index(until) + 1]
