"""``kws bench listen``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, verb
from kws_data.cli.streams.make import DecibelRange

FOLDER = click.Path(path_type=Path)


@verb("listen", "kws bench listen runs/gsc9/model --negatives talk --words words --noise sounds --clips words")
@click.argument("bundles", metavar="BUNDLE...", nargs=-1, required=True, type=FOLDER)
@click.option("--negatives", required=True, multiple=True, type=FOLDER, help="Hours without a keyword; repeatable.")
@click.option("--words", type=FOLDER, help="Keywords, <word>/<file>, which are laid into the speech of --negatives.")
@click.option("--recordings", type=FOLDER, help="Recordings that say their keyword once, <keyword>/<file>.")
@click.option("--other", multiple=True, type=FOLDER, help="Recordings of other words; repeatable.")
@click.option("--noise", multiple=True, type=FOLDER, help="Noise, told apart by its kind; repeatable.")
@click.option("--clips", type=FOLDER, help="Clips in Speech Commands layout.")
@click.option("--snr", "snr_db", type=DecibelRange(), default="10,20", show_default=True, help="In dB, least,most.")
@click.option("--seed", type=click.IntRange(0, 2**32), default=0, show_default=True, help="Of places, order and SNRs.")
@click.option(
    "--other-spellings",
    type=click.Choice(["stop", "keyword", "unknown"]),
    default="stop",
    show_default=True,
    help="--clips: what Yes counts as beside the keyword yes.",
)
@json_option
def command(bundles: tuple[Path, ...], as_json: bool, **settings: Any) -> None:
    """What models do in streams that they never met. Each BUNDLE (runs/NAME/model) is one training of the same
    keywords; figures are means over them, from three on with their interval.

    Told are the keywords found where at most 0.5, 1, 5 and 20 false accepts an hour of speech pass, and none, with the
    thresholds moved together; what is found, and how often anything is falsely accepted, by kind of negative, at the
    thresholds as they are frozen; by kind of noise, how many of its seconds are taken for a word; accuracy, TPR and
    FPR on clips; response after the end of a word; bytes and speed. Recordings whose transcript (metadata.csv: file,
    kind, speaker, transcript) has a keyword are left out.
    """
    from kws_data.bench.listen.bench import bench_listen
    from kws_data.bench.listen.material import Wish
    from kws_data.cli.terminal.listened import print_listened
    from kws_data.set_aside import told

    wish = Wish(**settings)
    if wish.words is None and wish.recordings is None:
        raise click.UsageError("nothing to find: name --words or --recordings")
    with progress_bars() as progress:
        document = bench_listen(bundles, wish, progress)
    if as_json:
        print_json(document)
        return
    print_listened(document)
    for line in document["notes"]:
        say(line)
    for line in told(((row["file"], row["reason"]) for row in document["set_aside"]), "the same with --json"):
        say(line)
