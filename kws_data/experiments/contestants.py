"""The models that ``kws bench model`` sets side by side: the configuration's own, and one of each family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.errors import ConfigError

OWN = "config"
REFERENCE = "mlperf_ds_cnn"


@dataclass(frozen=True)
class Contestant:
    """A model in the comparison. What is None is the configuration's; all else is the same for all of them."""

    name: str
    about: str
    model: ModelSettings | None = None
    frontend: FrontendSpec | None = None


#: Shapes near 16 KB, but for the two references, which are as published. Dropout belongs to the recipe, which is the
#: same for all: the references are trained without it.
CONTESTANTS: tuple[Contestant, ...] = (
    Contestant(OWN, "the configuration's own model"),
    Contestant(
        "temporal_dscnn",
        "features as channels, plain",
        ModelSettings(family="temporal_dscnn", channels=32, blocks=5, kernel=9),
    ),
    Contestant(
        "tenet",
        "inverted bottlenecks in time, branches folded (MTConv)",
        ModelSettings(family="tenet", channels=20, blocks=3, kernel=9, expansion=2),
    ),
    Contestant(
        "bc_resnet",
        "broadcast residuals",
        ModelSettings(family="bc_resnet", channels=8, blocks=7, kernel=3, stride=1),
    ),
    Contestant(
        REFERENCE,
        "MLPerf Tiny's DS-CNN, 64 × 4, on 49 × 10 MFCC",
        ModelSettings(family="ds_cnn", channels=64, blocks=4, kernel=10, residual=False),
        FrontendSpec(kind="mfcc", mel_bands=40, coefficients=10, window_samples=640, hop_samples=320),
    ),
    Contestant(
        "tiny_conv",
        "micro_speech's tiny_conv, on 49 × 40 log-mel",
        ModelSettings(family="tiny_conv", channels=8, blocks=1, kernel=10),
        FrontendSpec(kind="log_mel", mel_bands=40, coefficients=40, window_samples=480, hop_samples=320),
    ),
)


def contestants(names: Sequence[str] | None) -> tuple[Contestant, ...]:
    """The named ones, in their own order (all when None); raises ConfigError when there is no such one."""
    known = [one.name for one in CONTESTANTS]
    for name in names or ():
        if name not in known:
            raise ConfigError("no such model to compare", name, f"use some of {', '.join(known)}")
    return tuple(one for one in CONTESTANTS if names is None or one.name in names)


def config_of(config: Config, one: Contestant, seed: int, epochs: int | None = None) -> Config:
    """What a contestant is trained by: the configuration with its shape, its front end and this seed.

    How many bits a weight has belongs to the model: the others have 8.
    """
    train = config.train if epochs is None else shortened(config.train, epochs)
    changes = {"seed": seed, "train": train, "model": one.model or config.model}
    return config.model_copy(update={**changes, "frontend": one.frontend or config.frontend})


def shortened(train: TrainSettings, epochs: int) -> TrainSettings:
    """Training for so many epochs; teachers are shortened in proportion."""
    share = min(1.0, epochs / train.epochs)
    teacher = train.teacher.model_copy(update={"epochs": max(1, round(train.teacher.epochs * share))})
    return train.model_copy(update={"epochs": epochs, "teacher": teacher})
