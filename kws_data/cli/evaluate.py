"""``kws evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from kws_data.cli.detector_here import detector_here
from kws_data.cli.options import (
    board_option,
    config_here,
    json_option,
    looking_options,
    port_option,
    print_json,
    progress_bars,
    say,
    tell,
    verb,
)
from kws_data.set_aside import told

if TYPE_CHECKING:
    from kws_data.evaluation.clips import FolderEvaluation
    from kws_data.evaluation.stream_evaluation import StreamEvaluation

SPLITS = ("validation", "test")
#: Options of one form that say nothing in the other one.
OF_CONFIG, OF_BUNDLE = ("split", "reason", "who", "overrides"), ("data", "stream", "board", "other_spellings")


@verb("evaluate", 'kws evaluate configs/demo.yaml --split test --reason "before release 2"')
@click.argument("config_file", metavar="[CONFIG]", type=click.Path(path_type=Path), required=False)
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="CONFIG: override a setting; repeatable.")
@click.option("--split", type=click.Choice(SPLITS), default=SPLITS[0], show_default=True, help="CONFIG: whose clips.")
@looking_options
@click.option("--bundle", "bundle_dir", type=click.Path(path_type=Path), help="runs/<name>/model, in place of CONFIG.")
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
    config_file: Path | None,
    overrides: Sequence[str],
    split: str,
    reason: str | None,
    who: str | None,
    bundle_dir: Path | None,
    data: Path | None,
    stream: Path | None,
    engine: str,
    other_spellings: str,
    board: str,
    port: str | None,
    as_json: bool,
) -> None:
    """Measure what CONFIG's run exported on a split of its own data (--split; the sealed test asks for a --reason), or
    a bundle (--bundle) on any folder of clips (--data) or on long recordings (--stream), on the host or the board
    (--engine).

    CONFIG: TPR, FPR and accuracy with intervals by clip and by speaker. Each look at the test is noted in the catalogue
    (kws catalog --looks); its intervals are corrected for how many models were looked at. --data: the same figures;
    words that are no keyword count as _unknown_, _background_noise_ is cut into _silence_. --stream: detections with
    their times, and false accepts an hour; a labels.csv (file,label,start_s,end_s) in the folder, or a label track of
    Audacity beside a file, tells what was said, a metadata.csv (file,transcript,kind) which files mention keywords, and
    what is heard in them: speech, noise, music. Where words have times, --engine host tells what would be missed at
    0.1, 0.5, 1 and 5 false accepts an hour.
    """
    _check_form(config_file, bundle_dir)
    if config_file is not None:
        from kws_data.cli.evaluate_run import evaluate_run

        config = config_here(config_file, overrides)
        evaluate_run(config, split, engine, port, reason or "", who, as_json)
    elif bundle_dir is not None:
        if (data is None) == (stream is None):
            raise click.UsageError("name either --data or --stream")
        _evaluate_bundle(bundle_dir, data, stream, engine, other_spellings, board, port, as_json)


def _check_form(config_file: Path | None, bundle_dir: Path | None) -> None:
    """Raise UsageError unless CONFIG or --bundle is named, with options that mean something there."""
    if (config_file is None) == (bundle_dir is None):
        raise click.UsageError("name either CONFIG or --bundle")
    context, other = click.get_current_context(), OF_CONFIG if config_file is None else OF_BUNDLE
    given = [one for one in other if context.get_parameter_source(one) is ParameterSource.COMMANDLINE]
    if given:
        option = next(one.opts[0] for one in context.command.params if one.name == given[0])
        form = "--bundle" if config_file is None else "CONFIG"
        rest = "; the board is that of CONFIG: --set device.board=NAME" if given[0] == "board" else ""
        raise click.UsageError(f"{option} says nothing beside {form}{rest}")


def _evaluate_bundle(
    bundle_dir: Path,
    data: Path | None,
    stream: Path | None,
    engine: str,
    other_spellings: str,
    board: str,
    port: str | None,
    as_json: bool,
) -> None:
    from kws_data.bundle import ModelBundle
    from kws_data.cli.terminal.clip_figures import print_metrics
    from kws_data.evaluation.clips import evaluate_folder
    from kws_data.evaluation.stream_evaluation import StreamEvaluation
    from kws_data.evaluation.streams import evaluate_stream

    bundle = ModelBundle.load(bundle_dir)
    result: FolderEvaluation | StreamEvaluation
    with detector_here(bundle, engine, board, port) as detector, progress_bars() as progress:
        if data is not None:
            result = evaluate_folder(detector, data, progress, other_spellings)
        else:
            result = evaluate_stream(detector, str(stream), progress)
    if as_json:
        print_json(result.to_dict())
    elif isinstance(result, StreamEvaluation):
        _print_stream(result)
    else:
        print_metrics(result.found)
    for note in result.notes:
        say(f"  {note}")
    for line in told(((aside.file, aside.reason) for aside in result.set_aside), "the same with --json"):
        say(f"  {line}")


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
