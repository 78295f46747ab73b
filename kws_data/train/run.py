"""``kws train``: from a built data set to ``model_float.keras``, with teachers, checkpoints, logs and a curve."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.code_version import code_hash
from kws_data.config import Config
from kws_data.features import load_features
from kws_data.models.registry import find_family
from kws_data.train.checkpoint import Checkpoint, fit_key
from kws_data.train.curves import epoch_plot
from kws_data.train.dataset import TrainSet, load_train_set
from kws_data.train.fit import History, Watcher, fit, prepare_tensorflow
from kws_data.train.opinions import taught
from kws_data.train.saving import save_float
from kws_data.train.teacher import teachers
from kws_data.train.watch import EpochLines, TensorBoardLog

Progress = Callable[[str, int, int], None]
FLOAT_FILE, HISTORY_FILE, CURVE_FILE = "model_float.keras", "history.json", "learning_curve.svg"
CHECKPOINT_FILE, TENSORBOARD_FOLDER = "checkpoint.npz", "tensorboard"
CODE = ("kws_data/models", "kws_data/train", "kws_data/spec_augment.py", "kws_data/pseudo_words.py")


def train(
    config: Config,
    dataset_dir: Path,
    model_dir: Path,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> History:
    """Train the config's model on a built data set.

    Writes ``model_float.keras``, ``history.json`` and ``learning_curve.svg``. A training that was interrupted goes on
    after the last epoch it kept, and ends with the same bytes. With ``train.tries`` above 1 several are trained side by
    side, and the best on validation clips is kept.

    Raises:
        DataError: the data set is missing, or its labels are not those of the config.
        ConfigError: there is no such family of models, or TensorBoard is asked for and missing.
    """
    find_family(config.model.family)  # before teachers are trained, which takes minutes
    files = teachers(config, dataset_dir, progress)
    if config.train.tries == 1:
        return train_once(config, dataset_dir, model_dir, files, config.seed, "train", progress, say)
    from kws_data.train.tries import best_of_tries

    return best_of_tries(config, dataset_dir, model_dir, files, progress, say)


def train_once(
    config: Config,
    dataset_dir: Path,
    model_dir: Path,
    files: Sequence[Path],
    seed: int,
    stage: str,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> History:
    """One model with one seed, following the teachers in these files."""
    data = load_train_set(dataset_dir, config)
    prepare_tensorflow(seed)
    checkpoint = Checkpoint(model_dir / CHECKPOINT_FILE, training_key(config, data, files, seed))
    watchers = _watchers(config, dataset_dir, model_dir, checkpoint.load() is not None, say)
    data, follow = taught(config, dataset_dir, data, files, progress)
    model, history = fit(
        data,
        config.model,
        config.train,
        seed,
        follow,
        stage,
        progress,
        checkpoint=checkpoint,
        watchers=watchers,
        pointwise_bits=config.export.pointwise_bits,
    )
    save_float(model, model_dir / FLOAT_FILE)
    write_text(model_dir / HISTORY_FILE, json.dumps(vars(history), indent=1) + "\n")
    write_text(model_dir / CURVE_FILE, epoch_plot(history))
    checkpoint.remove()
    return history


def training_key(config: Config, data: TrainSet, files: Sequence[Path], seed: int) -> str:
    """Everything that shapes the weights; logs do not."""
    recipe = config.train.model_dump(mode="json", exclude={"tensorboard", "tries"})
    wise = [file.parent.name for file in files]
    bits = config.export.pointwise_bits
    return fit_key(data.sha256(), config.model, recipe, seed, wise, bits, code_hash(CODE))


def _watchers(
    config: Config, dataset_dir: Path, model_dir: Path, resumed: bool, say: Callable[[str], None] | None
) -> list[Watcher]:
    watchers: list[Watcher] = [EpochLines(load_features(dataset_dir, "validation"), say)] if say else []
    if config.train.tensorboard:
        watchers.append(TensorBoardLog(model_dir / TENSORBOARD_FOLDER, resumed))
    return watchers
