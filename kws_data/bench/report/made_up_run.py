"""A finished run that nobody trained: a manifest, predictions and results of any number of test clips, few of which
have sound. Its figures mean nothing; its files have the layout and the size of a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.bench.report.made_up_sounds import make_sounds
from kws_data.bundle import BUNDLE_FILE
from kws_data.config.config import Config
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.evaluation.evaluation_report import (
    BoardEvaluation,
    BoardTiming,
    Cycles,
    DeviceEvaluation,
    HostEvaluation,
    Latency,
)
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.predictions import (
    DEVICE,
    DEVICE_PART,
    FLOAT,
    HOST_PART,
    INT8,
    Predictions,
    joined,
    write_predictions,
)
from kws_data.evaluation.stream_evaluation import KindHeard, ResponseTimes, StreamEvaluation, Wish
from kws_data.run_folder import (
    BUDGET_FILE,
    DATASET_FILE,
    DEVICE_FILE,
    EXPORT_FILE,
    HOST_FILE,
    MANIFEST_FILE,
    SIZE_FILE,
    STREAM_FILE,
)
from kws_data.scores import decide

THRESHOLD = 0.6
_KEYWORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
_OTHERS = [f"word {number}" for number in range(40)]
_SPLITS = {"train": 2.0, "validation": 0.2, "test": 1.0}  # clips, of those of the test split
_CLIPS_A_PERSON = 40


def made_up_config() -> Config:
    """Of the run."""
    return Config.model_validate({"name": "made-up", "keywords": _KEYWORDS, "data": {"source": "synthetic"}})


def make_run(folder: Path, clips: int) -> Config:
    """Write a finished run of so many test clips into ``runs/made-up`` below a folder; raises OSError.

    Samples lie in a file with holes: only the clips that a report plays have sound.
    """
    config, rng = made_up_config(), np.random.default_rng(19)
    root = folder / config.run_dir
    for part in ("dataset", "model", "firmware", "report"):
        (root / part).mkdir(parents=True)
    labels = ("_silence_", "_unknown_", *_KEYWORDS)
    rows = {split: _rows(rng, split, int(share * clips), labels) for split, share in _SPLITS.items()}
    write_manifest(root / "dataset" / MANIFEST_FILE, [row for split in rows.values() for row in split])
    _json(root / "dataset" / DATASET_FILE, _dataset(config, rows, labels))
    predicted = {split: _predicted(rng, rows[split], split, labels) for split in ("validation", "test")}
    _results(root, predicted)
    make_sounds(root, config, predicted["test"][INT8], THRESHOLD)
    _steps(root, config)
    return config


def _rows(rng: np.random.Generator, split: str, clips: int, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    chosen = rng.choice(len(labels), clips, p=[0.1, 0.4, *[0.5 / len(_KEYWORDS)] * len(_KEYWORDS)])
    who, other = rng.integers(0, max(2, clips // _CLIPS_A_PERSON), clips), rng.integers(0, len(_OTHERS), clips)
    snr, pitch = rng.normal(15, 8, clips), rng.normal(160, 40, clips)
    made = []
    for n, k in enumerate(chosen):
        person = int(who[n])
        attributes = {
            "gender": ("female", "male")[person % 2],
            "age": ("20-29", "30-39", "60-69")[person % 3],
            "accent": ("north", "south", "east", "west")[person % 4],
            "snr_db": round(float(snr[n]), 1),
            "rms_db": -25.0,
            "pitch_hz": round(float(pitch[n])),
        }
        made.append(
            {
                "clip_id": f"{split[:2]}{n:014x}",
                "audio_sha256": f"{n:064x}",
                "samples": 16_000,
                "label": labels[k],
                "word": _OTHERS[other[n]] if k == 1 else labels[k],
                "speaker": f"made-up {split} {person}",
                "synthetic": False,
                "split": split,
                "source": "made up",
                "device": "",
                "licence": "CC0-1.0",
                "consent": "generated",
                "origin": f"made up/{n}",
                "session": "",
                "attributes": json.dumps(attributes, sort_keys=True),
            }
        )
    return made


def _dataset(config: Config, rows: dict[str, list[dict[str, Any]]], labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "version": "sha256:" + "0" * 64,
        "config": config.name,
        "labels": list(labels),
        "clips": {split: len(own) for split, own in rows.items()},
        "speakers": {split: len({row["speaker"] for row in own}) for split, own in rows.items()},
        "labels_per_split": {s: {x: sum(row["label"] == x for row in own) for x in labels} for s, own in rows.items()},
        "recorded_through_board": dict.fromkeys(rows, 0),
        "copies": 1,
        "leaks": 0,
        "clip_samples": config.clip_samples,
    }


def _predicted(
    rng: np.random.Generator, rows: list[dict[str, Any]], split: str, labels: tuple[str, ...]
) -> dict[str, Predictions]:
    """Of float, int8 and board: mostly right, int8 and board the same."""
    y = np.array([labels.index(row["label"]) for row in rows], np.int64)
    logits = rng.normal(0, 1, (len(y), len(labels)))
    logits[np.arange(len(y)), y] += rng.normal(7, 2.5, len(y))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    stepped = np.minimum(np.round(scores * 256), 255) / 256
    ids = np.array([row["clip_id"] for row in rows])
    return {
        engine: Predictions(
            labels,
            ids,
            np.full(len(y), split),
            np.full(len(y), engine),
            y,
            decide(values, THRESHOLD),
            values.astype(np.float32),
        )
        for engine, values in ((FLOAT, scores), (INT8, stepped), (DEVICE, stepped))
    }


def _results(root: Path, predicted: dict[str, dict[str, Predictions]]) -> None:
    """Predictions of host and board, and the metrics of each."""
    test, validation = predicted["test"], predicted["validation"]
    host = joined([part[engine] for engine in (FLOAT, INT8) for part in (test, validation)])
    write_predictions(root / "report" / HOST_PART, host)
    write_predictions(root / "report" / DEVICE_PART, test[DEVICE])
    found = {engine: metrics(one.scores, one.y, THRESHOLD, one.labels) for engine, one in test.items()}
    told = {FLOAT: HostEvaluation(found[FLOAT]), INT8: HostEvaluation(found[INT8], "tflite-micro")}
    _json(root / "report" / HOST_FILE, {engine: one.to_dict() for engine, one in told.items()})
    timing = BoardTiming(64_000_000, Cycles(40_000, 39_000.0, 30_000, 100), Latency(1.0, 1.1, 1.2))
    board = BoardEvaluation("made up", found[DEVICE], 1.0, timing)
    answer = ResponseTimes(120.0, 190.0, 40, 40)
    _json(root / "report" / DEVICE_FILE, DeviceEvaluation(board, 24_000, 11_000, answer).to_dict())
    _json(root / "report" / STREAM_FILE, _stream(answer).to_dict())


def _stream(answer: ResponseTimes) -> StreamEvaluation:
    thresholds = np.linspace(0, 1, 60)
    sweep = tuple((float(20 * (1 - t) ** 3), float(0.02 + 0.4 * t**4)) for t in thresholds)
    return StreamEvaluation(
        hours=20.0,
        false_accepts=8,
        false_accepts_per_hour=0.4,
        upper95=0.72,
        keywords_said=2_000,
        frr=0.04,
        frr_ci95=(0.032, 0.05),
        detections=(),
        engine="host",
        set_aside=(),
        negatives={"speech": KindHeard(10.0, 5, {"yes": 5}), "noise": KindHeard(10.0, 3, {"up": 3})},
        response_ms=answer,
        sweep={"speech": sweep, "noise": sweep},
        wish=Wish(1.0, 3.0),
    )


def _steps(root: Path, config: Config) -> None:
    """What *train*, *export* and *check* leave behind."""
    parts = [{"name": f"layer {number}", "amount": 1_000 - 90 * number} for number in range(5)]
    limits = {"model_bytes": 16_384, "arena_bytes": 16_384, "island_bytes": 16_384}
    checks = [
        {"name": name, "measured": 12_000, "limit": limit, "unit": "bytes", "passed": True, "largest": parts}
        for name, limit in limits.items()
    ]
    island = {"bytes": 12_000, "by_kind": {"weights": 7_000, "stack": 5_000}, "parts": []}
    _json(root / "model" / BUDGET_FILE, {"passed": True, "checks": checks, "island": island, "island_bytes": 12_000})
    bundle = {"tflite_bytes": 12_000, "arena_bytes": 12_000, "parameters": 7_000, "macs": 300_000}
    _json(root / "model" / BUNDLE_FILE, {**bundle, "model_sha256": "0" * 64, "config": config.name})
    _json(root / "model" / EXPORT_FILE, {"method": "post", "candidates": []})
    falling: NDArray[np.float64] = np.exp(-np.arange(60) / 10)
    history = {"loss": (falling + 0.1).tolist(), "accuracy": (1 - falling / 2).tolist(), "validation": [[60, 0.97]]}
    _json(root / "model" / "history.json", history)
    symbols = {f"symbol_{number}": 2_000 - 100 * number for number in range(12)}
    size = {"board": "made up", "flash_bytes": 24_000, "ram_bytes": 11_000, "stack_bytes": 4_096}
    _json(root / "firmware" / SIZE_FILE, {**size, "sections": {".text": 14_000}, "by_symbol": symbols})


def _json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
