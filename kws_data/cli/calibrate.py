"""``kws calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import (
    Number,
    config_options,
    json_option,
    print_json,
    progress_bars,
    say,
    tell,
    verb,
)
from kws_data.config.config import Config
from kws_data.set_aside import told

if TYPE_CHECKING:
    from kws_data.evaluation.stated_wish import Stated
    from kws_data.export.calibrate import Calibration
    from kws_data.run_context import RunContext
    from kws_data.run_pipeline import Pipeline


@verb("calibrate", 'kws calibrate configs/demo.yaml --wish "at most 1 false accept in 10 hours" --apply')
@config_options
@click.option(
    "--wish",
    "texts",
    metavar="TEXT",
    multiple=True,
    help='"at most 1 false accept in 10 hours", "0.5 false accepts an hour", "fpr <= 1 %", "tpr >= 0.95", "miss at '
    'most 5 %" or "TPR first"; repeatable.',
)
@click.option("--false-accepts-per-hour", type=Number(0), help="Wished: at most, of each kind of negative.")
@click.option("--fpr", type=Number(0, 1), help="Wished: at most, of clips.")
@click.option("--tpr", type=Number(0, 1), help="Wished: at least, of clips and in streams.")
@click.option(
    "--per-keyword/--one-threshold",
    default=None,
    help="A threshold for each keyword, or one for all; as CONFIG has it when left out.",
)
@click.option(
    "--negatives",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder of long recordings without a keyword, heard beside those of the data set; repeatable.",
)
@click.option("--apply", "applied", is_flag=True, help="Put the thresholds into the run; later steps see them.")
@click.option("--undo", is_flag=True, help="Put back the thresholds that the run was exported with.")
@json_option
def command(
    config: Config,
    texts: tuple[str, ...],
    false_accepts_per_hour: float | None,
    fpr: float | None,
    tpr: float | None,
    per_keyword: bool | None,
    negatives: tuple[Path, ...],
    applied: bool,
    undo: bool,
    as_json: bool,
) -> int:
    """Choose the thresholds of CONFIG's run for a stated wish, on validation people laid into validation negatives;
    the test split plays no part. More, and what --apply keeps: kws_data/docs/wishes.md

    Shows what is missed and falsely accepted there and around the choice, how many hours the wish needs to be proven
    and how many there are. False accepts in hours concern streams, fpr clips, tpr, miss and "TPR first" both; of the
    thresholds that hear enough those with the fewest false accepts are taken. Exits 1 when none meets the wish.

    Nothing is changed without --apply. With it the wish is kept in runs/<name>/model/calibration.json: kws run then
    builds, flashes and measures with these thresholds, and whenever the model is made anew it chooses them for that
    wish again. --undo puts those of the configuration back.
    """
    from kws_data.evaluation.stated_wish import Stated
    from kws_data.evaluation.wishes import read_wishes
    from kws_data.export.calibrate import calibrate

    if undo and (texts or applied or (false_accepts_per_hour, fpr, tpr) != (None, None, None)):
        raise click.UsageError("--undo takes no wish and no --apply")
    if undo and (negatives or per_keyword is not None):
        raise click.UsageError("--undo takes no --negatives, --per-keyword or --one-threshold: it chooses nothing")
    with progress_bars() as progress:
        context, pipeline = _run_of(config, progress)
        if undo:
            return _undone(pipeline, as_json)
        wishes = read_wishes(texts, false_accepts_per_hour=false_accepts_per_hour, fpr=fpr, tpr=tpr)
        if negatives and wishes.false_accepts_per_hour is None and not wishes.floor:
            raise click.UsageError("--negatives are heard for a wish of streams: wish false accepts in hours, or a TPR")
        if applied:
            pipeline.stamp("export")
        stated = Stated(wishes, per_keyword, tuple(map(str, negatives)))
        bundle = context.bundle()
        found = calibrate(bundle, config, stated, context.dataset_dir, context.model_dir, progress)
        refused = applied and bool(found.problems)
        done = applied and not refused
        if done:
            _apply(pipeline, found)
    if as_json:
        print_json({**found.to_dict(), "applied": done})
    else:
        _print(found, stated)
        if refused:
            tell("not applied: the wish is not met")
        elif not applied and not found.problems:
            tell("nothing was changed: --apply puts these thresholds into the run")
    return 1 if found.problems else 0


def _run_of(config: Config, progress: object) -> tuple[RunContext, Pipeline]:
    from kws_data.pipeline import steps_of
    from kws_data.run_context import RunContext
    from kws_data.run_pipeline import Pipeline

    context = RunContext(config, 1, progress, say)  # type: ignore[arg-type]
    return context, Pipeline(context, steps=steps_of(config))


def _apply(pipeline: Pipeline, found: Calibration) -> None:
    from kws_data.steps import apply_calibration

    current = pipeline.redo("export", lambda context: apply_calibration(context, found))
    say(f"applied: bundle {found.bundle.bundle_hash[:12]}; kws run builds, flashes and measures with it")
    if not current:
        say(
            "settings or kws have changed since the export: kws run makes the model anew, and calibrates it to the wish"
        )


def _undone(pipeline: Pipeline, as_json: bool) -> int:
    from kws_data.export.calibrate import calibrated_export
    from kws_data.steps import undo_calibration

    def check(context: RunContext) -> None:
        calibrated_export(context.model_dir)

    pipeline.redo("export", undo_calibration, check)
    bundle = pipeline.context.bundle()
    if as_json:
        print_json({"undone": True, "bundle_hash": bundle.bundle_hash})
    else:
        tell(f"the thresholds of the export are back: bundle {bundle.bundle_hash[:12]}")
    return 0


def _print(found: Calibration, stated: Stated) -> None:
    from kws_data.cli.terminal.calibrated import calibration_lines

    tell(f"wished: {', '.join(stated.wishes.words())}")
    for line in calibration_lines(found):
        tell(line)
    for line in told(found.set_aside, "kws calibrate with --json", "negatives set aside"):
        say(f"  {line}")
    if overrides := stated.overrides():
        tell("the same from a new export: " + " ".join(f"--set {one}" for one in overrides))
