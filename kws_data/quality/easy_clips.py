"""Training clips that teach a model nothing any more: it is sure of them in every copy that it was trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kws_data.bundle import ModelBundle
from kws_data.dataset.manifest import load_dataset
from kws_data.errors import DataError
from kws_data.evaluation.inference import int8_scores
from kws_data.features.load import load_features
from kws_data.progress import Progress
from kws_data.scores import probabilities

SURE = 0.98
DEFINITION = f"the run's model gives its label at least {SURE:.0%} in each of its copies, augmented ones included"
_BATCH = 256


def easy_clips(run: Path, progress: Progress | None = None) -> list[str]:
    """Ids of the easy training clips of ``runs/<name>``, in order.

    Raises:
        DataError: no data set there, or the model was trained on another one.
        BundleError: no model there.
        ModelError: the model cannot be run.
    """
    dataset, bundle = load_dataset(run / "dataset"), ModelBundle.load(run / "model")
    if bundle.dataset_version != dataset.version:
        raise DataError("the model was trained on another data set", str(run), "call kws train and kws export again")
    training = load_features(run / "dataset", "train")
    easy: list[str] = []
    for start in range(0, len(training), _BATCH):
        x, y = np.asarray(training.x[start : start + _BATCH]), training.y[start : start + _BATCH]
        scores, _ = int8_scores(bundle.tflite, x.reshape(-1, *x.shape[2:]))
        own = scores.reshape(*x.shape[:2], -1)[np.arange(len(y)), :, y]
        sure = (probabilities(own.min(axis=1)) >= SURE) & (y > 0)
        easy += [str(identity) for identity in training.clip_ids[start : start + _BATCH][sure]]
        if progress:
            progress("easy", min(start + _BATCH, len(training)), len(training))
    return sorted(easy)
