"""``kws plan-data``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from firmware_tools.home import in_home
from kws_data.cli.options import json_option, print_json, recordings_option, tell, verb
from kws_data.cli.plan_data.check import check
from kws_data.cli.plan_data.questions import date_of, put, questions, split, with_defaults
from kws_data.errors import ConfigError, DataError

if TYPE_CHECKING:
    from kws_data.coverage.data_plan.plan import DataPlan

PLAN = Path("data_plan.md")
BESIDE_CHECK = ("checked", "recordings", "as_json")


class NewFile(click.Path):
    """A file to be written: no folder, and no name that ends as those of folders do, which a Path would lose."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        out = in_home(Path(value))
        if out.is_dir() or os.fspath(value).endswith(("/", os.sep)) or not out.name:
            raise ConfigError("this names a folder, not the file of a plan", str(value), f"name a file: {out / PLAN}")
        return super().convert(value, param, ctx)


@verb("plan-data", "kws plan-data --words lamp,radio --people 40 --licence CC-BY-4.0")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    default=None,
    help="YAML with the plan's settings, or a plan to begin from: nothing is asked.",
)
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="A setting, as people.total=60.")
@click.option("--purpose", default=None, help="What is to be heard, by what, where.")
@click.option("--words", default=None, help="Words, with commas between them; the keywords of CONFIG.")
@click.option("--people", type=click.IntRange(1), default=None, help="People who say all words.  [default: 40]")
@click.option("--takes", type=click.IntRange(1), default=None, help="Of each word by each.  [default: 10]")
@click.option("--hours", type=click.FloatRange(0), default=None, help="In which no keyword is said.  [default: 2]")
@click.option("--licence", default=None, help="That each clip must have; several with commas between them.")
@click.option("--consent", default=None, help="What a clip's consent must name; several with commas between them.")
@click.option("--start", default=None, metavar="DATE", help="First day, as 2027-01-11.  [default: next Monday]")
@click.option("--out", type=NewFile(path_type=Path), default=PLAN, show_default=True, help="The plan.")
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.option(
    "--check", "checked", type=click.Path(path_type=Path), default=None, help="Hold the catalogue against this plan."
)
@recordings_option
@json_option
def command(config_file: Path | None, checked: Path | None, as_json: bool, **options: Any) -> int:
    """Write a data plan as Markdown: purpose, words, people and groups, hours, conditions, quality, licence, consent,
    schedule, roles and risks; or say with --check what the catalogue lacks of one.

    On a terminal it asks what no option says; elsewhere defaults are taken. The settings stand above the text, and
    --check reads those: it names what is missing, the most urgent first, with what to call next, and ends with 1 until
    nothing is.
    """
    if checked is not None:
        ctx = click.get_current_context()
        _alone(ctx)
        named = ctx.get_parameter_source("recordings") is click.core.ParameterSource.COMMANDLINE
        return check(checked, options["recordings"], named, as_json)
    plan = _plan(config_file, options)
    out: Path = options["out"]
    _write(plan, out, options["force"])
    _told(plan, out, as_json)
    return 0


def _alone(ctx: click.Context) -> None:
    """Raise UsageError where something is asked of a new plan beside --check."""
    given = click.core.ParameterSource.COMMANDLINE
    for one in ctx.command.params:
        if one.name not in BESIDE_CHECK and ctx.get_parameter_source(one.name or "") is given:
            said = one.opts[0] if isinstance(one, click.Option) else "CONFIG"
            raise click.UsageError(f"{said} is for a new plan: --check takes only --recordings and --json")


def _plan(config_file: Path | None, options: Mapping[str, Any]) -> DataPlan:
    from kws_data.coverage.data_plan.document import checked_plan, read_values

    values: dict[str, Any] = {}
    if options["answers"] is not None:
        values = read_values(options["answers"])
    if config_file is not None:
        _from_config(config_file, values)
    _from_options(values, options)
    asked = options["answers"] is None and sys.stdin.isatty() and sys.stderr.isatty()
    where = str(options["answers"] or "data plan")
    return checked_plan(questions(values) if asked else with_defaults(values), where)


def _from_config(path: Path, values: dict[str, Any]) -> None:
    """What a configuration says of the plan, where nothing was said."""
    from kws_data.config.load import load_config

    config = load_config(path)
    values.setdefault("name", config.name)
    values.setdefault("words", list(config.keywords))
    if config.data.licence:
        values.setdefault("licences", [config.data.licence])
    if config.data.consent:
        values.setdefault("consents", [config.data.consent])


def _from_options(values: dict[str, Any], options: Mapping[str, Any]) -> None:
    """What options say, whatever was said before."""
    from firmware_tools.yaml_text import parse_yaml

    lists = {"words": "words", "licence": "licences", "consent": "consents"}
    said: list[tuple[str, Any]] = [(key, options[key]) for key in ("purpose", "takes")]
    said += [(key, None if options[name] is None else split(options[name])) for name, key in lists.items()]
    said += [("people.total", options["people"]), ("hours.negatives", options["hours"])]
    said += [("schedule.start", date_of(options["start"]) if options["start"] else None)]
    for one in options["overrides"]:
        key, equals, text = one.partition("=")
        if not equals or not key:
            raise ConfigError("override is not KEY=VALUE", one, "write --set people.total=60")
        try:
            said.append((key, parse_yaml(text)))
        except ValueError as error:
            raise ConfigError(f"--set {key} cannot be used", text, str(error).removeprefix("line 1: ")) from None
    for key, value in said:
        if value is not None:
            put(values, key, value)


def _write(plan: DataPlan, out: Path, force: bool) -> None:
    from firmware_tools.atomic import write_text
    from kws_data.coverage.data_plan.document import plan_document

    document = plan_document(plan)
    if out.exists() and not force:
        raise ConfigError("data plan is there already", str(out), "--force replaces it, or name another with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_text(out, document)
    except OSError as error:
        raise DataError("data plan cannot be written", str(out), f"{error.strerror}; name another with --out") from None


def _say(plan: DataPlan) -> str:
    """Who says what how often, in words."""
    people, words, takes = plan.people.total, len(plan.words), plan.takes
    said = "1 person says" if people == 1 else f"{people} people say"
    word, time = ("word" if words == 1 else "words"), ("time" if takes == 1 else "times")
    return f"{said} {words} {word} {takes} {time}"


def _told(plan: DataPlan, out: Path, as_json: bool) -> None:
    from kws_data.coverage.data_plan.people_needed import enough_of
    from kws_data.coverage.data_plan.schedule import phases

    enough, ends = enough_of(plan), phases(plan)
    tested = "1 test person" if enough.test_people == 1 else f"{enough.test_people} test people"
    if as_json:
        print_json({"plan": str(out), **plan.model_dump(mode="json"), "ends": ends[-1].end.isoformat()})
        return
    tell(f"{out}: {_say(plan)}, until {ends[-1].end}")
    tell(
        f"with {tested} a detection rate of 95 % is known to lie between {enough.low:.1%} and"
        f" {enough.high:.1%}; the plan says how many people tell more"
    )
    tell(f"next: kws plan-data --check {out}")
