"""``kws split``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, say, verb
from kws_data.cli.terminal.output import one_line
from kws_data.config.config import Config


@verb("split", "kws split configs/gsc9.yaml --out lists")
@config_options
@click.option("--out", type=click.Path(path_type=Path), help="Folder for training_, validation_ and testing_list.txt.")
@json_option
def command(config: Config, out: Path | None, as_json: bool) -> None:
    """Show the splits of CONFIG: who trains, who fixes the threshold, who is tested, and how alike they are;
    disjoint by speaker, session, voice, near-duplicate (device, noise), stratified by label and attributes, audited.

    Clips that share a speaker, session, synthetic voice or near-duplicate stay together (split.disjoint; device and
    noise can be added), and labels and attributes are evened out (split.stratify). Writes nothing but lists, with
    --out; every build goes by the same splits.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.dataset.clip_pool import clips_of
    from kws_data.dataset.split_report import split_report, write_lists
    from kws_data.dataset.spoken_clips import split_words
    from kws_data.dataset.unlabelled import unlabelled_of
    from kws_data.labels import BACKGROUND, SILENCE

    with Catalog(config.data.recordings) as catalog:
        words = [clip for clip in clips_of(config, catalog) if clip.word not in (BACKGROUND, SILENCE)]
        found = split_words(config, catalog, words)
        unlabelled = unlabelled_of(config, catalog, words, found)
    report = split_report(config, found, unlabelled)
    written = write_lists(out, found) if out else []
    if as_json:
        print_json(report | {"lists": [str(path) for path in written]})
        return
    _print(report)
    for path in written:
        say(f"wrote {path}")


def _print(report: dict[str, Any]) -> None:
    """For people: a table of the splits, then one of each attribute."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console, splits = Console(), list(report["splits"])
    table = Table("", *splits)
    for row in ("clips", "speakers", "groups", "synthetic"):
        table.add_row(row, *(f"{report['splits'][split][row]:,}" for split in splits))
    for key, found in report["attributes"].items():
        table.add_section()
        for value, counts in found["values"].items():
            table.add_row(Text(one_line(f"{key} {value}")), *(f"{counts[split]:,}" for split in splits))
        distances = (f"{found['distance'][split]:.1%}" for split in splits)
        table.add_row(Text(one_line(f"{key}: distance to all")), *distances, style="bold")
    console.print(table)
    for reason, count in report["left_out"].items():
        click.echo(f"left out, {count} clips: {reason}")
    if report["kept_for_later"]:
        click.echo(f"kept for later, {report['kept_for_later']} clips of people in a testing list")
    if beside := report.get("unlabelled"):
        click.echo(
            f"without labels, {beside['clips']:,} clips of {beside['speakers']:,} speakers: in none of the splits"
        )
    for kind, count in report["unstated"].items():
        if count:
            click.echo(f"{count} clips state no {kind}; release.{kind}s can refuse them")
    joined = len(report["near_duplicates"])
    click.echo(
        f"disjoint by {', '.join(report['disjoint'])}; {joined} groups of near-duplicates; {report['leaks']} leaks"
    )
