"""What models of the run's own features say of clips of people whom they have not heard: judges without an encoder.

Four parts by speaker; for each a network wider than one for a board, on the run's own front end, is trained on the
other three in a minute or two, on one core. It hears each clip at three places in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.host_many import HostFrontends
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.audio import Samples, fit_length
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.models.float_model import as_input
from kws_data.models.mel_axis import mel_axis
from kws_data.progress import Progress, no_progress
from kws_data.system.processes import worked_through
from kws_data.training.batches.spec_augment import SpecAugment
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.fit import FitRecipe, fit, prepare_tensorflow

OWN_FOLDS = 4
SHAPE = ModelSettings(family="tenet", channels=48, blocks=3, kernel=9, expansion=2, branches=())
LEARNING = TrainSettings(epochs=20, learning_rate=0.01)
SHIFTS_S = (0.0, -0.08, 0.08)
STAGE = "judges learn"
_AT_ONCE = 1_024
Features = NDArray[np.int8]


@dataclass(frozen=True)
class OwnJudges:
    """How the judges are trained; ``front`` is that of the features."""

    front: FrontendSpec
    classes: int
    seed: int
    shape: ModelSettings = SHAPE
    learning: TrainSettings = LEARNING


def own_features(catalog: Catalog, clips: Sequence[Clip], config: Config) -> Features:
    """int8 ``[clips, shifts, frames, features]`` of the run's front end; raises CatalogError, AudioError."""
    front, parts = HostFrontends((config.frontend,)), list[Features]()
    shifts = [round(seconds * config.frontend.sample_rate_hz) for seconds in SHIFTS_S]
    for start in range(0, len(clips), _AT_ONCE):
        batch = clips[start : start + _AT_ONCE]
        samples = np.stack([fit_length(catalog.load(clip), config.clip_samples) for clip in batch])
        parts.append(np.stack([front(_shifted(samples, shift))[0] for shift in shifts], axis=1))
    return np.concatenate(parts)


def _shifted(clips: Samples, by: int) -> Samples:
    """Clips ``[clips, samples]`` moved by so many samples, with silence where nothing is left."""
    moved = np.zeros_like(clips)
    if by >= 0:
        moved[:, by:] = clips[:, : clips.shape[1] - by]
    else:
        moved[:, :by] = clips[:, -by:]
    return moved


def own_votes(
    features: Features,
    given: NDArray[np.int64],
    folds: NDArray[np.int64],
    trusted: NDArray[np.bool_],
    judges: OwnJudges,
    workers: int = 2,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Probabilities float32 ``[clips, classes]`` of every clip by a model that learnt from other folds.

    Args:
        features: int8 ``[clips, shifts, frames, features]``, as they are first.
        given: class of each clip.
        folds: part of each clip.
        trusted: clips whose labels are learnt from.
        judges: how they are trained.
        workers: processes; the result does not depend on how many.
        progress: told how far it is.

    Raises:
        DataError: a process was killed.
    """
    told, votes = progress or no_progress, np.empty((len(given), judges.classes), np.float32)
    every = [int(fold) for fold in np.unique(folds)]
    with TemporaryDirectory(prefix="kws-judges-") as folder:
        for name, array in (("x", features), ("y", given), ("folds", folds), ("trusted", trusted)):
            np.save(Path(folder) / f"{name}.npy", array)
        work = partial(_one_fold, judges, folder)
        parts = worked_through(work, every, min(workers, len(every)), finish_begun=False)
        for done, (fold, said) in enumerate(parts):
            votes[folds == fold] = said
            told(STAGE, done + 1, len(every))
    return votes


def _one_fold(judges: OwnJudges, folder: str, fold: int) -> tuple[int, NDArray[np.float32]]:
    """Train on the other folds, and ask about this one."""
    x, y, folds, trusted = (np.load(Path(folder) / f"{name}.npy") for name in ("x", "y", "folds", "trusted"))
    learnt, seed = (folds != fold) & trusted, judges.seed + fold
    prepare_tensorflow(seed)
    data = TrainSet(x[learnt], y[learnt], judges.classes, None, mel_axis(judges.front), SpecAugment())
    model, _ = fit(data, FitRecipe(judges.shape, judges.learning, seed))
    asked = x[folds == fold][:, 0]
    said = [
        np.asarray(model(as_input(asked[n : n + _AT_ONCE]), training=False)) for n in range(0, len(asked), _AT_ONCE)
    ]
    return fold, np.asarray(np.concatenate(said), np.float32)
