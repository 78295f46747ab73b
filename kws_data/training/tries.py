"""Several students of one recipe side by side; the one that does best on validation clips is kept.

Small models end in places of different worth, whatever the recipe. Training uses one core a model, so on two cores two
cost the time of one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.features.load import load_features
from kws_data.progress import Progress
from kws_data.run_folder import FLOAT_FILE
from kws_data.scores import right
from kws_data.system.processes import cores, run_jobs
from kws_data.training.batches.train_set import load_train_set
from kws_data.training.checkpoint import fit_key
from kws_data.training.fit import History
from kws_data.training.one_model import (
    CURVE_FILE,
    HISTORY_FILE,
    TENSORBOARD_FOLDER,
    train_once,
    training_key,
)
from kws_data.training.teachers.soft_targets import taught

TRIES_FOLDER, TRIES_FILE, DONE_FILE = "tries", "tries.json", "done.json"
SEED_STEP = 100_003


@dataclass(frozen=True)
class Try:
    """One training: what a process needs to know."""

    config: Config
    dataset_dir: Path
    folder: Path
    number: int
    files: tuple[Path, ...]
    key: str

    @property
    def seed(self) -> int:
        """The first is that of the configuration."""
        return try_seed(self.config.seed, self.number)


def try_seed(seed: int, number: int) -> int:
    """The seed of a try: the first is that of the configuration."""
    return (seed + SEED_STEP * number) % 2**31


def best_of_tries(
    config: Config,
    dataset_dir: Path,
    model_dir: Path,
    files: Sequence[Path],
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> History:
    """Train ``train.tries`` models, each with its seed, and keep the one with the least log loss on validation clips.

    ``tries.json`` holds the figures of all. Tries that are done are not done again after an interruption.
    """
    data = load_train_set(dataset_dir, config)
    if files and config.train.teacher.asked_once:
        taught(config, dataset_dir, data, files, progress)  # on all cores, before several want the same
    jobs = []
    for number in range(config.train.tries):
        key = fit_key(training_key(config, data, files, try_seed(config.seed, number)), number)
        jobs.append(Try(config, dataset_dir, model_dir / TRIES_FOLDER / str(number), number, tuple(files), key))
    run_jobs(train_try, [job for job in jobs if not done(job)], cores(), progress)
    figures = [json.loads((job.folder / DONE_FILE).read_text(encoding="utf-8")) for job in jobs]
    best = min(jobs, key=lambda job: figures[job.number]["log_loss"])
    for name in (FLOAT_FILE, HISTORY_FILE, CURVE_FILE):
        (best.folder / name).replace(model_dir / name)
    if (best.folder / TENSORBOARD_FOLDER).is_dir():
        shutil.rmtree(model_dir / TENSORBOARD_FOLDER, ignore_errors=True)
        (best.folder / TENSORBOARD_FOLDER).replace(model_dir / TENSORBOARD_FOLDER)
    shown = [{name: value for name, value in one.items() if name != "key"} for one in figures]
    write_text(model_dir / TRIES_FILE, json.dumps({"kept": best.number, "tries": shown}, indent=1) + "\n")
    shutil.rmtree(model_dir / TRIES_FOLDER, ignore_errors=True)
    for job, one in zip(jobs, shown, strict=True):
        if say:
            kept = ", kept" if job is best else ""
            say(f"  try {job.number + 1}: validation {one['accuracy']:.1%}, log loss {one['log_loss']:.4f}{kept}")
    return History(**json.loads((model_dir / HISTORY_FILE).read_text(encoding="utf-8")))


def done(job: Try) -> bool:
    """Whether a try ended, with the same settings and data."""
    try:
        noted = json.loads((job.folder / DONE_FILE).read_text(encoding="utf-8"))["key"]
        return bool(noted == job.key) and (job.folder / FLOAT_FILE).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def train_try(job: Try, progress: Progress) -> None:
    """Train one, and note how it does on validation clips."""
    from kws_data.models.float_model import float_scores, load_float

    (job.folder / DONE_FILE).unlink(missing_ok=True)
    stage = f"train, try {job.number + 1} of {job.config.train.tries}"
    train_once(job.config, job.dataset_dir, job.folder, job.files, job.seed, stage, progress, lambda _: None)
    validation = load_features(job.dataset_dir, "validation")
    scores = float_scores(load_float(job.folder / FLOAT_FILE), np.asarray(validation.x[:, 0]))
    of_label = np.maximum(scores[np.arange(len(scores)), validation.y].astype(np.float64), 1e-6)
    accuracy = float(right(scores, validation.y).mean()) if len(scores) else 0.0
    loss = float(-np.log(of_label).mean()) if len(scores) else 0.0
    figures = {"key": job.key, "seed": job.seed, "accuracy": round(accuracy, 5), "log_loss": round(loss, 5)}
    write_text(job.folder / DONE_FILE, json.dumps(figures) + "\n")
