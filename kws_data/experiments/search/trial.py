"""One trial of a search: train a candidate from nothing, convert it, score the file on held-out speakers.

Every trial has a whole cosine of its own, however short: a score from the middle of a longer one says little. It may
run in any process: its result depends on its configuration and on the fold, on nothing else.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.config.config import Config
from kws_data.evaluation.thresholds import tpr_at_fpr
from kws_data.experiments.search.holdout import HELD_OUT
from kws_data.scores import right
from kws_data.statistics.intervals import share, wilson

MAX_FPR = 0.01


@dataclass(frozen=True)
class TrialResult:
    """What a trial found, int8 in TFLM on the held-out clips.

    Attributes:
        number, epochs: which candidate, how long it was trained.
        correct, clips: of the held-out ones.
        tpr: at most 1 % FPR, read off the same clips.
        model_bytes: of the slim file.
        fits: whether this very file keeps its limit: it may differ from the untrained one's by some tens of bytes.
        seconds: all of it.
    """

    number: int
    epochs: int
    correct: int
    clips: int
    tpr: float
    model_bytes: int
    fits: bool
    seconds: float

    @property
    def accuracy(self) -> float:
        """Share of all held-out clips."""
        return share(self.correct, self.clips)

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with the accuracy and its 95 % interval."""
        interval = list(wilson(self.correct, self.clips))
        return {**asdict(self), "accuracy": self.accuracy, "accuracy_ci95": interval}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrialResult:
        """Inverse of :meth:`to_dict`."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})


def run_trial(config: Config, number: int, epochs: int, fold_dir: Path, work_dir: Path) -> TrialResult:
    """Train for ``epochs`` and score. The candidate is trained without a teacher: the ranking has to be quick.

    Args:
        config: of the candidate.
        number: of the candidate.
        epochs: of this rung.
        fold_dir: from :func:`kws_data.experiments.search.holdout.write_fold`, of the candidate's front end.
        work_dir: a folder for files of the training; removed at the end.

    Raises:
        DataError: the fold is missing or does not fit.
        ModelError: the model cannot be converted.
    """
    from kws_data.evaluation.inference import int8_scores
    from kws_data.export.convert import exported_tflite
    from kws_data.features.load import load_features
    from kws_data.run_folder import FLOAT_FILE
    from kws_data.training.run import train

    started = time.monotonic()
    folder = work_dir / f"trial-{number}-{epochs}"
    try:
        train(short(config, epochs), fold_dir, folder)
        calibration = np.asarray(load_features(fold_dir, "train").x[:, 0])
        tflite = exported_tflite(
            folder / FLOAT_FILE, calibration, config.export, config.seed, config.model.pointwise_bits
        )
        held_out = load_features(fold_dir, HELD_OUT)
        scores, _ = int8_scores(tflite, np.asarray(held_out.x[:, 0]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return TrialResult(
        number=number,
        epochs=epochs,
        correct=int(right(scores, held_out.y).sum()),
        clips=len(held_out),
        tpr=tpr_at_fpr(scores, held_out.y, MAX_FPR).tpr,
        model_bytes=len(tflite),
        fits=len(tflite) <= config.budget.model_bytes,
        seconds=round(time.monotonic() - started, 1),
    )


def short(config: Config, epochs: int) -> Config:
    """The configuration for a trial: so many epochs, all of them, and no teacher."""
    changes = {"epochs": epochs, "patience": 0, "tensorboard": False, "tries": 1}
    return config.model_copy(update={"train": config.train.without_teachers().model_copy(update=changes)})
