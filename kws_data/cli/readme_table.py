"""README's table of verbs, written from the commands: ``make readme``.

A row is a verb, the first paragraph of its help (and of the help of the verbs below it), and the example with which its
help ends. So nothing is said in two places, and a test can tell when README is behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from firmware_tools.atomic import write_text
from kws_data.cli import VERBS, cli
from kws_data.config.config import Config

BEGIN, END = "<!-- verbs, written by make readme -->", "<!-- end of verbs -->"
#: What is set as code: options, settings, files, calls of verbs.
CODE = re.compile(
    rf"--[a-z][a-z-]*|(?:{'|'.join(Config.model_fields)})\.[a-z_]+|\w+\.(?:html|json|yaml)"
    rf"|kws (?:{'|'.join(sorted(VERBS, key=len, reverse=True))})\b"
)
DOCUMENT = re.compile(r"kws_data/docs/\w+\.md")


def verb_table() -> str:
    """The table in Markdown, a row a verb, in the order of ``kws --help``.

    Raises:
        LookupError: a verb's help has no text or no example.
    """
    return "\n".join(["| verb | does | example |", "|---|---|---|", *(_row(name) for name in VERBS)])


def with_table(readme: str) -> str:
    """README with the table of today between the two marks; raises LookupError when a mark is not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise LookupError(f"README.md lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{verb_table()}\n\n{END}{after}"


def _row(name: str) -> str:
    command = _command(cli, name)
    texts = [_markdown(_does(command)), *_below(name, command)]
    return f"| `kws {name}` | {'; '.join(texts)} | `{_example(command)}` |"


def _below(name: str, command: click.Command) -> Iterator[str]:
    """What the verbs below a verb do."""
    for inner in command.list_commands(click.Context(command)) if isinstance(command, click.Group) else ():
        assert isinstance(command, click.Group)
        yield f"`kws {name} {inner}`: {_markdown(_does(_command(command, inner)))}"


def _command(group: click.Group, name: str) -> click.Command:
    command = group.get_command(click.Context(group), name)
    if command is None:
        raise LookupError(f"no verb {name}")
    return command


def _does(command: click.Command) -> str:
    """The first paragraph of the help, in one line."""
    text = " ".join((command.help or "").split("\n\n")[0].split()).removesuffix(".")
    if not text:
        raise LookupError(f"the help of {command.name} says nothing")
    return text


def _example(command: click.Command) -> str:
    word, _, example = (command.epilog or "").partition(": ")
    if word != "Example" or not example:
        raise LookupError(f"the help of {command.name} has no example")
    return example


def _markdown(text: str) -> str:
    """A cell: starts small, options and settings as code, documents as links."""
    text = text.replace("|", "\\|").replace("<", "&lt;")
    text = DOCUMENT.sub(lambda found: f"[{found[0]}]({found[0]})", CODE.sub(lambda found: f"`{found[0]}`", text))
    return text[:1].lower() + text[1:]


def main(readme: Path = Path("README.md")) -> None:
    """Write the table into README.md of the current folder."""
    write_text(readme, with_table(readme.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
