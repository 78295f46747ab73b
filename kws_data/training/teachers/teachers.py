"""The teachers of a configuration, of either kind."""

from __future__ import annotations

from pathlib import Path

from kws_data.config.config import Config
from kws_data.progress import Progress
from kws_data.training.teachers.keras_teachers import keras_teachers


def teachers(config: Config, dataset_dir: Path, progress: Progress | None = None) -> list[Path]:
    """Files of the config's teachers, trained now unless they are in the cache; none when there are none.

    Raises:
        ConfigError: an encoder cannot be opened.
        DataError: the data set is missing or does not fit.
    """
    if config.train.teacher.kind == "encoder":
        from kws_data.training.teachers.encoder_teacher import encoder_head

        return [encoder_head(config, dataset_dir, progress)]
    return keras_teachers(config, dataset_dir, progress)
