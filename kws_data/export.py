"""From a trained float model to a bundle: the better way to int8, slim, fix the threshold, measure, save."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_bytes, write_text
from kws_data.bundle import ModelBundle, model_hash
from kws_data.candidates import FLOAT_FILE, Candidate, candidates, refitted
from kws_data.config import Config
from kws_data.evaluate import int8_scores
from kws_data.features import load_features
from kws_data.metrics import choose_threshold
from kws_data.parity import layer_errors, parity_table
from kws_data.stream_threshold import choose_stream_threshold

Progress = Callable[[str, int, int], None]
REPORT_FILE = "export.json"
HELD_OUT_FILE = "held_out.tflite"  # before the refit: no validation clip was learnt from
__all__ = ["FLOAT_FILE", "HELD_OUT_FILE", "REPORT_FILE", "export_model", "export_report", "fair_int8"]


def export_model(
    config: Config, dataset_dir: Path, dataset_version: str, model_dir: Path, progress: Progress | None = None
) -> ModelBundle:
    """Make ``model.tflite``, ``bundle.json``, ``labels.txt`` and ``export.json`` of a trained model.

    The activations are calibrated on training clips; the thresholds, for clips and for streams, are fixed on
    validation clips, both as they are (copy 0); test clips play no part. With ``split.refit`` what was chosen then
    learns from the validation people too and ships with those thresholds; ``held_out.tflite`` is what fixed them.

    Raises:
        DataError: the data set is missing.
        ModelError: the float model is missing, or cannot be converted.
    """
    found = candidates(config, dataset_dir, model_dir, progress)
    best, validation = found[0], load_features(dataset_dir, "validation")
    x = np.asarray(validation.x[:, 0])
    scores, _ = int8_scores(best.tflite, x)
    threshold_int8 = choose_threshold(scores, validation.y, config.threshold.max_fpr)
    bundle = make_bundle(config, best.tflite, threshold_int8, dataset_version)
    streaming = choose_stream_threshold(bundle, dataset_dir, config.threshold.max_false_accepts_per_hour)
    ships = refitted(config, dataset_dir, model_dir, best, progress) if config.split.refit else best
    if ships is best:
        (model_dir / HELD_OUT_FILE).unlink(missing_ok=True)
    else:
        bundle = make_bundle(config, ships.tflite, threshold_int8, dataset_version)
        write_bytes(model_dir / HELD_OUT_FILE, best.tflite)
    bundle = replace(bundle, stream_threshold_int8=streaming)
    bundle.save(model_dir)
    report = export_report(found, x, validation.y, ships)
    if config.split.refit:
        report["refit"] = {"kept": ships is not best, "clips": len(x), **ships.to_dict(len(x))}
    write_text(model_dir / REPORT_FILE, json.dumps(report, indent=1) + "\n")
    return bundle


def fair_int8(bundle: ModelBundle, model_dir: Path) -> bytes:
    """The int8 file that learnt from the same people as ``model_float.keras``: what ships, or after a refit the file
    before it."""
    held_out = model_dir / HELD_OUT_FILE
    return held_out.read_bytes() if held_out.is_file() else bundle.tflite


def export_report(
    found: Sequence[Candidate], x: NDArray[np.int8], y: NDArray[Any], ships: Candidate | None = None
) -> dict[str, Any]:
    """Which way to int8 won and by how much, the parity of all engines, and the error of each layer.

    Args:
        found: candidates, the chosen one first.
        x: validation features int8 [clips, frames, features].
        y: their labels.
        ships: what is shipped, when it is not the chosen one but that after a refit.
    """
    ships = ships or found[0]
    return {
        "method": found[0].method,
        "candidates": [one.to_dict(len(y)) for one in found],
        "tflite_bytes": len(ships.tflite),
        "parity": parity_table(ships.model, ships.tflite, x, y),
        "layers": layer_errors(ships.model, ships.tflite, x),
    }


def make_bundle(config: Config, tflite: bytes, threshold_int8: int, dataset_version: str) -> ModelBundle:
    """Measure a model and put what belongs to it together."""
    from firmware_tools.tflite.graph import read_tflite

    graph = read_tflite(tflite)
    return ModelBundle(
        config=config.name,
        labels=tuple(config.labels),
        frontend=config.frontend,
        clip_samples=config.clip_samples,
        threshold_int8=threshold_int8,
        dataset_version=dataset_version,
        model_sha256=model_hash(tflite),
        seed=config.seed,
        tflite_bytes=len(tflite),
        arena_bytes=arena_bytes(tflite),
        macs=graph.total_macs,
        parameters=graph.parameters,
        train_settings={
            "model": config.model.model_dump(mode="json"),
            "train": config.train.model_dump(mode="json"),
            "max_fpr": config.threshold.max_fpr,
        },
        tflite=tflite,
    )


def arena_bytes(tflite: bytes) -> int:
    """Arena by TFLM's recording allocator; where its wheel is missing, the exact plan of the C engine."""
    from firmware_tools.tflite import tflm

    if tflm.available():
        return tflm.arena_bytes(tflite)
    from firmware_tools.engine.plan import plan_memory
    from firmware_tools.tflite.graph import read_tflite

    return int(plan_memory(read_tflite(tflite)).arena_bytes)
