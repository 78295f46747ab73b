"""A data plan as a file: settings as YAML between two lines ``---``, and below them the same as people read it.

What stands above decides: the text below is made of it anew whenever the plan is written. A plain YAML file with the
same settings is read as well, so answers to the questions are a plan already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from firmware_tools.yaml_text import decoded, parse_yaml
from kws_data.config.complaints import complaint
from kws_data.coverage.data_plan.people_needed import ALIKE, HIT, enough_of
from kws_data.coverage.data_plan.plan import DataPlan, plain
from kws_data.coverage.data_plan.schedule import minutes_a_person, phases
from kws_data.errors import ConfigError, DataError
from kws_data.pages.markdown import escaped

MOST_BYTES = 1 << 20
_CHECK = """## Holding the data against it

`kws plan-data --check THIS_FILE` says what the catalogue lacks, the most urgent first, and what to call next. It ends
with 1 until nothing is missing.
"""
_ENOUGH = """## How many people are enough

The test has {people} people. Their {takes} takes of a word are worth {effective:.0f} takes of different people (takes
of one person are alike: {alike:g}). A word that is heard in {hit:.0%} of them has then a 95 % interval from {low:.1%}
to {high:.1%}. For its lower end to reach a limit it takes so many people in all:

"""
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)


def read_plan(path: Path) -> DataPlan:
    """A plan from its Markdown, or from YAML.

    Raises:
        DataError: it cannot be read, or has no settings.
        ConfigError: a setting is unknown, missing or does not fit; the nearest is named.
    """
    return checked_plan(read_values(path), str(path))


def read_values(path: Path) -> dict[str, Any]:
    """Settings as a file has them, unchecked; raises DataError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError("data plan is too large", str(path), "1 MiB at most")
        text = decoded(path.read_bytes()).replace("\r\n", "\n")
    except FileNotFoundError:
        raise DataError("data plan not found", str(path), "kws plan-data writes one") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("data plan cannot be read", str(path), reason) from None
    front = _FRONT.match(text)
    if front is None and path.suffix.lower() in (".md", ".markdown"):
        raise DataError("data plan has no settings", str(path), "they stand above its text, between two lines ---")
    try:
        values = parse_yaml(front[1] if front else text)
    except ValueError as error:
        raise DataError("settings of the data plan are no YAML that can be used", str(path), str(error)) from None
    if not isinstance(values, dict):
        raise DataError("data plan holds no settings", str(path), "start it with name:, purpose: and words:")
    return values


def checked_plan(values: Mapping[str, Any], where: str) -> DataPlan:
    """The plan of settings; raises ConfigError, which begins with ``where``."""
    try:
        return DataPlan.model_validate(values)
    except ValidationError as error:
        raise complaint(error, values, where, DataPlan) from None


def settings_yaml(plan: DataPlan) -> str:
    """Settings of a plan as YAML, all of them."""
    text: str = yaml.safe_dump(plain(plan), sort_keys=False, allow_unicode=True, width=110)
    return text


def plan_document(plan: DataPlan) -> str:
    """A plan as Markdown, its settings first.

    Raises:
        ConfigError: its schedule ends after the last year of the calendar.
    """
    parts = [
        f"---\n{settings_yaml(plan)}---\n",
        f"# Data plan: {escaped(plan.name)}\n",
        "The settings above decide; this text is written from them by `kws plan-data`.\n",
        f"## Purpose\n\n{escaped(plan.purpose)}\n",
        _words(plan),
        _people(plan),
        _enough(plan),
        _conditions(plan),
        _quality(plan),
        _terms(plan),
        _schedule(plan),
        _roles(plan),
        _CHECK,
    ]
    return "\n".join(part for part in parts if part)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(escaped(str(cell)) for cell in row)} |" for row in rows)]) + "\n"


def _words(plan: DataPlan) -> str:
    kinds = [(f"of these {kind}", f"{hours:g} h") for kind, hours in plan.hours.kinds.items()]
    rows = [
        *((word, f"{plan.clips_a_word:,} clips: {plan.takes} takes of each person") for word in plan.words),
        ("no keyword at all", f"{plan.hours.negatives:g} h"),
        *kinds,
    ]
    return "## What is said\n\n" + _table(("word", "wanted"), rows)


def _people(plan: DataPlan) -> str:
    rows = [
        (name, value, f"{people}") for name, wanted in plan.people.subgroups.items() for value, people in wanted.items()
    ]
    table = _table(("", "group", "at least"), rows) if rows else "No groups are asked for.\n"
    return f"## Who says it\n\n{plan.people.total} people, {plan.test_share:.0%} of them for the test.\n\n{table}"


def _enough(plan: DataPlan) -> str:
    found = enough_of(plan)
    rows = [(f"{limit:.0%}", f"{people:,}") for limit, people in found.wanted]
    text = _ENOUGH.format(
        people=found.test_people,
        takes=plan.takes,
        effective=found.effective_takes,
        alike=ALIKE,
        hit=HIT,
        low=found.low,
        high=found.high,
    )
    return text + _table(("limit", "people"), rows)


def _conditions(plan: DataPlan) -> str:
    asked = plan.conditions
    rows = [
        (name, value, f"{people} people") for name, wanted in asked.people.items() for value, people in wanted.items()
    ]
    if asked.noisy_share:
        rows.append(("noise", f"SNR below {asked.noisy_db:g} dB", f"{asked.noisy_share:.0%} of the clips"))
    return "## Where, and with what\n\n" + (
        _table(("", "condition", "at least"), rows) if rows else "No conditions are asked for.\n"
    )


def _quality(plan: DataPlan) -> str:
    asked = plan.quality
    of_clip = [
        ("SNR", asked.snr_db_min, "at least {:g} dB"),
        ("peak", asked.peak_db_min, "at least {:g} dB"),
        ("clipped samples", asked.clipped_share_max, "at most {:.2%}"),
    ]
    of_all = [
        ("good clips", asked.good_share_min, "at least {:.1%}"),
        ("clips set aside", asked.set_aside_share_max, "at most {:.1%}"),
        ("repeated recordings", asked.duplicates_max, "at most {:.1%}"),
        ("clips labelled twice", plan.labelled_twice, "at least {}"),
        ("agreement on these, Krippendorff's α", asked.agreement_min, "at least {:g}"),
    ]
    rows = [
        *(("a good clip", name, form.format(limit)) for name, limit, form in of_clip if limit is not None),
        *(("the whole", name, form.format(limit)) for name, limit, form in of_all if limit is not None),
    ]
    return "## How good it must be\n\n" + _table(("", "measure", "limit"), rows)


def _terms(plan: DataPlan) -> str:
    named = " or ".join(f"“{escaped(consent)}”" for consent in plan.consents)
    consent = f"names {named}" if named else "is there, whatever it names"
    licences = " or ".join(escaped(licence) for licence in plan.licences)
    return f"## Licence and consent\n\nEvery clip has the licence {licences}, and a consent that {consent}.\n"


def _schedule(plan: DataPlan) -> str:
    try:
        rows = [(phase.name, phase.start, phase.end, phase.note) for phase in phases(plan)]
    except OverflowError:
        remedy = "more people a day, or fewer in all"
        raise ConfigError(
            "schedule ends after the last year of the calendar", str(plan.schedule.start), remedy
        ) from None
    each = f"{minutes_a_person(plan):.0f} minutes for each person"
    return f"## When\n\nWorking days; {each}.\n\n" + _table(("phase", "from", "to", "what"), rows)


def _roles(plan: DataPlan) -> str:
    roles = _table(("role", "who"), plan.roles.items()) if plan.roles else "Nobody is named yet.\n"
    risks = "".join(f"- {escaped(risk)}\n" for risk in plan.risks) or "None are named yet.\n"
    return f"## Who does what\n\n{roles}\n## Risks\n\n{risks}"
