"""Model families side by side: the same clips, the same recipe, the same seeds, each as far as the int8 file in TFLM.

Every model goes the way of ``kws run``: train and export (with whatever the configuration asks for: teachers,
quantisation, a threshold from the validation split), then test clips, image, and one inference on the emulated core.
Each ends in a folder of its own with ``result.json``, so that a bench that was interrupted goes on.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path, write_text
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.thresholds import tpr_at_fpr
from kws_data.experiments.contestants import Contestant, config_of
from kws_data.experiments.shape_cost import emulated_board, measure_bundle
from kws_data.progress import Progress
from kws_data.statistics.intervals import mean_interval, mean_share, measured_mean
from kws_data.statistics.paired import Paired, compare
from kws_data.system.code_version import code_hash
from kws_data.system.processes import worker_pool

MAX_FPR = 0.01
RESULT_FILE, SCORES_FILE = "result.json", "scores.npz"


@dataclass(frozen=True)
class Entry:
    """One training of the comparison."""

    contestant: Contestant
    config: Config
    dataset_dir: Path
    dataset_version: str
    folder: Path

    @property
    def key(self) -> str:
        """Hash of everything that shapes the result."""
        sections = ("seed", "keywords", "frontend", "model", "train", "export", "threshold", "device")
        parts = [self.config.sha256(*sections), self.dataset_version, code_hash(run_entry)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def known(self) -> dict[str, Any] | None:
        """The result of an earlier run with the same key, if there is one."""
        try:
            result: dict[str, Any] = json.loads((self.folder / RESULT_FILE).read_text(encoding="utf-8"))
            return result if result["key"] == self.key and (self.folder / SCORES_FILE).is_file() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def bench_models(
    config: Config,
    chosen: Sequence[Contestant],
    folder: Path,
    seeds: int = 1,
    epochs: int | None = None,
    workers: int = 2,
    progress: Progress = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train, export and measure every contestant with every seed; writes ``bench-model.json`` and returns it.

    The data set (split, augmentation) is that of the configuration's own seed for all; the seeds are those of training.

    Raises:
        DataError: no clips, or too few speakers.
        KwsError: a model cannot be trained, exported or run.
    """
    chosen = without_twins(config, chosen)
    entries = _entries(config, chosen, folder, seeds, epochs, workers, progress)
    missing = [entry for entry in entries if entry.known() is None]
    _train_teachers(missing, progress, say)
    with worker_pool(max(1, min(workers, len(missing)))) as pool:
        running = {pool.submit(run_entry, entry): entry for entry in missing}
        for done, future in enumerate(as_completed(running), 1):
            result = future.result()
            _note_look(config, running[future])
            accuracy = result["int8"]["accuracy"]
            say(f"  {running[future].contestant.name}, seed {running[future].config.seed}: {accuracy:.2%} int8")
            progress("train and measure", done, len(missing))
    document = summary(config, entries)
    write_text(folder / "bench-model.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return document


def _note_look(config: Config, entry: Entry) -> None:
    """Note that the test was looked at with this model, before its figures are told."""
    from kws_data.bundle import ModelBundle
    from kws_data.evaluation.sealed import Looking, look

    model = ModelBundle.load(entry.folder / "model").model_sha256
    looking = Looking("bench model", f"{entry.contestant.name}, seed {entry.config.seed}")
    look(config.data.recordings, entry.dataset_dir, config.name, [model], looking)


def without_twins(config: Config, chosen: Sequence[Contestant]) -> list[Contestant]:
    """The contestants, without those that are the same model on the same front end as one before them."""
    by_shape: dict[str, Contestant] = {}
    for one in chosen:
        by_shape.setdefault(config_of(config, one, 0).sha256("model", "frontend"), one)
    return list(by_shape.values())


def _entries(
    config: Config,
    chosen: Sequence[Contestant],
    folder: Path,
    seeds: int,
    epochs: int | None,
    workers: int,
    progress: Progress,
) -> list[Entry]:
    """One for each contestant and seed; builds the data set of each front end."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.dataset.build import BuildOptions, build_dataset

    versions: dict[Path, str] = {}
    entries = []
    for one in chosen:
        own = config_of(config, one, config.seed, epochs)
        dataset_dir = folder / "data" / own.frontend.sha256()[:12]
        if dataset_dir not in versions:
            with Catalog(config.data.recordings) as catalog:
                built = build_dataset(own, catalog, dataset_dir, BuildOptions(workers), progress)
            versions[dataset_dir] = built.version
        for seed in range(config.seed, config.seed + seeds):
            where = folder / one.name / f"seed-{seed}"
            entries.append(Entry(one, config_of(config, one, seed, epochs), dataset_dir, versions[dataset_dir], where))
    return entries


def _train_teachers(entries: Sequence[Entry], progress: Progress, say: Callable[[str], None]) -> None:
    """Teachers first, on all cores; the trainings that follow find them in the cache."""
    from kws_data.training.teachers.soft_targets import prepare_teachers

    done: set[tuple[Path, int]] = set()
    for entry in entries:
        settings = entry.config.train.teacher
        shared = (entry.dataset_dir, 0 if settings.shared_by_seeds else entry.config.seed)
        if settings.teaches and shared not in done:
            done.add(shared)
            say(f"• teachers on the features of {entry.contestant.name}, seed {entry.config.seed}")
            prepare_teachers(entry.config, entry.dataset_dir, progress)


def run_entry(entry: Entry) -> dict[str, Any]:
    """Train, export, measure one contestant with one seed; writes its folder and returns ``result.json``."""
    from kws_data.evaluation.fair_int8 import fair_int8
    from kws_data.evaluation.inference import int8_scores
    from kws_data.export.export import export_model
    from kws_data.features.load import load_features
    from kws_data.models.float_model import float_scores, load_float
    from kws_data.run_folder import FLOAT_FILE
    from kws_data.training.run import train

    config, model_dir = entry.config, entry.folder / "model"
    started = time.monotonic()
    train(config, entry.dataset_dir, model_dir)
    seconds = time.monotonic() - started
    bundle = export_model(config, entry.dataset_dir, entry.dataset_version, model_dir)
    test = load_features(entry.dataset_dir, "test")
    x = np.asarray(test.x[:, 0])
    scores, engine = int8_scores(bundle.tflite, x)
    floats = float_scores(load_float(model_dir / FLOAT_FILE), x)
    before, _ = int8_scores(fair_int8(bundle, model_dir), x)
    int8 = metrics(scores, test.y, bundle.threshold, bundle.labels).to_dict()
    result = {
        "key": entry.key,
        "seed": config.seed,
        "engine": engine,
        "cost": measure_bundle(bundle, emulated_board(config)).to_dict(),
        "int8": {name: value for name, value in int8.items() if name != "per_keyword"},
        "float_accuracy": float((floats.argmax(axis=1) == test.y).mean()),
        "same_people_accuracy": float((before.argmax(axis=1) == test.y).mean()),
        "tpr_at_1pct_fpr": tpr_at_fpr(scores, test.y, MAX_FPR).tpr,
        "train_seconds": round(seconds, 1),
    }
    with atomic_path(entry.folder / SCORES_FILE) as path, path.open("wb") as file:
        np.savez(file, scores=scores, y=test.y, ids=test.clip_ids)
    write_text(entry.folder / RESULT_FILE, json.dumps(result, indent=1) + "\n")
    return result


def summary(config: Config, entries: Sequence[Entry]) -> dict[str, Any]:
    """All results: a row for each model, and each model's accuracy against each reference's on the same clips."""
    by_model: dict[str, list[Entry]] = {}
    for entry in entries:
        by_model.setdefault(entry.contestant.name, []).append(entry)
    rows = [_row(name, group) for name, group in by_model.items()]
    return {
        "schema": 1,
        "config": config.name,
        "seeds": sorted({entry.config.seed for entry in entries}),
        "epochs": entries[0].config.train.epochs,
        "test_clips": rows[0]["test_clips"],
        "models": rows,
        "against": against(by_model),
    }


def _row(name: str, group: Sequence[Entry]) -> dict[str, Any]:
    results = [_result(entry) for entry in group]
    accuracy = [found["int8"]["accuracy"] for found in results]
    loss = [found["float_accuracy"] - found["same_people_accuracy"] for found in results]  # not what a refit gains
    cost = max((found["cost"] for found in results), key=lambda cost: cost["model_bytes"])
    return {
        "name": name,
        "about": group[0].contestant.about,
        **{key: cost[key] for key in ("parameters", "model_bytes", "arena_bytes", "island_bytes", "inference_cycles")},
        "test_clips": results[0]["int8"]["clips"],
        "accuracy": mean_share(accuracy).to_dict(),
        "accuracy_ci95": results[0]["int8"]["accuracy_ci95"],
        "tpr_at_1pct_fpr": mean_share([found["tpr_at_1pct_fpr"] for found in results]).to_dict(),
        "tpr": measured_mean([found["int8"]["tpr"] for found in results]),
        "fpr": measured_mean([found["int8"]["fpr"] for found in results]),
        "int8_loss": mean_interval(loss).to_dict(),
        "train_seconds": round(sum(found["train_seconds"] for found in results) / len(results), 1),
        "bytes_per_point": round(cost["model_bytes"] / (100.0 * float(np.mean(accuracy)))),
    }


def _result(entry: Entry) -> dict[str, Any]:
    """What this run or an earlier one measured; a mean over fewer seeds than it says would be no such mean."""
    found = entry.known()
    if found is None:
        why = "it was replaced or removed since (by another kws bench model?); run this one again"
        raise DataError("no result for the table", str(entry.folder / RESULT_FILE), why)
    return found


def against(by_model: dict[str, list[Entry]]) -> list[dict[str, Any]]:
    """The first model against each of the others, on the same clips."""
    (name, own), *others = by_model.items()
    right, ids = _right(own)
    speakers = _speakers(own[0].dataset_dir, ids)
    found = []
    for other_name, group in others:
        other, other_ids = _right(group)
        same = np.array([list(other_ids).index(one) for one in ids]) if list(other_ids) != list(ids) else slice(None)
        paired: Paired = compare(right, other[:, same], speakers)
        found.append({"model": name, "reference": other_name, **paired.to_dict()})
    return found


def _right(group: Sequence[Entry]) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """bool [seeds, clips], and the clips' ids."""
    parts = [np.load(entry.folder / SCORES_FILE, allow_pickle=False) for entry in group]
    return np.stack([part["scores"].argmax(axis=1) == part["y"] for part in parts]), parts[0]["ids"]


def _speakers(dataset_dir: Path, ids: NDArray[np.str_]) -> list[str]:
    """Who speaks in each clip; each silence clip is one of its own."""
    from kws_data.dataset.manifest import read_manifest
    from kws_data.experiments.search.holdout import group_of

    groups = {row["clip_id"]: group_of(row) for row in read_manifest(dataset_dir)}
    return [groups[str(one)] for one in ids]
