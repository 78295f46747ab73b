"""From a trained float model to a bundle: the better way to int8, slim, fix the threshold, measure, save."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_bytes, write_text
from kws_data.bundle import ModelBundle
from kws_data.config.config import Config
from kws_data.evaluation.inference import int8_scores
from kws_data.evaluation.stream_threshold import choose_stream_threshold
from kws_data.evaluation.thresholds import choose_threshold
from kws_data.export.choose_engine import choose_engine
from kws_data.export.choose_int8 import Candidate, candidates, refitted
from kws_data.export.make_bundle import make_bundle
from kws_data.export.micro_wake_word import as_its_runtime_decides
from kws_data.export.on_negatives import choose_on_negatives, chosen_again
from kws_data.export.parity import layer_errors, parity_table
from kws_data.features.load import load_features
from kws_data.progress import Progress
from kws_data.run_folder import EXPORT_FILE, HELD_OUT_FILE


def export_model(
    config: Config, dataset_dir: Path, dataset_version: str, model_dir: Path, progress: Progress | None = None
) -> ModelBundle:
    """Make ``model.tflite``, ``bundle.json``, ``labels.txt`` and ``export.json`` of a trained model.

    The activations are calibrated on training clips; the thresholds, for clips and for streams, are fixed on
    validation clips, both as they are (copy 0), that for streams on validation negatives where the data set has such;
    test clips play no part. With ``split.refit`` what was chosen then
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
    runs = choose_engine(config, best.tflite)
    config = config.model_copy(update={"stream": runs.stream})
    bundle = make_bundle(config, best.tflite, threshold_int8, dataset_version, runs.engine)
    streaming = choose_stream_threshold(bundle, dataset_dir, config.threshold.max_false_accepts_per_hour)
    chosen = choose_on_negatives(replace(bundle, stream_threshold_int8=streaming), dataset_dir, config, progress)
    ships = refitted(config, dataset_dir, model_dir, best, progress) if config.split.refit else best
    if ships is best:
        (model_dir / HELD_OUT_FILE).unlink(missing_ok=True)
    else:
        bundle = make_bundle(config, ships.tflite, threshold_int8, dataset_version, runs.engine)
        write_bytes(model_dir / HELD_OUT_FILE, best.tflite)
        if chosen:  # negatives of validation people are not learnt from: what ships must hold the wish in them as well
            chosen = chosen_again(
                replace(bundle, stream_threshold_int8=streaming), chosen, dataset_dir, config, progress
            )
    bundle = replace(bundle, stream_threshold_int8=streaming, stream=chosen.spec if chosen else bundle.stream)
    bundle = as_its_runtime_decides(bundle)
    bundle.save(model_dir)
    report = export_report(found, x, validation.y, ships)
    if config.split.refit:
        report["refit"] = {"kept": ships is not best, "clips": len(x), **ships.to_dict(len(x))}
    if runs.engine == "streaming" or runs.note:
        report["engine"] = runs.to_dict()
    if chosen:
        report["stream"] = replace(chosen, spec=bundle.stream).to_dict()
    write_text(model_dir / EXPORT_FILE, json.dumps(report, indent=1) + "\n")
    return bundle


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
