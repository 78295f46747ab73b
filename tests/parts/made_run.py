"""A finished run on disk, with scores by a recipe: report.json, predictions and the manifest, for tests of what comes
after a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from made_dataset import made_row, make_dataset
from tiny_bundle import LABELS, tiny_bundle

from kws_data.evaluation.predictions import INT8, predicted, write_predictions
from kws_data.statistics.intervals import poisson_upper95, wilson

HOURS = 4.0


def made_scores(y: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """int8 scores that are sure of the label, or where ``wrong`` of the next one."""
    heard = np.where(wrong, (y + 1) % len(LABELS), y)
    scores = np.full((len(y), len(LABELS)), -120, np.int8)
    scores[np.arange(len(y)), heard] = 100
    return scores


def stream_block(false_accepts: int, hours: float = HOURS) -> dict[str, Any]:
    """What was heard in speech, with a curve."""
    heard = {"hours": hours, "false_accepts": false_accepts, "false_accepts_per_hour": false_accepts / hours}
    heard |= {"upper95": poisson_upper95(false_accepts) / hours, "per_keyword": {}}
    words = {"keywords_said": 100, "frr": 0.1, "frr_ci95": list(wilson(10, 100)), "engine": "host"}
    words |= {"response_ms": {"p50": 100.0, "p95": 300.0, "detected": 90, "words": 100}, "measured": True}
    sweep = {"speech": [[(false_accepts + 2) / hours, 0.05], [false_accepts / hours, 0.1], [0.0, 0.3]]}
    return {**heard, **words, "negatives": {"speech": heard}, "sweep": sweep, "detections": [], "set_aside": []}


def made_run(
    folder: Path,
    wrong: Sequence[int] = (),
    *,
    clips: int = 200,
    first: int = 0,
    per_speaker: int = 10,
    labels: Sequence[str] = LABELS,
    false_accepts: int = 2,
    moved: int = 0,
    manifest: bool = True,
) -> Path:
    """Write a run whose test clips are numbered from ``first``, all right but those numbered ``wrong``.

    Args:
        moved: added to every label: the clips are labelled otherwise.
    """
    bundle = tiny_bundle(labels)
    numbers = np.arange(first, first + clips)
    y = (numbers + moved) % len(labels)
    ids = np.array([f"clip{number:05d}" for number in numbers])
    scores = made_scores(y, np.isin(numbers, list(wrong)))
    rows = predicted(bundle, INT8, "test", ids, y, scores)
    write_predictions(folder / "report" / "predictions.parquet", rows)
    found = rows.metrics(bundle.threshold).to_dict()
    report = {
        "schema": 1,
        "config": folder.name,
        "seed": 0,
        "dataset": {"version": "sha256:" + "ab" * 32, "clips": {"test": clips}, "speakers": {"test": 0}, "leaks": 0},
        "model": {"tflite_bytes": 9_000 + len(wrong), "arena_bytes": 4_000, "island_bytes": None, "macs": 24_000},
        "host": {"float": found, "int8": found},
        "device": None,
        "stream": stream_block(false_accepts),
        "budget": {"passed": True, "checks": []},
    }
    report["model"] |= {"sha256": "cd" * 32, "parameters": 1_000}
    (folder / "report" / "report.json").write_text(json.dumps(report))
    if manifest:
        speakers = (numbers - first) // per_speaker
        kept = [
            made_row(int(number), clip_id=clip, speaker=f"s{speaker}", split="test", label=labels[int(label)])
            for number, clip, speaker, label in zip(numbers, ids, speakers, y, strict=True)
        ]
        make_dataset(folder / "dataset", kept)
    return folder
