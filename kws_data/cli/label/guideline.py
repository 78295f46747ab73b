"""``kws label guideline``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, say, tell, verb

if TYPE_CHECKING:
    from kws_data.catalog.catalog import Catalog
    from kws_data.catalog.guidelines import Guideline

MOST_BYTES = 1_000_000


@verb("guideline", 'kws label guideline --edit rules.md --note "R2: plurals are other words"')
@recordings_option
@click.option(
    "--edit",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Make this Markdown the next version.",
)
@click.option("--note", default="", metavar="TEXT", help="With --edit: what changed, and why.")
@click.option("--list", "as_list", is_flag=True, help="List all versions.")
@click.option("--version", type=click.IntRange(1), help="Show this version instead of the latest.")
@click.option("--diff", type=click.IntRange(1), metavar="VERSION", help="What changed since this version.")
@json_option
def command(
    recordings: Path,
    edit: Path | None,
    note: str,
    as_list: bool,
    version: int | None,
    diff: int | None,
    as_json: bool,
) -> None:
    """Show the guideline by which people label, change it, or compare its versions.

    It is Markdown: overview, terms, procedure, rules with short names (R1, R2, …), edge cases. A clip of the catalogue
    is played by ![what one hears](clip:ID). To change it: kws label guideline > rules.md, edit, and --edit rules.md.
    Labels keep the version under which they were given; kws label review lists those that a change may touch.
    """
    if sum([edit is not None, as_list, version is not None or diff is not None]) > 1:
        raise click.UsageError("--edit, --list, and --version or --diff are three questions: ask one at a time")
    if note and edit is None:
        raise click.UsageError("--note goes with --edit")
    with catalog_here(recordings) as catalog:
        if edit is not None:
            before = catalog.guidelines.latest()
            made = catalog.guidelines.add(_checked(edit), note)
            lost = _lost_examples(catalog, made.text)
            _tell_edit(made, before, lost, as_json)
            return
        versions = catalog.guidelines.all()
    if as_list:
        _list(versions, as_json)
    else:
        _show(versions, version, diff, as_json)


def _text_of(path: Path) -> str:
    from kws_data.errors import DataError

    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError("guideline is too long to be read by anybody", str(path), f"at most {MOST_BYTES:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("guideline is no UTF-8 text", str(path), f"{error.reason}: save it as UTF-8") from None
    except OSError as error:
        raise DataError("guideline cannot be read", str(path), error.strerror or str(error)) from None


def _checked(path: Path) -> str:
    """The text of a file that can be the next version."""
    from kws_data.errors import DataError
    from kws_data.labelling.guideline import doubled_rules

    text = _text_of(path)
    if not text.strip():
        raise DataError("the guideline is empty", str(path), "write down the rules by which clips are labelled")
    if twice := doubled_rules(text):
        remedy = "give each rule a name of its own; a line that only speaks of a rule does not begin with its name"
        raise DataError(f"{path}: several rules have one name", ", ".join(twice), remedy)
    return text


def _lost_examples(catalog: Catalog, text: str) -> list[str]:
    """Ids of clips that a guideline plays and the catalogue does not have."""
    from kws_data.labelling.guideline import examples_of

    ids = [one.clip_id for one in examples_of(text)]
    return [one for one in ids if one not in catalog.known_ids(ids)]


def _tell_edit(made: Guideline, before: Guideline | None, lost: list[str], as_json: bool) -> None:
    from kws_data.labelling.guideline import changed_rules, rules_of

    if lost:
        say(f"not in this catalogue, so that nobody can hear {'it' if len(lost) == 1 else 'them'}: {', '.join(lost)}")

    same = before is not None and before.version == made.version
    changed = sorted(changed_rules(before.text if before else "", made.text))
    if as_json:
        rules = {"rules": rules_of(made.text), "changed_rules": changed}
        print_json({"version": made.version, "new": not same, **rules, "clips_not_there": lost})
    elif same:
        tell(f"version {made.version} has the same text: nothing to change")
    else:
        told = f"rules that changed: {', '.join(changed)}" if changed else "no rule changed"
        tell(f"version {made.version} holds; {told}")
        tell("labels that this may touch: kws label review")


def _list(versions: list[Guideline], as_json: bool) -> None:
    from kws_data.cli.terminal.table import print_table

    if as_json:
        print_json([asdict(one) for one in versions])
        return
    if not versions:
        tell("no version yet: the one that comes with kws becomes the first when somebody labels")
    print_table(
        [
            {"version": str(one.version), "added": one.added_at[:16].replace("T", " "), "note": one.note}
            for one in versions
        ]
    )


def _show(versions: list[Guideline], version: int | None, diff: int | None, as_json: bool) -> None:
    from kws_data.labelling.guideline import default_text, diff_of, rules_of

    shown = _version(versions, version) if version else (versions[-1] if versions else None)
    text = shown.text if shown else default_text()
    if diff is not None:
        before = _version(versions, diff)
        text = diff_of(before, shown or before)
    if as_json:
        rules = {} if diff is not None else {"rules": rules_of(text)}
        print_json({"version": shown.version if shown else None, "text": text, **rules})
    else:
        click.echo(text.rstrip("\n") or "nothing changed")


def _version(versions: list[Guideline], number: int) -> Guideline:
    from kws_data.errors import DataError

    for one in versions:
        if one.version == number:
            return one
    there = f"there are 1 to {len(versions)}" if versions else "there is none yet"
    raise DataError("no such version of the guideline", number, there)
