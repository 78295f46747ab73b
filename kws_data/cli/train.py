"""``kws train``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb
from kws_data.config.config import Config
from kws_data.progress import Progress

seeds_option = click.option(
    "--seeds",
    type=click.IntRange(1, 20),
    default=1,
    help="Train and measure so many seeds; prints mean and 95 % interval.",
)


@verb("train", "kws train configs/demo.yaml --seeds 3")
@config_options
@click.option("--teacher", is_flag=True, help="Train a large model first and let this one follow it (train.teacher).")
@click.option("--tensorboard", is_flag=True, help="Write logs to runs/<name>/model/tensorboard.")
@click.option(
    "--learning-curve", is_flag=True, help="Train on 10, 25, 50 and 100 % of the speakers; plot what it gives."
)
@seeds_option
@json_option
def command(config: Config, teacher: bool, tensorboard: bool, learning_curve: bool, seeds: int, as_json: bool) -> None:
    """Train the float model of CONFIG: with teachers (--teacher, train.teacher; of kind encoder a head on a frozen
    speech encoder, which also labels the recordings of data.unlabelled), several seeds with their interval
    (--seeds), the better of two side by side (train.tries), 4-bit weights on their levels from the first step, the
    curve over speakers (--learning-curve), logs for TensorBoard (--tensorboard). Killed, it goes on and ends with
    the same bytes.

    Interrupted, it goes on where it was when it is called again. Teachers are kept with the recordings and used
    again. With train.tries several models are trained side by side and the best on validation clips is kept. With
    --seeds the first seed's model is the model of the run.
    """
    from kws_data.cli.steps import run_steps

    config = with_flags(config, teacher, tensorboard)
    document: dict[str, Any] = {}
    with progress_bars() as progress:
        run_steps(config, ["train"] if seeds == 1 else ["train", "export"], force=seeds == 1, progress=progress)
        document.update(json.loads((config.run_dir / "model/history.json").read_text()))
        if seeds > 1:
            document["seeds"] = measure_seeds(config, seeds, progress)
        if learning_curve:
            document["learning_curve"] = measure_curve(config, progress)
    if as_json:
        print_json(document)
    else:
        say(f"wrote {config.run_dir / 'model'}")


def with_flags(config: Config, teacher: bool, tensorboard: bool) -> Config:
    """The configuration with what the flags ask for."""
    settings = config.train
    if teacher and not settings.teacher.teaches:
        settings = settings.model_copy(update={"teacher": settings.teacher.model_copy(update={"count": 1})})
    if tensorboard:
        settings = settings.model_copy(update={"tensorboard": True})
    return config.model_copy(update={"train": settings})


def measure_seeds(config: Config, count: int, progress: Progress) -> dict[str, Any]:
    """Train and measure the seeds, and say what came out."""
    from kws_data.dataset.manifest import load_dataset
    from kws_data.experiments.seeds import AT_FPR, FIGURES, run_seeds
    from kws_data.pages.numbers import percent

    dataset_dir = config.run_dir / "dataset"
    version = load_dataset(dataset_dir).version
    found = run_seeds(config, dataset_dir, version, count, progress)
    for result in found["seeds"]:
        figures = ", ".join(f"{name} {percent(result[name])}" for name in FIGURES)
        say(f"  seed {result['seed']}: {figures}")
    for name in (*FIGURES, *AT_FPR):
        if found[name] is None:
            say(f"  {name} {percent(None)}: nobody says another word")
            continue
        mean, low, high = found[name]["mean"], found[name]["low"], found[name]["high"]
        say(f"  {name} {mean:.1%}, 95 % interval [{low:.1%}, {high:.1%}] over {count} seeds")
    return found


def measure_curve(config: Config, progress: Progress) -> dict[str, Any]:
    """Train on parts of the speakers, and say what more of them would bring."""
    from kws_data.experiments.speaker_curve import PICTURE, speakers_curve

    model_dir: Path = config.run_dir / "model"
    found = speakers_curve(config, config.run_dir / "dataset", model_dir, progress)
    for point in found["points"]:
        say(f"  {point['speakers']} speakers, {point['clips']} clips: accuracy {point['accuracy']:.1%}")
    if found["exponent"] <= 0:
        say("  more speakers did not help here: trained too briefly, or too few clips to tell")
        return found
    ahead = " and ".join(f"{n} as many {value:.1%}" for n, value in found["expected_accuracy"].items())
    say(f"  if the errors go on falling by a power of {found['exponent']}: {ahead}; see {model_dir / PICTURE}")
    return found
