"""What a configuration does without on this machine: optional voices and teachers whose packages are not installed."""

from __future__ import annotations

from kws_data.config.config import Config
from kws_data.encoder.encoders import check_installed
from kws_data.errors import MissingPackagesError
from kws_data.sources.synth.groups import left_out


def with_what_is_there(config: Config) -> tuple[Config, list[str]]:
    """The configuration as it can run here, and lines for a person: what it does without, and how that is had.

    Voices that are left out stay in the settings: other people keep their names. Where the speech encoder is missing
    and optional, models teach, and unlabelled recordings are not used.

    Nothing is opened to find out.

    Raises:
        ConfigError: settings of optional voices do not fit.
    """
    lines = left_out(config.data.synth) if config.data.source != "folder" else []
    teacher = config.train.teacher
    if teacher.kind == "encoder" and teacher.optional:
        try:
            check_installed(config.encoder)
        except MissingPackagesError as error:
            instead = f"{teacher.count} models teach" if teacher.count else "nobody teaches"
            unused = ", and unlabelled recordings are not used" if config.data.unlabelled else ""
            lines.append(f"without the speech encoder: {instead}{unused} ({error})")
            config = _taught_by_models(config)
    return config, lines


def _taught_by_models(config: Config) -> Config:
    teacher = config.train.teacher.model_copy(update={"kind": "models"})
    train = config.train.model_copy(update={"teacher": teacher})
    return config.model_copy(update={"train": train, "data": config.data.model_copy(update={"unlabelled": []})})
