"""``kws evaluate``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.board_port import port_here
from kws_data.cli.options import board_option, json_option, port_option, print_json, progress_bars, say, tell, verb
from kws_data.set_aside import told

if TYPE_CHECKING:
    from kws_data.bundle import ModelBundle
    from kws_data.evaluation.clips import FolderEvaluation
    from kws_data.evaluation.detector import Detector
    from kws_data.evaluation.evaluation_report import BoardEvaluation, HostEvaluation
    from kws_data.evaluation.stream_evaluation import StreamEvaluation


@verb("evaluate", "kws evaluate --bundle runs/demo/model --data my_recordings --engine device")
@click.option("--bundle", "bundle_dir", type=click.Path(path_type=Path), required=True, help="runs/<name>/model.")
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Clips in Speech Commands layout.")
@click.option("--stream", type=click.Path(path_type=Path), default=None, help="Folder of long recordings.")
@click.option(
    "--engine",
    type=click.Choice(["host", "device"]),
    default="host",
    show_default=True,
    help="TFLM on the host, or the image on the board.",
)
@click.option(
    "--other-spellings",
    type=click.Choice(["stop", "keyword", "unknown"]),
    default="stop",
    show_default=True,
    help="--data: what Yes counts as beside the keyword yes.",
)
@board_option
@port_option
@json_option
def command(
    bundle_dir: Path,
    data: Path | None,
    stream: Path | None,
    engine: str,
    other_spellings: str,
    board: str,
    port: str | None,
    as_json: bool,
) -> None:
    """Measure a bundle on any folder of clips (--data) or on long recordings (--stream), on the host or the board
    (--engine).

    --data: TPR, FPR and accuracy with intervals; words that are no keyword count as _unknown_, _background_noise_ is
    cut into _silence_. --stream: detections with their times, and false accepts an hour; a labels.csv (file,label,
    start_s,end_s) in the folder, or a label track of Audacity beside a file, tells what was said, a metadata.csv
    (file,transcript,kind) which files mention keywords, and what is heard in them: speech, noise, music. Where words
    have times, --engine host tells what would be missed at 0.1, 0.5, 1 and 5 false accepts an hour.
    """
    from kws_data.bundle import ModelBundle
    from kws_data.evaluation.clips import evaluate_folder
    from kws_data.evaluation.stream_evaluation import StreamEvaluation
    from kws_data.evaluation.streams import evaluate_stream

    if (data is None) == (stream is None):
        raise click.UsageError("name either --data or --stream")
    bundle = ModelBundle.load(bundle_dir)
    result: FolderEvaluation | StreamEvaluation
    with _detector(bundle, engine, board, port) as detector, progress_bars() as progress:
        if data is not None:
            result = evaluate_folder(detector, data, progress, other_spellings)
        else:
            result = evaluate_stream(detector, str(stream), progress)
    if as_json:
        print_json(result.to_dict())
    elif isinstance(result, StreamEvaluation):
        _print_stream(result)
    else:
        _print_metrics(result.found)
    for note in result.notes if isinstance(result, StreamEvaluation) else ():
        say(f"  {note}")
    for line in told(((aside.file, aside.reason) for aside in result.set_aside), "the same with --json"):
        say(f"  {line}")


@contextmanager
def _detector(bundle: ModelBundle, engine: str, board: str, port: str | None) -> Iterator[Detector]:
    """This machine, or a board that runs this bundle: the emulated one is given it, a real one must have it."""
    if engine == "host":
        from kws_data.evaluation.detector import HostDetector

        yield HostDetector(bundle)
        return
    from firmware_tools.boards.spec import load_board
    from kws_data.deploy.images import spotter_session
    from kws_data.evaluation.on_board import BoardDetector

    with (
        tempfile.TemporaryDirectory(prefix="kws-evaluate-") as folder,
        spotter_session(load_board(board), bundle, Path(folder), port_here(board, port)) as session,
    ):
        yield BoardDetector(session, bundle)


def _print_metrics(found: HostEvaluation | BoardEvaluation) -> None:
    from kws_data.evaluation.evaluation_report import BoardEvaluation
    from kws_data.pages.numbers import interval, percent

    figures = found.metrics
    click.echo(f"{figures.clips} clips, threshold {figures.threshold:.3f}")
    click.echo(f"accuracy {percent(figures.accuracy)}")
    click.echo(f"TPR {percent(figures.tpr)} {interval(figures.tpr_ci95)}")
    click.echo(f"FPR {percent(figures.fpr)} {interval(figures.fpr_ci95)}")
    for word, one in figures.per_keyword.items():
        click.echo(f"  {word:<14} TPR {percent(one.tpr):>8}   FPR {percent(one.fpr):>8}")
    if isinstance(found, BoardEvaluation):
        click.echo(f"agreement with the host {percent(found.agreement)}")


def _print_stream(found: StreamEvaluation) -> None:
    from kws_data.cli.terminal.stream_lines import stream_lines
    from kws_data.pages.numbers import false_accepts

    for row in found.detections:
        tell(f"{row.time_s:9.2f} s  {row.label:<12} {row.score:.2f}  {row.verdict:<10} {row.file}")
    rate = false_accepts(found.false_accepts_per_hour, found.upper95)
    faster = "" if found.times_real_time is None else f", {found.times_real_time:.0f} times faster than real time"
    click.echo(f"{found.hours:.3f} h heard{faster}, false accepts: {rate}")
    for line in stream_lines(found):
        click.echo(line)
