"""What teachers say of the stored copies of every clip, asked once and kept beside each teacher.

A large teacher takes longer to ask about all copies than a small student takes to learn from them for many epochs. So
teachers are asked side by side, on all cores, and every further student on the same data reads what they said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.config.config import Config
from kws_data.models.float_model import as_input
from kws_data.progress import Progress
from kws_data.system.processes import cores, run_jobs
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.fit import prepare_tensorflow
from kws_data.training.step import logits_model, softened
from kws_data.training.teachers.keras_teachers import load_teachers
from kws_data.training.teachers.teachers import teachers

if TYPE_CHECKING:
    import keras

#: Clips of a data set's folder that are learnt from; a function of a module, so that other processes find it.
Load = Callable[[Path, Config], TrainSet]
KEPT = 12  # opinions beside a teacher, on as many data sets or temperatures; the oldest go first
ASKED_AT_ONCE = 1_024
STAGE = "ask teachers"


@dataclass(frozen=True)
class OpinionJob:
    """One teacher to ask: what a process needs to know."""

    teacher: Path
    config: Config
    dataset_dir: Path
    path: Path
    load: Load


def prepare_teachers(config: Config, dataset_dir: Path, progress: Progress | None = None) -> None:
    """Train what teachers are missing and ask them, on all cores, before several students want the same at once."""
    files = teachers(config, dataset_dir, progress)
    if files and config.train.teacher.asked_once:
        taught(config, dataset_dir, load_train_set(dataset_dir, config), files, progress)


def taught(
    config: Config,
    dataset_dir: Path,
    data: TrainSet,
    files: Sequence[Path],
    progress: Progress | None = None,
    load: Load = load_train_set,
) -> tuple[TrainSet, list[keras.Model]]:
    """What a student learns from, and the teachers that are to be asked about each batch.

    With ``train.teacher.sees: stored``, and always when it is an encoder, they are asked here, about every stored copy,
    and about no batch. ``load`` gives ``data`` to the processes that ask.
    """
    settings = config.train.teacher
    if not files or not settings.asked_once:
        return data, load_teachers(files)
    if settings.kind == "encoder":
        from kws_data.training.teachers.encoder_teacher import followed

        return followed(files[0], config, dataset_dir, data, progress), []
    return replace(data, soft=soft_targets(files, config, dataset_dir, data, progress, load)), []


def soft_targets(
    files: Sequence[Path],
    config: Config,
    dataset_dir: Path,
    data: TrainSet,
    progress: Progress | None = None,
    load: Load = load_train_set,
) -> NDArray[np.float32]:
    """Mean of what teachers say of every stored copy: probabilities [clips, copies, labels] at the temperature.

    Args:
        files: the teachers.
        config: whose ``train.teacher.temperature`` counts.
        dataset_dir: where ``data`` comes from; other processes read it there.
        data: what the student learns from.
        progress: told of copies asked about.
        load: how they read it.
    """
    parts = [data.sha256(), config.train.teacher.temperature]
    name = f"said-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]}.npy"
    jobs = [OpinionJob(file, config, dataset_dir, file.parent / name, load) for file in files]
    run_jobs(ask, [job for job in jobs if not job.path.is_file()], cores(), progress)
    said = sum(np.load(job.path, allow_pickle=False) for job in jobs) / np.float32(len(jobs))
    return np.asarray(said, np.float32)


def ask(job: OpinionJob, progress: Progress) -> None:
    """Ask one teacher about all stored copies and keep what it said."""
    prepare_tensorflow(job.config.seed)
    data = job.load(job.dataset_dir, job.config)
    said = opinion(job.teacher, data, job.config.train.teacher.temperature, progress)
    with atomic_path(job.path) as path, path.open("wb") as file:
        np.save(file, said)
    kept = sorted(job.path.parent.glob("said-*.npy"), key=lambda old: old.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


def opinion(teacher: Path, data: TrainSet, temperature: float, progress: Progress) -> NDArray[np.float32]:
    """What one teacher says of every stored copy: probabilities [clips, copies, labels]."""
    ends = [logits_model(net) for net in load_teachers([teacher])]
    clips, copies = data.x.shape[:2]
    said = np.empty((clips, copies, data.labels), np.float32)
    for copy in range(copies):
        for i in range(0, clips, ASKED_AT_ONCE):
            asked = as_input(data.x[i : i + ASKED_AT_ONCE, copy])
            said[i : i + ASKED_AT_ONCE, copy] = softened(ends, asked, temperature, data.labels)
        progress(STAGE, copy + 1, copies)
    return said
