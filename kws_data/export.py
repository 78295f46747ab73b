"""From a trained float model to a bundle: convert to int8, slim, fix the threshold, measure, save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from kws_data.bundle import ModelBundle, model_hash
from kws_data.config import Config
from kws_data.evaluate import int8_scores
from kws_data.features import load_features
from kws_data.metrics import choose_threshold
from kws_data.quantize import quantise
from kws_data.slim import slim
from kws_data.stream_threshold import choose_stream_threshold

Progress = Callable[[str, int, int], None]
FLOAT_FILE = "model_float.keras"


def export_model(
    config: Config, dataset_dir: Path, dataset_version: str, model_dir: Path, progress: Progress | None = None
) -> ModelBundle:
    """Make ``model.tflite``, ``bundle.json`` and ``labels.txt`` of a trained model.

    The activations are calibrated on training clips; the thresholds, for clips and for streams, are fixed on
    validation clips, both as they are (copy 0); test clips play no part.

    Raises:
        DataError: the data set is missing.
        ModelError: the float model is missing, or cannot be converted.
    """
    training = load_features(dataset_dir, "train")
    steps = ("convert", "slim", "threshold", "measure")

    def tell(done: int) -> None:
        if progress:
            progress("export", done, len(steps))

    converted = quantise(model_dir / FLOAT_FILE, np.asarray(training.x[:, 0]), config.seed)
    tell(1)
    tflite = slim(converted)
    tell(2)
    validation = load_features(dataset_dir, "validation")
    scores, _ = int8_scores(tflite, np.asarray(validation.x[:, 0]))
    threshold_int8 = choose_threshold(scores, validation.y, config.threshold.max_fpr)
    tell(3)
    bundle = make_bundle(config, tflite, threshold_int8, dataset_version)
    streaming = choose_stream_threshold(bundle, dataset_dir, config.threshold.max_false_accepts_per_hour)
    bundle = replace(bundle, stream_threshold_int8=streaming)
    bundle.save(model_dir)
    tell(4)
    return bundle


def make_bundle(config: Config, tflite: bytes, threshold_int8: int, dataset_version: str) -> ModelBundle:
    """Measure a model and put what belongs to it together."""
    from firmware_tools.engine.graph import read_tflite

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
    from firmware_tools.engine import tflm

    if tflm.available():
        return tflm.arena_bytes(tflite)
    from firmware_tools.engine.graph import read_tflite
    from firmware_tools.engine.plan import plan_memory

    return int(plan_memory(read_tflite(tflite)).arena_bytes)
