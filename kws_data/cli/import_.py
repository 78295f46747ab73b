"""``kws import``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, recordings_option, say, verb

if TYPE_CHECKING:
    from kws_data.sources.imports.intake import ImportReport


@verb("import", "kws import speech-commands PATH/TO/speech_commands")
@click.argument("layout")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--licence", default="", help="Licence of clips whose source states none.")
@click.option("--consent", default="", help="What the speakers agreed to, where the source does not say.")
@click.option(
    "--rate",
    type=Number(0.01, 100),
    default=1.0,
    show_default=True,
    help="urls: requests a second to one host.",
)
@click.option(
    "--window-ms",
    type=click.IntRange(250, 4_000),
    default=1_000,
    show_default=True,
    help="unlabelled: length of a clip; as data.clip_ms.",
)
@recordings_option
@json_option
def command(
    layout: str, path: Path, licence: str, consent: str, rate: float, window_ms: int, recordings: Path, as_json: bool
) -> None:
    """Take the recordings in PATH into the catalogue: Speech Commands, any folder with or without a table,
    AudioMNIST, Common Voice, MSWC, Edge Impulse, Label Studio, a list of addresses. Broken files are set aside with
    their reason.

    \b
    LAYOUT is one of
      speech-commands  <word>/<speaker>_nohash_<n>.wav, _background_noise_/, validation_list.txt, testing_list.txt
      folder           <label>/*.wav, or any tree with a table: metadata.csv, labels.csv, .jsonl (file,label,speaker,…)
      audiomnist       <speaker>/<digit>_<speaker>_<n>.wav and audioMNIST_meta.txt
      common-voice     <language>/validated.tsv, train.tsv, dev.tsv, test.tsv, clips/*.mp3
      mswc             <language>/clips/<word>/*.opus and <language>_splits.csv
      edge-impulse     training/ and testing/ with info.labels or structured_labels.labels, .wav, .json or .cbor
      label-studio     a JSON export (a file, or a folder with one) with choices or labelled stretches
      unlabelled       any recordings without labels, in windows as long as a clip, for kws label
      urls             a CSV (url,sha256,licence,label,speaker,…) or a text file of addresses to fetch
    or your own path/to/layout.py.

    Calling it again reads only what is new or changed. A file that cannot be used is set aside with its reason; the
    rest goes on. Addresses are fetched as their hosts' robots.txt allow, and only with a licence.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.catalog.folders import URLS
    from kws_data.errors import DataError
    from kws_data.sources.imports.fetch import Manners
    from kws_data.sources.imports.find_layout import UNLABELLED, USUAL_LAYOUT, import_layout, source_of
    from kws_data.sources.imports.intake import Terms
    from kws_data.sources.imports.unlabelled import import_unlabelled
    from kws_data.sources.imports.urls import import_urls

    if layout == UNLABELLED and not path.is_dir():
        wrong = "this is no folder of recordings" if path.exists() else "folder of recordings not found"
        raise DataError(wrong, str(path), "name the folder that they are in")
    terms = Terms(licence, consent)
    with Catalog(recordings) as catalog, progress_bars() as progress:
        if layout == UNLABELLED:
            report = import_unlabelled(catalog, path, source_of(USUAL_LAYOUT), window_ms, progress, terms)
        elif layout == URLS:
            report = import_urls(catalog, path, progress, terms, Manners(requests_per_second=rate))
        else:
            report = import_layout(catalog, layout, path, progress, terms)
    if as_json:
        print_json(_document(report))
    else:
        _show(report)
    if not report.counts.added and not report.counts.known:
        raise DataError("nothing that came in can be used", str(path), "what was set aside says why")


def _document(report: ImportReport) -> dict[str, object]:
    return {
        "folder": report.folder.path,
        **asdict(report.counts),
        "people": report.people,
        "without_speaker": report.without_speaker,
        "listed_but_absent": list(report.absent),
        "notes": list(report.notes),
        "files_set_aside": [list(pair) for pair in report.set_aside],
    }


def _show(report: ImportReport) -> None:
    counts = report.counts
    click.echo(
        f"{counts.added} clips added, {counts.known} known before, {counts.set_aside} set aside; {report.people} people"
    )
    for line in report.lines():
        say(f"  {line}")
