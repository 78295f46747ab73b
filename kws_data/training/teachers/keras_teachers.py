"""Teachers: large models trained on the same data, which the small one follows. They are trained once and kept."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.models.float_model import save_float
from kws_data.progress import Progress
from kws_data.system.code_version import code_hash
from kws_data.system.processes import cores, run_jobs
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.batches.unknown_words import told_apart
from kws_data.training.checkpoint import Checkpoint, fit_key
from kws_data.training.fit import FitRecipe, FitWatch, fit, prepare_tensorflow
from kws_data.training.teachers.cache import CACHE_KEPT, cache_dir, file_sha256, forget_oldest, valid

if TYPE_CHECKING:
    import keras

SEED_STEP = 1_000
KERAS_FILE = "teacher.keras"


@dataclass(frozen=True)
class TeacherJob:
    """One teacher to train: what a process needs to know."""

    config: Config
    dataset_dir: Path
    number: int
    key: str
    folder: Path

    @property
    def shape(self) -> ModelSettings:
        """The shapes of the configuration in turn."""
        models = self.config.train.teacher.models
        return models[self.number % len(models)]

    @property
    def seed(self) -> int:
        """Unlike the student's, and each teacher's own."""
        return SEED_STEP * (self.config.seed + 1) + self.number


def keras_teachers(config: Config, dataset_dir: Path, progress: Progress | None = None) -> list[Path]:
    """Files of the config's teachers, trained now (side by side, on all cores) unless they are in the cache."""
    jobs = planned(config, dataset_dir)
    missing = [job for job in jobs if not valid(job.folder, KERAS_FILE)]
    run_jobs(train_teacher, missing, cores(), progress)
    for job in jobs:
        os.utime(job.folder)
    forget_oldest(cache_dir(config), keep=max(CACHE_KEPT, len(jobs)))
    return [job.folder / KERAS_FILE for job in jobs]


def planned(config: Config, dataset_dir: Path) -> list[TeacherJob]:
    """The teachers that the config asks for, with the keys of their cache entries."""
    settings = config.train.teacher
    own = config if settings.seed is None else config.model_copy(update={"seed": settings.seed})
    code = code_hash(train_teacher) if settings.count else ""
    data = teacher_set(own, dataset_dir).sha256() if settings.count else ""
    jobs = []
    for number in range(settings.count):
        recipe = teacher_recipe(own.train).model_dump(mode="json")
        shape = settings.models[number % len(settings.models)]
        key = fit_key(data, shape, recipe, own.seed, number, code)
        jobs.append(TeacherJob(own, dataset_dir, number, key, cache_dir(config) / key[:32]))
    return jobs


def teacher_set(config: Config, dataset_dir: Path) -> TrainSet:
    """What teachers learn from: the clips of the training split, with labels for frequent words of ``_unknown_``.

    They are asked about clips alone; in the few epochs that they have, negatives would cost them three points there.
    """
    clips = replace(load_train_set(dataset_dir, config), negatives=None)
    return told_apart(clips, config.train.teacher.words_apart)


def teacher_recipe(settings: TrainSettings) -> TrainSettings:
    """How a teacher is trained: as the student, for its own number of epochs, without teachers."""
    teacher = settings.teacher
    changes: dict[str, Any] = {"epochs": teacher.epochs, "label_smoothing": teacher.label_smoothing}
    changes |= {"tensorboard": False, "patience": 0, "tries": 1}
    if teacher.learning_rate is not None:
        changes["learning_rate"] = teacher.learning_rate
    return settings.without_teachers().model_copy(update=changes)


def train_teacher(job: TeacherJob, progress: Progress) -> None:
    """Train one teacher into its cache entry; goes on where an interrupted one was."""
    prepare_tensorflow(job.seed)
    data = teacher_set(job.config, job.dataset_dir)
    settings = job.config.train.teacher
    checkpoint = Checkpoint(job.folder / "checkpoint.npz", job.key)
    stage = f"teacher {job.number + 1} of {settings.count}" if settings.count > 1 else "teacher"
    recipe = FitRecipe(job.shape, teacher_recipe(job.config.train), job.seed)
    model, history = fit(data, recipe, watch=FitWatch(stage, progress, checkpoint))
    path = job.folder / KERAS_FILE
    save_float(model, path)
    note = {"key": job.key, "sha256": file_sha256(path), "loss": history.loss[-1], "accuracy": history.accuracy[-1]}
    write_text(job.folder / "teacher.json", json.dumps(note, indent=1) + "\n")
    checkpoint.remove()


def load_teachers(files: Sequence[Path]) -> list[keras.Model]:
    """The models in these files."""
    from kws_data.models.float_model import load_float

    return [load_float(path) for path in files]
