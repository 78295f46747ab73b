"""``kws label import``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from kws_data.cli.label.opened import catalog_here
from kws_data.cli.options import json_option, print_json, recordings_option, say, tell, verb


@verb("import", "kws label import project-1.json --annotator 3=ann --annotator 4=bob")
@click.argument("file", type=click.Path(path_type=Path))
@recordings_option
@click.option(
    "--annotator", "named", multiple=True, metavar="NUMBER=NAME", help="What an annotator is called here; repeatable."
)
@json_option
def command(file: Path, recordings: Path, named: tuple[str, ...], as_json: bool) -> None:
    """Take the annotations of a JSON export of Label Studio in, each as an opinion of its annotator.

    Called again it changes nothing; a corrected annotation takes the place of the earlier one. Annotators are called
    ls-NUMBER unless --annotator says otherwise. Then: kws label status, kws agreement, kws label apply.
    """
    from kws_data.labelling.spellings import Spellings
    from kws_data.set_aside import told
    from kws_data.sources.imports.label_studio_opinions import read_opinions

    names = _names(named)
    with catalog_here(recordings) as catalog:
        there = {clip.id: clip.word for clip in catalog.clips(with_set_aside=True)}
        read = read_opinions(file, there.keys(), names)
        labels = [one.label for one in read.opinions]
        spellings = Spellings(there.values(), labels)
        respelt = {label: spellings.of(label) for label in sorted(set(labels)) if spellings.of(label) != label}
        before = len(catalog.opinions.all(with_withdrawn=True))
        catalog.opinions.give_all(replace(one, label=spellings.of(one.label)) for one in read.opinions)
        new = len(catalog.opinions.all(with_withdrawn=True)) - before
    not_there = sorted(names.keys() - set(read.annotators))
    for number in not_there:
        known = ", ".join(read.annotators) or "none with a number"
        say(f"--annotator {number}={names[number]}: nothing in this file is by {number}; annotators there: {known}")
    if as_json:
        problems = [{"task": place, "reason": reason} for place, reason in read.problems]
        print_json(
            {"annotations": len(read.opinions), "new": new, "problems": problems}
            | {"annotators": list(read.annotators), "annotators_not_there": not_there, "respelt": respelt}
        )
        return
    people = len({one.giver for one in read.opinions})
    tell(f"{len(read.opinions):,} annotations of {people:,} annotators, {new:,} of them new")
    for label, word in respelt.items():
        tell(f"{label} is {word}: they differ only in how they are written")
    for line in told(read.problems, f"kws label import {file} --json", "not taken in"):
        say(line)


def _names(named: tuple[str, ...]) -> dict[str, str]:
    names = {}
    for one in named:
        number, equals, name = one.partition("=")
        if not equals or not number.strip() or not name.strip():
            raise click.UsageError(f"--annotator {one}: say NUMBER=NAME, such as 3=ann")
        names[number.strip()] = name.strip()
    return names
