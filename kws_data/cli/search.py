"""``kws search``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb, workers_option
from kws_data.config.config import Config

SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0}


def seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """``90s``, ``30m``, ``2h``, in seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", value)
    if not found or not float(found[1]):
        raise click.BadParameter(f"{value!r} is no duration: write 90s, 30m or 2h", ctx, param)
    return float(found[1]) * SECONDS[found[2]]


def rising(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    """``6,18,54``: epochs of each rung."""
    parts = value.split(",")
    rungs = tuple(int(part) for part in parts if re.fullmatch(r" *[0-9]{1,5} *", part))
    if len(rungs) != len(parts) or list(rungs) != sorted(set(rungs)) or rungs[0] < 1:
        raise click.BadParameter(f"{value!r} are no rungs: write rising epochs, 6,18,54", ctx, param)
    return rungs


@verb("search", "kws search configs/gsc9.yaml --budget 30m")
@config_options
@click.option("--budget", callback=seconds, default="30m", show_default=True, help="How long to search: 90s, 30m, 2h.")
@click.option("--space", type=click.Path(path_type=Path), default=None, help="YAML of settings to lists of values.")
@click.option("--rungs", callback=rising, default="6,18,54", show_default=True, help="Epochs of each rung.")
@click.option("--brackets", type=click.IntRange(1), default=None, help="Stop after so many brackets of candidates.")
@click.option("--resume", is_flag=True, help="Go on with the search that was begun.")
@click.option("--fresh", is_flag=True, help="Start again; what was found before is replaced.")
@click.option("--dry-run", is_flag=True, help="Only list shapes that keep the limits, with their measured costs.")
@click.option("--shapes", type=click.IntRange(1), default=12, show_default=True, help="How many --dry-run lists.")
@workers_option
@json_option
def command(
    config: Config,
    budget: float,
    space: Path | None,
    rungs: tuple[int, ...],
    brackets: int | None,
    resume: bool,
    fresh: bool,
    dry_run: bool,
    shapes: int,
    workers: int,
    as_json: bool,
) -> None:
    """Search shapes and front ends for the most accurate model within the measured limits of CONFIG, by successive
    halving; gives the Pareto front, and a configuration for kws run (kws_data/docs/search.md).

    Every shape is measured before it is trained: file, arena, RAM, cycles on the emulated core. Those that keep the
    limits are trained by successive halving and scored on training speakers that are held out; the test split and the
    validation split stay closed. Writes search.json, front.png, front.svg and best.yaml (for kws run) to
    runs/<name>/search; --resume goes on where it ended.
    """
    from kws_data.experiments.search.driver import Search
    from kws_data.experiments.search.halving import Halving
    from kws_data.experiments.search.space import DEFAULT_SPACE, load_space
    from kws_data.system.run_lock import alone_in

    if resume and fresh:
        raise click.UsageError("--resume and --fresh contradict each other")
    spaces = DEFAULT_SPACE if space is None else load_space(space)
    folder = config.run_dir / "search"
    with progress_bars() as progress:
        search = Search(config, spaces, folder, Halving(rungs), workers, progress=progress, say=say)
        if dry_run:
            fitting = search.measure(shapes)
        else:
            with alone_in(folder):
                _take_up(search, resume, fresh)
                _collect(config, workers, progress)
                search.run(budget, brackets)
    if dry_run:
        _show_costs(search, fitting, as_json)
    else:
        _show_results(search, as_json)


def _take_up(search: Any, resume: bool, fresh: bool) -> None:
    from kws_data.errors import DataError
    from kws_data.experiments.search.state import FILE

    path = search.folder / FILE
    if resume:
        if not search.resume():
            raise DataError("there is no search to resume", str(path), "leave --resume out to begin one")
    elif path.exists() and not fresh:
        raise DataError("a search was begun here", str(path), "go on with --resume, or start again with --fresh")


def _collect(config: Config, workers: int, progress: Any) -> None:
    from kws_data.cli.steps import run_steps

    run_steps(config, ["collect", "record"], workers=workers, progress=progress)


def _show_costs(search: Any, fitting: Sequence[Any], as_json: bool) -> None:
    from kws_data.cli.terminal.table import print_table
    from kws_data.experiments.search.report import cost_table

    left_out = [one for one in search.state.tried if one.broken]
    if as_json:
        print_json({"fit": [one.to_dict() for one in fitting], "left_out": [one.to_dict() for one in left_out]})
        return
    print_table(cost_table(fitting))
    say(f"{len(left_out)} other shapes were measured and break a limit; none was estimated")


def _show_results(search: Any, as_json: bool) -> None:
    from kws_data.cli.terminal.table import print_table
    from kws_data.experiments.search.report import table, write_results

    written = write_results(search.state, search.config, search.folder)
    if as_json:
        print_json({**search.state.to_dict(), "files": [str(path) for path in written]})
        return
    state = search.state
    click.echo(f"Pareto front (accuracy, bytes, cycles) at {state.front_rung()} epochs:")
    print_table(table(state, state.front()))
    longest = max(epochs for _, epochs in state.results)
    click.echo(f"\nTrained longest, {longest} epochs; the first is chosen:")
    print_table(table(state, [r for r in state.results.values() if r.epochs == longest]))
    say("scores are those of held-out training speakers; the test and validation splits were not opened")
    for path in (search.folder / "search.json", *written):
        say(f"wrote {path}")
    say(f"next: kws run {written[-1]}")
