"""Two ways to int8, compared on validation clips: after training, or with some more epochs that feel the rounding.

Validation clips (speakers of their own, which also fix the threshold) decide; held-out clips play no part. What was
chosen may then learn from the validation people too (``split.refit``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.evaluation.inference import int8_scores
from kws_data.export.convert import exported_tflite
from kws_data.features.load import FeatureSet, load_features
from kws_data.models.float_model import load_float
from kws_data.models.weights_4bit import pointwise_layers
from kws_data.progress import Progress
from kws_data.run_folder import FLOAT_FILE
from kws_data.scores import probabilities, right
from kws_data.training.batches.train_set import load_train_set
from kws_data.training.fit import FitRecipe, FitWatch, fit, prepare_tensorflow
from kws_data.training.quantisation_aware import aware_model, learnt_rounding, shorter
from kws_data.training.refit import joined, validation_set
from kws_data.training.teachers.soft_targets import taught
from kws_data.training.teachers.teachers import teachers

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Candidate:
    """A converted model and how it does on validation clips.

    Attributes:
        method: ``post`` (after training) or ``aware`` (quantisation-aware).
        model: the float model that was converted.
        tflite: the slimmed file.
        correct: validation clips that it gets right.
        log_loss: mean of -log of the score of the right label, on validation clips.
    """

    method: str
    model: keras.Model
    tflite: bytes
    correct: int
    log_loss: float

    def to_dict(self, clips: int) -> dict[str, Any]:
        """Its figures."""
        accuracy = round(self.correct / max(1, clips), 5)
        return {"method": self.method, "accuracy": accuracy, "log_loss": round(self.log_loss, 5)}


def candidates(config: Config, dataset_dir: Path, model_dir: Path, progress: Progress | None = None) -> list[Candidate]:
    """The ways that ``export.quantise`` asks for, the best on validation clips first."""
    training, validation = load_features(dataset_dir, "train"), load_features(dataset_dir, "validation")
    calibration = np.asarray(training.x[:, 0])
    prepare_tensorflow(config.seed)  # before anything runs: the number of threads cannot be set afterwards
    trained = load_float(model_dir / FLOAT_FILE)
    if config.model.pointwise_bits == 4:
        pointwise_layers(trained)  # none: refused before anything is trained
    models = []
    if config.export.quantise != "aware":
        models.append(("post", trained))
    if config.export.quantise != "post":
        models.append(("aware", aware_model(config, dataset_dir, trained, calibration, progress)))
    found = [candidate(method, model, config, calibration, validation) for method, model in models]
    return sorted(found, key=lambda c: (-c.correct, c.log_loss))


def candidate(
    method: str, model: keras.Model, config: Config, calibration: NDArray[np.int8], validation: FeatureSet
) -> Candidate:
    """Convert and slim a model, and count what it gets right."""
    tflite = exported_tflite(model, calibration, config.export, config.seed, config.model.pointwise_bits)
    scores, _ = int8_scores(tflite, np.asarray(validation.x[:, 0]))
    of_label = probabilities(scores[np.arange(len(scores)), validation.y]) + 0.5 / 256  # none is 0: it has a logarithm
    correct = int(right(scores, validation.y).sum())
    return Candidate(method, model, tflite, correct, float(-np.log(of_label).mean()))


def refitted(
    config: Config, dataset_dir: Path, model_dir: Path, best: Candidate, progress: Progress | None = None
) -> Candidate:
    """The trained model goes on with the validation people among those it learns from, then the chosen way to int8.

    Its figures on validation clips are those of clips it has learnt from. When they are worse than those of ``best``,
    which has not, something went wrong, and ``best`` itself comes back.

    Raises:
        DataError: the data set was built without ``split.refit``.
    """
    validation = load_features(dataset_dir, "validation")
    held = validation_set(dataset_dir, config)  # refused before anything is trained
    calibration = np.asarray(load_features(dataset_dir, "train").x[:, 0])
    prepare_tensorflow(config.seed)
    trained = load_float(model_dir / FLOAT_FILE)
    files = teachers(config, dataset_dir, progress)
    data, wise = taught(config, dataset_dir, load_train_set(dataset_dir, config), files, progress)
    more, _ = taught(config, dataset_dir, held, files, progress, load=validation_set)
    everyone, stage = joined(data, more), "refit with the validation people"
    settings = shorter(config, config.export.refit_epochs, config.export.refit_learning_rate)
    recipe = FitRecipe(config.model, settings, config.seed, config.model.pointwise_bits)
    model, _ = fit(everyone, recipe, wise, FitWatch(stage, progress), trained)
    if best.method == "aware":
        model = learnt_rounding(config, model, calibration, everyone, wise, "quantisation-aware refit", progress)
    found = candidate(best.method, model, config, calibration, validation)
    return found if found.log_loss <= best.log_loss else best
