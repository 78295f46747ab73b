"""Options and output that all verbs share."""

from __future__ import annotations

import functools
import json
import math
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from firmware_tools.home import in_home
from kws_data.cli.precious import check_outputs
from kws_data.cli.terminal.output import one_line, takes_unicode
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.progress import Progress

Function = TypeVar("Function", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")
workers_option = click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes to use."
)
port_option = click.option(
    "--port", default=None, help="Serial port; when left out, that of the attached board, else its emulator."
)
board_option = click.option("--board", default="emulated", show_default=True, help="Board name, or a board's YAML.")
recordings_option = click.option(
    "--recordings",
    type=click.Path(path_type=Path),
    default=Path("recordings"),
    show_default=True,
    help="Folder of the catalogue and its audio.",
)


def config_options(function: Function) -> Function:
    """``CONFIG`` and ``--set``; the function gets the checked settings as ``config``."""

    @click.argument("config_file", metavar="CONFIG", type=click.Path(path_type=Path))
    @click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
    @functools.wraps(function)
    def with_config(config_file: Path, overrides: tuple[str, ...], **arguments: Any) -> Any:
        return function(config=config_here(config_file, overrides), **arguments)

    return with_config  # type: ignore[return-value]


def config_here(path: Path, overrides: Iterable[str]) -> Config:
    """A configuration as it can run on this machine; what it does without is the first thing that is said.

    Raises:
        ConfigError: as :func:`load_config`.
    """
    config = load_config(path, overrides)
    if not config.train.teacher.optional and not any(more.optional for more in config.data.synth.more):
        return config
    from kws_data.extras import with_what_is_there

    config, lines = with_what_is_there(config)
    for line in lines:
        say(f"{config.name} does {line}")
    return config


def looking_options(function: Function) -> Function:
    """``--reason`` and ``--who`` of a look at the test split; the function gets both, or None."""
    reason = click.option("--reason", metavar="TEXT", help="Why the test is looked at; noted in the catalogue.")
    who = click.option("--who", metavar="NAME", help="Who looks; the login name when left out. Stays on this machine.")
    return reason(who(function))


class Number(click.FloatRange):
    """A number within limits; ``nan`` lies in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number that can be used.", param, ctx)
        return number


class Verb(click.Command):
    """A command whose paths may begin with ``~``: no shell has seen it after ``=``, in quotes, or on Windows. It writes
    over no catalogue, configuration, recording or model."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = self.make_parser(ctx).parse_args(args=list(args))[0] if "" in args else {}
        for one in self.get_params(ctx):
            if isinstance(one.type, click.Path) and given.get(one.name or "") == "":
                raise click.UsageError(f"{one.opts[0]} is empty: name a path, . for this folder", ctx)
        rest = super().parse_args(ctx, args)
        ctx.params = {name: _in_home(value) for name, value in ctx.params.items()}
        check_outputs(ctx)
        return rest


def _in_home(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_in_home, value))
    return in_home(value) if isinstance(value, Path) else value


def verb(name: str, example: str, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command whose help ends with an example."""
    return click.command(name, cls=Verb, epilog=f"Example: {example}", **settings)


def is_default(name: str) -> bool:
    """Whether the caller has left out an option of the verb that runs."""
    source = click.get_current_context().get_parameter_source(name)
    return source is None or source.name == "DEFAULT"


def same_call(*more: str, without: Collection[str] = ()) -> str:
    """This call with more options, as a shell takes it; --json, how many workers there are, and parameters whose names
    are in ``without`` are left out."""
    context = click.get_current_context()
    words = ["kws", "audit"]
    for one in context.command.params:
        value = context.params.get(one.name or "")
        if one.name in (None, "as_json", "workers", *without) or is_default(str(one.name)) or value in (None, False):
            continue
        if isinstance(one, click.Argument):
            words.append(str(value))
        elif value is True:
            words.append(one.opts[0])
        else:
            for single in value if isinstance(value, tuple) else (value,):
                words += [one.opts[0], str(single)]
    return shlex.join([*words, *more])


def print_json(document: Any) -> None:
    """One JSON document on stdout, in ASCII where stdout does not take every character."""
    click.echo(json.dumps(document, indent=1, ensure_ascii=not takes_unicode(), default=str))


def tell(line: str) -> None:
    """A line of the result, on stdout; names of files in it stay in their line."""
    click.echo(one_line(line))


def say(line: str) -> None:
    """A line for people, on stderr, so that stdout stays for results."""
    click.echo(one_line(line), err=True)


@contextmanager
def progress_bars(left: Callable[[], str] | None = None) -> Iterator[Progress]:
    """Progress on stderr: a bar on a terminal, one line a finished stage elsewhere.

    ``left`` says how long the whole run still takes, when that is known: it stands below the bars, and in each line.

    Yields a function ``progress(stage, done, total)``.
    """
    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_progress(left)
        return

    class Bars(Progress):
        def get_renderables(self) -> Iterator[RenderableType]:
            yield from super().get_renderables()
            words = left() if left else ""
            if words:
                yield Text(f"  {words} of the whole run")

    columns = (
        TextColumn("  {task.description:<34}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Bars(*columns, console=console, transient=False) as bars:
        tasks: dict[tuple[str, int], Any] = {}
        runs = _Runs()

        def progress(stage: str, done: int, total: int) -> None:
            run = runs.number(stage, done, total)
            if run is None:
                return
            if (stage, run) not in tasks:
                tasks[stage, run] = bars.add_task(stage, total=total)
            bars.update(tasks[stage, run], completed=done, total=total)

        yield progress


class _Runs:
    """Tells runs of one stage apart: the teachers of the next front end have the names of the last one's."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._ended: set[str] = set()

    def number(self, stage: str, done: int, total: int) -> int | None:
        """Which run of the stage this belongs to; None when it comes, from another process, after the run's end."""
        if stage in self._ended and done < total:
            if 2 * done > total:
                return None
            self._ended.discard(stage)
            self._number[stage] += 1
        if done >= total:
            self._ended.add(stage)
        return self._number.setdefault(stage, 0)


def _line_progress(left: Callable[[], str] | None) -> Progress:
    """At most eleven lines a stage, each time it runs: enough for a log file to show that work goes on."""
    shown: dict[tuple[str, int], int] = {}
    runs = _Runs()

    def progress(stage: str, done: int, total: int) -> None:
        run = runs.number(stage, done, total)
        tenth = 10 * done // total if total else 10
        if run is not None and shown.get((stage, run), -1) < tenth:
            shown[stage, run] = tenth
            words = left() if left else ""
            say(f"  {stage}: {done}/{total}" + (f", {words} of the whole run" if words else ""))

    return progress
