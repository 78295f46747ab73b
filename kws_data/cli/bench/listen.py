"""``kws bench listen``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, verb
from kws_data.cli.streams.make import DecibelRange

FOLDER = FILE = click.Path(path_type=Path)
PICTURES = (".svg", ".png")


def _picture(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Where a picture is written, when its ending says how."""
    if value is None or (value.suffix.lower() in PICTURES and not value.is_dir()):
        return value
    raise click.BadParameter(f"{value} is no picture: name a file that ends with {' or '.join(PICTURES)}", ctx, param)


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
@click.option("--plot", type=FILE, callback=_picture, help="Draw misses against false accepts: FILE.svg or FILE.png.")
@click.option("--with", "earlier", multiple=True, type=FILE, help="--plot: an earlier result (--json); repeatable.")
@click.option(
    "--beside", type=FILE, help="--plot: peers, CSV of name, false_accepts_per_hour, missed_percent[, hours]."
)
@json_option
def command(
    bundles: tuple[Path, ...],
    plot: Path | None,
    earlier: tuple[Path, ...],
    beside: Path | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """What models do in streams that they never met. Each BUNDLE (runs/NAME/model) is one training of the same
    keywords; figures are means over them, from three on with their interval.

    Told are the keywords found where at most 0.5, 1, 5 and 20 false accepts an hour of speech pass, and none, with the
    thresholds moved together; what is found, and how often anything is falsely accepted, by kind of negative, at the
    thresholds as they are frozen; by kind of noise, how many of its seconds are taken for a word; accuracy, TPR and
    FPR on clips; response after the end of a word; bytes and speed. --plot draws the curve: a line is the mean with
    its 95 % interval, a filled marker what is frozen, an open one no false accept at all. Recordings whose transcript
    (metadata.csv: file, kind, speaker, transcript) has a keyword are left out.
    """
    from kws_data.bench.listen.bench import bench_listen
    from kws_data.bench.listen.drawn import curves_of, read_earlier, read_peers
    from kws_data.bench.listen.material import Wish

    wish = Wish(**settings)
    if wish.words is None and wish.recordings is None:
        raise click.UsageError("nothing to find: name --words or --recordings")
    if plot is None and (earlier or beside):
        raise click.UsageError("--with and --beside are drawn: name the picture, --plot FILE.svg")
    others = [curve for path in earlier for curve in read_earlier(path)]
    peers = read_peers(beside) if beside else []
    with progress_bars() as progress:
        document = bench_listen(bundles, wish, progress)
    if as_json:
        print_json(document)
    else:
        _tell(document)
    if plot:
        from kws_data.bench.listen.plot import write_plot

        write_plot(plot, [*curves_of(document), *others], peers)
        say(f"picture: {plot}")


def _tell(document: Mapping[str, Any]) -> None:
    from kws_data.cli.terminal.listened import print_listened
    from kws_data.set_aside import told

    print_listened(document)
    for line in document["notes"]:
        say(line)
    for line in told(((row["file"], row["reason"]) for row in document["set_aside"]), "the same with --json"):
        say(line)
