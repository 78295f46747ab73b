"""``kws import``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kws_data.cli.options import json_option, print_json, progress_bars, recordings_option, say, verb

LAYOUTS = ("speech-commands",)


@verb("import", "kws import speech-commands ../shared/data/speech_commands")
@click.argument("layout", type=click.Choice(LAYOUTS))
@click.argument("folder", type=click.Path(path_type=Path))
@recordings_option
@json_option
def command(layout: str, folder: Path, recordings: Path, as_json: bool) -> None:
    """Take the recordings in FOLDER into the catalogue.

    LAYOUT speech-commands is <word>/<speaker>_nohash_<n>.wav or .flac, with _background_noise_/,
    validation_list.txt and testing_list.txt where there are any. Calling it again adds only what is new.
    A file that cannot be used is set aside with its reason; the rest goes on.
    """
    from kws_data.catalog import Catalog
    from kws_data.sources.speech_commands import import_folder

    with Catalog(recordings) as catalog, progress_bars() as progress:
        report = import_folder(catalog, folder, progress)
    if as_json:
        print_json(
            {
                "folder": report.folder,
                **asdict(report.counts),
                "files_set_aside": [list(pair) for pair in report.set_aside],
            }
        )
        return
    click.echo(
        f"{report.counts.added} clips added, {report.counts.known} known before, {len(report.set_aside)} set aside"
    )
    for path, reason in report.set_aside[:20]:
        say(f"  set aside {path}: {reason}")
    if len(report.set_aside) > 20:
        say(f"  … and {len(report.set_aside) - 20} more; see them all with --json")
