"""``kws streams make``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, say, tell, verb

if TYPE_CHECKING:
    from kws_data.release.laid_files import StreamsReport

FOLDER = click.Path(path_type=Path)


class DecibelRange(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """``10,20``: least and most; ``15`` is both."""

    name = "range"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = [float(part) for part in str(value).split(",")]
        except ValueError:
            numbers = []
        if len(numbers) not in (1, 2) or not all(math.isfinite(one) and -30 <= one <= 60 for one in numbers):
            self.fail(f"{value!r} is no range in dB from -30 to 60: write least and most, such as 10,20", param, ctx)
        if numbers[0] > numbers[-1]:
            self.fail(f"{value!r} has the least after the most: write {numbers[-1]:g},{numbers[0]:g}", param, ctx)
        return numbers[0], numbers[-1]


@verb("make", "kws streams make --words words --negatives talk --negatives noise --out streams --keywords yes,no")
@click.option("--words", required=True, type=FOLDER, help="Recordings of single words, <word>/<file>.")
@click.option("--negatives", required=True, multiple=True, type=FOLDER, help="Hours without a keyword; repeatable.")
@click.option("--out", required=True, type=FOLDER, help="Folder that is made.")
@click.option("--keywords", default="", help="Words that are laid, by commas; all of the folder when left out.")
@click.option("--bundle", "bundle_dir", type=FOLDER, help="A model's folder: its keywords, at its rate.")
@click.option("--snr", "snr_db", type=DecibelRange(), default="10,20", show_default=True, help="In dB, least,most.")
@click.option("--rooms", type=FOLDER, help="Impulse responses: each stream is heard in one of them.")
@click.option("--gap", "gap_s", type=Number(0.5, 3_600), default=3.0, show_default=True, help="Seconds between words.")
@click.option("--hours", type=Number(0.001, 10_000), help="Of negatives, at most.")
@click.option("--seed", type=click.IntRange(0, 2**32), default=0, show_default=True, help="Of places, order and SNRs.")
@click.option("--wav", is_flag=True, help="Write 16-bit WAV, as MLPerf Tiny's scripts read it, not FLAC.")
@click.option("--force", is_flag=True, help="Replace streams that are there.")
@json_option
def command(
    words: Path, keywords: str, bundle_dir: Path | None, out: Path, force: bool, as_json: bool, **settings: Any
) -> None:
    """Lay each word once into recordings in which no keyword is said, and write these streams with their truth.

    A word stays as loud as it is; the level of what is around it is moved until the word stands above it by an SNR
    that is drawn from --snr. Short recordings of one kind and speaker become one stream. Recordings whose transcript
    (metadata.csv: file, kind, speaker, transcript) has a keyword are left out. Truth is written as labels.csv (kws
    evaluate --stream reads it), as label tracks of Audacity and as windows of MLPerf Tiny's streaming wake word.
    """
    from kws_data.release.laid_files import StreamsWish, write_streams

    if keywords and bundle_dir:
        raise click.UsageError("name either --keywords or --bundle")
    named, rate_hz = _keywords(keywords, bundle_dir)
    wish = StreamsWish(words, keywords=named, rate_hz=rate_hz, **settings)
    with progress_bars() as progress:
        report = write_streams(wish, out, replace=force, progress=progress)
    if as_json:
        print_json(_document(report))
    else:
        _show(report)


def _keywords(written: str, bundle_dir: Path | None) -> tuple[tuple[str, ...], int]:
    """Keywords that were named, and the rate of the streams."""
    from kws_data.labels import spelt
    from kws_data.scores import FIRST_KEYWORD

    if bundle_dir:
        from kws_data.bundle import ModelBundle

        bundle = ModelBundle.load(bundle_dir)
        return tuple(spelt(label) for label in bundle.labels[FIRST_KEYWORD:]), bundle.frontend.sample_rate_hz
    return tuple(dict.fromkeys(word for part in written.split(",") if (word := spelt(part)))), 16_000


def _document(report: StreamsReport) -> dict[str, Any]:
    return {
        "folder": str(report.folder),
        "streams": report.streams,
        "hours": {kind: round(seconds / 3_600, 6) for kind, seconds in report.seconds.items()},
        "words": dict(report.words),
        "words_without_room": report.without_room,
        "recordings_without_transcript": report.without_transcript,
        "set_aside": [{"file": file, "reason": reason} for file, reason in report.set_aside],
    }


def _show(report: StreamsReport) -> None:
    from kws_data.set_aside import told

    hours = ", ".join(f"{seconds / 3_600:.3f} h of {kind}" for kind, seconds in report.seconds.items())
    tell(f"{report.streams} streams in {report.folder}: {hours}")
    tell(f"{report.words.total()} words: {', '.join(f'{label} {count}' for label, count in report.words.items())}")
    if report.without_room:
        say(f"  {report.without_room} words had no room: add negatives, or lower --gap")
    if report.without_transcript:
        say(f"  {report.without_transcript} recordings of speech have no transcript: a keyword in them counts as none")
    for line in told(report.set_aside, "the same with --json"):
        say(f"  {line}")
