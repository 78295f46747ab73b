"""One model with one seed: trained, killed, resumed, saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.features.load import load_features
from kws_data.models.float_model import save_float
from kws_data.progress import Progress
from kws_data.run_folder import FLOAT_FILE
from kws_data.system.code_version import code_hash
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.checkpoint import Checkpoint, fit_key
from kws_data.training.curves import epoch_plot
from kws_data.training.fit import FitRecipe, FitWatch, History, Watcher, fit, prepare_tensorflow
from kws_data.training.teachers.soft_targets import taught
from kws_data.training.watch import EpochLines, TensorBoardLog

HISTORY_FILE, CURVE_FILE = "history.json", "learning_curve.svg"
CHECKPOINT_FILE, TENSORBOARD_FOLDER = "checkpoint.npz", "tensorboard"


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
    recipe = FitRecipe(config.model, config.train, seed, config.model.pointwise_bits)
    model, history = fit(data, recipe, follow, FitWatch(stage, progress, checkpoint, watchers))
    save_float(model, model_dir / FLOAT_FILE)
    write_text(model_dir / HISTORY_FILE, json.dumps(vars(history), indent=1) + "\n")
    write_text(model_dir / CURVE_FILE, epoch_plot(history))
    checkpoint.remove()
    return history


def training_key(config: Config, data: TrainSet, files: Sequence[Path], seed: int) -> str:
    """Everything that shapes the weights; logs do not."""
    recipe = config.train.model_dump(mode="json", exclude={"tensorboard", "tries"})
    wise = [file.parent.name for file in files]
    return fit_key(data.sha256(), config.model, recipe, seed, wise, code_hash(train_once))


def _watchers(
    config: Config, dataset_dir: Path, model_dir: Path, resumed: bool, say: Callable[[str], None] | None
) -> list[Watcher]:
    watchers: list[Watcher] = [EpochLines(load_features(dataset_dir, "validation"), say)] if say else []
    if config.train.tensorboard:
        watchers.append(TensorBoardLog(model_dir / TENSORBOARD_FOLDER, resumed))
    return watchers
