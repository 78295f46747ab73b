"""Clips of a run through the engines of the host: float model, int8 file, that before a refit, and the board's C."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_tools.frontend.spec import MICRO
from kws_data.bundle import ModelBundle
from kws_data.evaluation.evaluation_report import HostEvaluation
from kws_data.evaluation.fair_int8 import fair_int8
from kws_data.evaluation.inference import c_scores, int8_scores
from kws_data.evaluation.people import speakers_of
from kws_data.evaluation.predictions import BEFORE_REFIT, ENGINE_C, FLOAT, INT8, Predictions, joined, predicted
from kws_data.evaluation.silence_kinds import SilenceKinds
from kws_data.features.load import load_features
from kws_data.models.float_model import float_scores, load_float
from kws_data.run_folder import FLOAT_FILE
from kws_data.scores import Scores

SPLITS = ("test", "validation")


@dataclass(frozen=True)
class HostRun:
    """What the host's engines made of a run's clips; ``runtime`` is what ran the int8 files."""

    predictions: Predictions
    runtime: str

    def evaluations(
        self, threshold: float, dataset_dir: Path, silence: SilenceKinds | None = None
    ) -> dict[str, HostEvaluation]:
        """Each detector on the test clips, in the order of report.json; the data set tells who is heard in them.

        ``silence`` is what the int8 file does in noise.
        """
        found = {}
        for name in (FLOAT, INT8, BEFORE_REFIT):
            rows = self.predictions.of(name)
            if len(rows):
                figures = rows.metrics(threshold, speakers_of(dataset_dir, rows.clip_ids))
                runtime, noise = None if name == FLOAT else self.runtime, silence if name == INT8 else None
                found[name] = HostEvaluation(figures, runtime, noise)
        return found


def run_on_host(bundle: ModelBundle, model_dir: Path, dataset_dir: Path) -> HostRun:
    """Score the test and the validation clips, as they are (copy 0), by every engine.

    Raises:
        DataError: the data set is missing.
        ModelError: the float model is missing, or a model cannot be run.
    """
    splits = [load_features(dataset_dir, split) for split in SPLITS]
    model, before = load_float(model_dir / FLOAT_FILE), fair_int8(bundle, model_dir)
    files = {INT8: bundle.tflite} | ({} if before == bundle.tflite else {BEFORE_REFIT: before})
    parts, runtime = [], ""
    for clips in splits:
        x = np.asarray(clips.x[:, 0])
        scores: dict[str, Scores] = {FLOAT: float_scores(model, x)}
        for name, tflite in files.items():
            scores[name], runtime = int8_scores(tflite, x)
        if bundle.frontend.kind != MICRO:  # whose runtimes are TensorFlow Lite Micro's
            scores[ENGINE_C] = c_scores(bundle, x)
        parts += [predicted(bundle, name, clips.split, clips.clip_ids, clips.y, made) for name, made in scores.items()]
    return HostRun(joined(parts), runtime)
