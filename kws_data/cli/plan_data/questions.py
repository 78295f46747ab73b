"""The questions of ``kws plan-data``, and what is taken where nobody answers."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import click

from kws_data.errors import ConfigError


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set ``a.b`` of nested tables; raises ConfigError where there is no table."""
    *sections, last = key.split(".")
    at = values
    for section in sections:
        inner = at.setdefault(section, {})
        if not isinstance(inner, dict):
            raise ConfigError("setting is not below this one", key, f"{section} is no table")
        at = inner
    at[last] = value


def split(text: str) -> list[str]:
    """Parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def date_of(text: str) -> datetime.date:
    """A day; raises ConfigError."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ConfigError("this is no day", text, "write it as 2027-01-11") from None


def _next_monday() -> datetime.date:
    today = datetime.date.today()
    return today + datetime.timedelta(days=7 - today.weekday())


def with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    """The same with what a plan cannot do without and that can be guessed."""
    words = values.get("words")
    if not words:
        raise click.UsageError("name the words: --words lamp,radio, a CONFIG, or --answers")
    if not values.get("licences"):
        raise click.UsageError("say under which licence the clips are: --licence CC-BY-4.0, or your own")
    named = ", ".join(map(str, words)) if isinstance(words, list) else str(words)
    values.setdefault("name", "data plan")
    values.setdefault("purpose", f"hear {named} on a small device that always listens")
    if isinstance(values.setdefault("schedule", {}), dict):
        values["schedule"].setdefault("start", _next_monday())
    values.setdefault("roles", {"data lead": "to be named", "recording": "to be named", "labelling": "two people"})
    values.setdefault(
        "risks",
        [
            "too few people of a group: recruit groups first, the rest later",
            "people who know each other sound alike: no family or team only",
            "one room and one device: record in at least two rooms",
            "consent without a date or a version: kws collect keeps both",
        ],
    )
    return values


def questions(values: dict[str, Any]) -> dict[str, Any]:
    """Ask what is not known; Enter takes what stands in brackets."""
    ask = _asker(values)
    ask("name", "Name of the plan", "data plan", str)
    ask("words", "Words to be heard, with commas", "", split)
    ask("purpose", "Purpose: heard by what, where, for whom", f"hear {', '.join(values['words'])}", str)
    ask("people.total", "How many people", "40", int)
    ask("takes", "Takes of each word by each person", "10", int)
    for name, example in (("gender", "female:18,male:18"), ("age", "20-39:15,60+:8"), ("accent", "scottish:8")):
        ask(f"people.subgroups.{name}", f"People by {name}, as {example} (empty: any)", "", _groups)
    ask("hours.negatives", "Hours in which no keyword is said", "2", float)
    ask("conditions.people.room", "People by room, as kitchen:20,living room:20 (empty: any)", "", _groups)
    ask("conditions.people.distance", "People by distance, as 0.5 m:20,2 m:20 (empty: any)", "", _groups)
    ask("licences", "Licences that clips may have, with commas", "", split)
    ask("consents", "What a clip's consent must name (empty: any)", "", split)
    ask("schedule.start", "First day", str(_next_monday()), date_of)
    ask("schedule.people_a_day", "People a day", "4", float)
    ask("roles.data lead", "Who leads it", "to be named", str)
    return with_defaults(values)


def _asker(values: dict[str, Any]) -> Callable[[str, str, str, Callable[[str], Any]], None]:
    def ask(key: str, question: str, default: str, read: Callable[[str], Any]) -> None:
        at: Any = values
        for part in key.split("."):
            at = at.get(part) if isinstance(at, dict) else None
        if at is not None:
            return
        needed = key in ("words", "licences")
        while True:
            answer = click.prompt(question, default=None if needed else default, show_default=bool(default), err=True)
            try:
                value = read(answer.strip())
            except (ValueError, ConfigError) as error:
                click.echo(f"  {error}", err=True)
                continue
            if value not in ("", [], {}):
                put(values, key, value)
                return
            if not needed:
                return

    return ask


def _groups(text: str) -> dict[str, int]:
    """``a:1,b:2``."""
    groups = {}
    for part in split(text):
        name, colon, count = part.rpartition(":")
        if not colon or not name.strip() or not count.strip().isdigit():
            raise ValueError(f"{part!r} is not NAME:PEOPLE, as kitchen:20")
        groups[name.strip()] = int(count)
    return groups
