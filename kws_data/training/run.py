"""``kws train``: from a built data set to ``model_float.keras``, with teachers, checkpoints, logs and a curve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kws_data.config.config import Config
from kws_data.models.registry import find_family
from kws_data.progress import Progress
from kws_data.training.fit import History
from kws_data.training.one_model import train_once
from kws_data.training.teachers.teachers import teachers


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
    from kws_data.training.tries import best_of_tries

    return best_of_tries(config, dataset_dir, model_dir, files, progress, say)
