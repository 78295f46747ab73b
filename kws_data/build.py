"""From the catalogue to a data set on disk: manifest, features, datasheet, and a version.

The version is the hash of the manifest and of every feature, so two data sets are the same if and
only if their versions are. Each copy of each clip draws from its own generator, seeded by the run's seed,
the clip and the copy, so neither the number of workers nor their speed changes a bit.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path, write_text
from kws_data.audio import fit_length
from kws_data.catalog import Catalog
from kws_data.config import SILENCE, Config
from kws_data.datasheet import datasheet
from kws_data.features import feature_path
from kws_data.manifest import Manifest, manifest_rows, write_manifest
from kws_data.noise import regions
from kws_data.plan import Plan, PlannedClip, plan_dataset
from kws_data.splits import SPLITS
from kws_data.worker import Recipe, Task, features_of_chunk

Progress = Callable[[str, int, int], None]

CHUNK = 32


def build_dataset(
    config: Config, catalog: Catalog, out_dir: Path | str, workers: int = 2, progress: Progress | None = None
) -> Manifest:
    """Build the data set of a configuration in ``out_dir``.

    ``dataset.json`` goes first and comes last, so a folder that has one is whole.

    Raises:
        DataError: nothing imported, a keyword without clips, too few speakers.
        LeakError: the same speaker, voice or recording in two splits.
        CatalogError: stored audio is missing or damaged.
    """
    folder = Path(out_dir)
    plan = plan_dataset(config, catalog)
    recipe = recipe_of(config, catalog, plan)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").unlink(missing_ok=True)
    rows = manifest_rows(plan.clips)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode())
    for part in _write_features(config, recipe, plan, folder, workers, progress):
        digest.update(part)
    write_manifest(folder / "manifest.parquet", rows)
    for split in ("validation", "test"):
        _save(folder / f"audio-{split}.npy", _audio(catalog, plan.of(split), config.clip_samples))
    info = describe(config, plan, f"sha256:{digest.hexdigest()}")
    write_text(folder / "datasheet.md", datasheet(info, rows))
    write_text(folder / "dataset.json", json.dumps(info, indent=1, sort_keys=True) + "\n")
    return Manifest.from_info(folder, info)


def recipe_of(config: Config, catalog: Catalog, plan: Plan) -> Recipe:
    """How the features of this data set are made."""
    noises = tuple(
        (noise.audio_sha256, *stretch) for noise in plan.noises for stretch in regions(noise.samples, "train")
    )
    return Recipe(catalog.folder, config.frontend, config.augment, config.seed, config.clip_samples, noises)


def _write_features(
    config: Config, recipe: Recipe, plan: Plan, folder: Path, workers: int, progress: Progress | None
) -> Iterator[bytes]:
    """Write x, y and ids of each split; yield the hash of each."""
    done = 0
    for split in SPLITS:
        clips = plan.of(split)
        tasks = [_task(planned, config.augment.copies if split == "train" else 1) for planned in clips]
        shape = (len(tasks), tasks[0].copies, config.frontend.frames(config.clip_samples), config.frontend.features)
        with atomic_path(feature_path(folder, split, "x")) as temporary:
            x = np.lib.format.open_memmap(temporary, "w+", np.int8, shape)
            for start, features in feature_chunks(recipe, tasks, workers):
                x[start : start + len(features)] = features
                done += len(features)
                if progress:
                    progress("features", done, len(plan.clips))
            yield hashlib.sha256(x.data).digest()
            x.flush()
            del x
        y = np.array([config.labels.index(planned.label) for planned in clips], np.int32)
        _save(feature_path(folder, split, "y"), y)
        _save(feature_path(folder, split, "ids"), np.array([planned.audio.id for planned in clips]))
        yield hashlib.sha256(y.data).digest()


def _task(planned: PlannedClip, copies: int) -> Task:
    return Task(planned.clip.id, planned.audio.audio_sha256, copies, planned.label != SILENCE)


def feature_chunks(recipe: Recipe, tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, NDArray[np.int8]]]:
    """First clip and features of one chunk after the other, in order, by ``workers`` processes.

    One worker, or little work, stays in this process. Others are started afresh, not forked: TensorFlow's
    threads would not survive it.
    """
    starts = range(0, len(tasks), CHUNK)
    chunks = [tasks[start : start + CHUNK] for start in starts]
    if workers <= 1 or sum(task.copies for task in tasks) < 20 * CHUNK:
        yield from ((start, features_of_chunk(recipe, chunk)) for start, chunk in zip(starts, chunks, strict=True))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from zip(starts, pool.map(features_of_chunk, [recipe] * len(chunks), chunks), strict=True)


def _save(path: Path, array: NDArray[Any]) -> None:
    with atomic_path(path) as temporary:
        np.save(temporary, array, allow_pickle=False)


def _audio(catalog: Catalog, clips: Sequence[PlannedClip], clip_samples: int) -> NDArray[np.int16]:
    return np.stack([fit_length(catalog.load(planned.audio), clip_samples) for planned in clips])


def describe(config: Config, plan: Plan, version: str) -> dict[str, Any]:
    """What ``dataset.json`` says."""
    return {
        "schema": 1,
        "version": version,
        "config": config.name,
        "seed": config.seed,
        "labels": config.labels,
        "clips": {split: len(plan.of(split)) for split in SPLITS},
        "labels_per_split": {split: _label_counts(config, plan.of(split)) for split in SPLITS},
        "speakers": {split: _speakers(plan.of(split)) for split in SPLITS},
        "leaks": plan.leaks,
        "recorded_through_board": {split: sum(p.recorded is not None for p in plan.of(split)) for split in SPLITS},
        "not_yet_recorded": len(plan.to_record()),
        "copies": config.augment.copies,
        "clip_samples": config.clip_samples,
        "frontend": config.frontend.to_dict(),
        "frontend_sha256": config.frontend.sha256(),
        "augment": config.augment.model_dump(mode="json"),
        "split": config.split.model_dump(mode="json"),
        "left_out": dict(sorted(plan.left_out.items())),
        "kept_for_later": plan.kept_for_later,
    }


def _label_counts(config: Config, clips: Sequence[PlannedClip]) -> Mapping[str, int]:
    counts = Counter(planned.label for planned in clips)
    return {label: counts[label] for label in config.labels}


def _speakers(clips: Sequence[PlannedClip]) -> int:
    return len({planned.clip.speaker for planned in clips if planned.label != SILENCE})
