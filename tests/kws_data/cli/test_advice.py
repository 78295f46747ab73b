"""A line that tells a person what to call names a verb and options that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from kws_data.cli import VERBS, cli
from kws_data.cli.label.command import PAGE, LabelGroup

ROOT = Path(__file__).resolve().parents[3]
_CALL = re.compile(r"\bkws ((?:[a-z][a-z-]* ?){1,2})([^;:,()\n`]*)")


def calls() -> Iterator[tuple[str, str, list[str]]]:
    """Place, words after ``kws``, and options of every call that stands in a text of the two packages."""
    for path in sorted(p for package in ("kws_data", "firmware_tools") for p in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for found in _CALL.finditer(node.value):
                    options = re.findall(r"(?<![\w-])--[a-z][a-z-]*", found[2])
                    if options:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", found[1].strip(), options


def options_of(words: str) -> set[str] | None:
    """Options of the verb that these words begin with, of a verb below it too; None when there is no such verb."""
    first, *rest = words.split()
    if first not in VERBS:
        return None
    command = cli.get_command(click.Context(cli), first)
    known = {"--help"}
    while command is not None:
        known |= {option for parameter in command.params for option in parameter.opts}
        if not isinstance(command, click.Group):
            break
        if not rest and isinstance(command, LabelGroup):
            rest.append(PAGE)  # what kws label does without a part
        command = command.get_command(click.Context(command), rest.pop(0)) if rest else None
    return known


def test_every_call_that_is_advised_can_be_made() -> None:
    found = list(calls())
    assert len(found) > 30, "the pattern has lost its texts"
    wrong = []
    for place, words, options in found:
        known = options_of(words)
        if known is None or not known.issuperset(options):
            wrong.append(f"{place}: kws {words} {' '.join(options)}")
    assert not wrong, "\n".join(wrong)
