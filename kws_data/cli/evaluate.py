"""``kws evaluate``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import board_option, json_option, port_option, print_json, progress_bars, say, verb

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession
    from kws_data.bundle import ModelBundle


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
@board_option
@port_option
@json_option
def command(
    bundle_dir: Path, data: Path | None, stream: Path | None, engine: str, board: str, port: str | None, as_json: bool
) -> None:
    """Measure a bundle on recordings that need not have been in any run.

    --data: TPR, FPR and accuracy with intervals; words that are no keyword count as _unknown_, _background_noise_ is
    cut into _silence_. --stream: detections with their times, and false accepts an hour; a labels.csv (file,label,
    start_s,end_s) in the folder tells what was said, a metadata.csv with transcripts which files mention keywords.
    """
    from kws_data.bundle import ModelBundle
    from kws_data.evaluation.clips import evaluate_folder
    from kws_data.evaluation.streams import evaluate_stream

    if (data is None) == (stream is None):
        raise click.UsageError("name either --data or --stream")
    bundle = ModelBundle.load(bundle_dir)
    with _session(bundle, engine, board, port) as session, progress_bars() as progress:
        if data is not None:
            result = evaluate_folder(bundle, data, engine, session, progress)  # type: ignore[arg-type]
        else:
            result = evaluate_stream(bundle, str(stream), engine, session, progress=progress)  # type: ignore[arg-type]
    for aside in result["set_aside"][:20]:
        say(f"  set aside {aside['file']}: {aside['reason']}")
    if as_json:
        print_json(result)
    elif data is not None:
        _print_metrics(result)
    else:
        _print_stream(result)


@contextmanager
def _session(bundle: ModelBundle, engine: str, board: str, port: str | None) -> Iterator[BoardSession | None]:
    """None for the host; else a board that runs this bundle: the emulated one is given it, a real one must have it."""
    if engine == "host":
        yield None
        return
    from firmware_tools.boards.spec import load_board
    from kws_data.deploy.images import spotter_session

    with (
        tempfile.TemporaryDirectory(prefix="kws-evaluate-") as folder,
        spotter_session(load_board(board), bundle, Path(folder), port) as session,
    ):
        yield session


def _print_metrics(found: dict[str, Any]) -> None:
    from kws_data.pages.numbers import interval, percent

    click.echo(f"{found['clips']} clips, threshold {found['threshold']:.3f}")
    click.echo(f"accuracy {percent(found['accuracy'])}")
    click.echo(f"TPR {percent(found['tpr'])} {interval(found['tpr_ci95'])}")
    click.echo(f"FPR {percent(found['fpr'])} {interval(found['fpr_ci95'])}")
    for word, one in found["per_keyword"].items():
        click.echo(f"  {word:<14} TPR {percent(one['tpr']):>8}   FPR {percent(one['fpr']):>8}")
    if "agreement" in found:
        click.echo(f"agreement with the host {percent(found['agreement'])}")


def _print_stream(found: dict[str, Any]) -> None:
    for row in found["detections"]:
        click.echo(f"{row['time_s']:9.2f} s  {row['label']:<12} {row['score']:.2f}  {row['verdict']:<10} {row['file']}")
    click.echo(
        f"{found['hours']:.3f} h heard, {found['false_accepts_per_hour']:.1f} false accepts an hour "
        f"(at most {found['upper95']:.1f} with 95 % confidence)"
    )
    if found["frr"] is not None:
        click.echo(f"missed {100 * found['frr']:.1f} % of {found['keywords_said']} keywords")
