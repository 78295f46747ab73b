"""One recipe, several seeds: how much of a figure is the recipe and how much is luck.

Seeds ``s``, ``s + 1``, … train on the same data set, each into ``runs/<name>/seeds/<n>``; each is exported with a
threshold of its own and measured on the held-out clips as int8; each is one more model that the test was looked at
with. None of them is chosen by what comes out.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firmware_tools.atomic import write_text
from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.evaluation.sealed import Looking, look
from kws_data.features.load import load_features
from kws_data.progress import Progress
from kws_data.statistics.intervals import measured_mean
from kws_data.system.code_version import code_hash
from kws_data.system.processes import cores, run_jobs
from kws_data.training.checkpoint import fit_key
from kws_data.training.run import train
from kws_data.training.teachers.soft_targets import prepare_teachers

FIGURES = ("accuracy", "tpr", "fpr")
#: TPR at thresholds read off the held-out clips, where so much passes: what the clips can tell of a model.
AT_FPR = {"tpr_at_1pct_fpr": 0.01, "tpr_at_3pct_fpr": 0.03, "tpr_at_5pct_fpr": 0.05}
RESULT_FILE = "result.json"


@dataclass(frozen=True)
class SeedJob:
    """One seed to train and measure: what a process needs to know."""

    config: Config
    dataset_dir: Path
    dataset_version: str
    folder: Path
    key: str


def run_seeds(
    config: Config, dataset_dir: Path, dataset_version: str, count: int, progress: Progress | None = None
) -> dict[str, Any]:
    """Train and measure ``count`` seeds; the run's own model is the first, and none that is current is done again.

    Returns:
        ``{"seeds": [{"seed", "accuracy", "tpr", "fpr", …}], "accuracy": {"mean", "low", "high", "runs"}, "tpr": …,
        "fpr": …}``, means with the ends of :func:`kws_data.statistics.intervals.mean_share`, or None where a run did
        not measure it; it is also written to ``runs/<name>/seeds/seeds.json``.
    """
    folder = config.run_dir / "seeds"
    jobs = [_job(config, dataset_dir, dataset_version, folder / str(n), n) for n in range(count)]
    known = [_result(job) for job in jobs]
    _take_over(config.run_dir / "model", jobs[0])
    waiting = [job for job in jobs if _result(job) is None]
    if waiting and config.train.teacher.shared_by_seeds:
        prepare_teachers(waiting[0].config, dataset_dir, progress)
    run_jobs(train_seed, waiting, cores(), progress)
    if measured := [job for job, before in zip(jobs, known, strict=True) if before is None]:
        models = [ModelBundle.load(job.folder / "model").model_sha256 for job in measured]
        looking = Looking("seeds", f"{count} seeds measured")
        look(config.data.recordings, dataset_dir, config.name, models, looking)
    results = [result for job in jobs if (result := _result(job)) is not None]
    document = {"seeds": results, **{name: measured_mean([r[name] for r in results]) for name in (*FIGURES, *AT_FPR)}}
    write_text(folder / "seeds.json", json.dumps(document, indent=1) + "\n")
    return document


def train_seed(job: SeedJob, progress: Progress) -> None:
    """Train, export and measure one seed."""
    from kws_data.export.export import export_model

    seed, model_dir = job.config.seed, job.folder / "model"

    def tell(stage: str, done: int, total: int) -> None:
        progress(f"seed {seed}: {stage}", done, total)

    train(job.config, job.dataset_dir, model_dir, tell)
    export_model(job.config, job.dataset_dir, job.dataset_version, model_dir)
    measure_seed(job)


def measure_seed(job: SeedJob) -> None:
    """Figures of a seed's bundle on the held-out clips, int8, into ``result.json``."""
    from kws_data.evaluation.inference import int8_scores
    from kws_data.evaluation.metrics import metrics
    from kws_data.evaluation.thresholds import tpr_at_fpr

    bundle = ModelBundle.load(job.folder / "model")
    test = load_features(job.dataset_dir, "test")
    scores, _ = int8_scores(bundle.tflite, np.asarray(test.x[:, 0]))
    found = metrics(scores, test.y, bundle.threshold, bundle.labels)
    figures = {name: getattr(found, name) for name in (*FIGURES, "clips", "threshold")}
    measured = found.tpr is not None and found.fpr is not None
    figures |= {name: tpr_at_fpr(scores, test.y, most).tpr if measured else None for name, most in AT_FPR.items()}
    result = {"key": job.key, "seed": job.config.seed, **figures, "tflite_bytes": bundle.tflite_bytes}
    write_text(job.folder / RESULT_FILE, json.dumps(result, indent=1) + "\n")


def _take_over(model_dir: Path, job: SeedJob) -> None:
    """The first seed is the run's own: its model is there already, trained and exported."""
    if _result(job) is None:
        ignored = shutil.ignore_patterns("tensorboard", "speakers", "checkpoint.npz")
        shutil.copytree(model_dir, job.folder / "model", dirs_exist_ok=True, ignore=ignored)
        measure_seed(job)


def _job(config: Config, dataset_dir: Path, version: str, folder: Path, number: int) -> SeedJob:
    own = config.model_copy(update={"seed": config.seed + number})
    settings = own.sha256("seed", "keywords", "frontend", "model", "train", "export", "threshold")
    return SeedJob(own, dataset_dir, version, folder, fit_key(settings, version, code_hash(train_seed, measure_seed)))


def _result(job: SeedJob) -> dict[str, Any] | None:
    """What a seed gave, when that is still what it would give."""
    try:
        result = json.loads((job.folder / RESULT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    current = isinstance(result, dict) and result.get("key") == job.key
    return result if current else None
