"""Which clips are in which batch, and how a batch is made; the next one is drawn while the model learns from this."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kws_data.config.training import TrainSettings
from kws_data.training.batches.negatives import NO_WINDOWS, Windows
from kws_data.training.batches.train_set import TrainSet


class Batch(NamedTuple):
    """Input [batch, frames, 1, features], target shares [batch, labels], what teachers say of it (or nothing)."""

    x: NDArray[np.float32]
    target: NDArray[np.float32]
    soft: NDArray[np.float32]


def epoch_batches(
    data: TrainSet, settings: TrainSettings, steps: int, rng: np.random.Generator, hard: Windows = NO_WINDOWS
) -> Iterator[Batch]:
    """All batches of an epoch. One is drawn ahead, in a thread of its own, always from the same random numbers.

    Where there are negatives, windows of them come after the clips of a batch, some of them among ``hard``.
    """
    weights = np.ones(len(data.y)) if data.weights is None else data.weights
    chosen = batches(weights, settings.batch, steps, rng)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_draw, data, chosen[0], settings, rng, hard)
        for index in chosen[1:]:
            ready = coming.result()
            coming = pool.submit(_draw, data, index, settings, rng, hard)
            yield ready
        yield coming.result()


def batches(weight: NDArray[np.float64], batch: int, steps: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Indices of one epoch's batches: each clip as often as its weight says, up to the rounding of one."""
    expected = weight / weight.sum() * batch * steps
    times = expected.astype(np.int64) + (rng.random(len(weight)) < expected % 1)
    index = np.repeat(np.arange(len(weight)), times)
    index = np.concatenate([index, rng.integers(0, len(weight), max(0, batch * steps - len(index)))])
    return list(rng.permutation(index)[: batch * steps].reshape(steps, batch))


def draw_batch(
    data: TrainSet, index: NDArray[np.int64], settings: TrainSettings, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A random copy of each clip, augmented: input [batch, frames, 1, features], target shares [batch, labels]."""
    drawn = _draw(data, index, settings, rng)
    return drawn.x, drawn.target


def _draw(
    data: TrainSet,
    index: NDArray[np.int64],
    settings: TrainSettings,
    rng: np.random.Generator,
    hard: Windows = NO_WINDOWS,
) -> Batch:
    """A copy of each clip, and the windows of negatives that belong to as many clips; all are changed together, so that
    clips and windows lend each other their channels: what people say and nobody wants would else give them away."""
    copy = rng.integers(0, data.x.shape[1], len(index))
    x = data.x[index, copy].astype(np.float32)
    target = np.eye(data.labels, dtype=np.float32)[data.y[index]]
    if data.said is not None:
        unlabelled = index >= data.labelled
        target[unlabelled] = data.said[index[unlabelled] - data.labelled, copy[unlabelled]]
    soft = np.zeros((len(x), 0), np.float32) if data.soft is None else data.soft[index, copy]
    share = settings.negatives.share
    if data.negatives is not None and share:
        chosen = data.negatives.draw(round(len(index) * share / (1 - share)), settings.negatives, hard, rng)
        silent_or_other = np.eye(data.labels, dtype=np.float32)[data.negatives.y[chosen[:, 0]]]
        x = np.concatenate([x, data.negatives.windows(chosen).astype(np.float32)])
        target = np.concatenate([target, silent_or_other])
        taught = silent_or_other if data.soft is not None else silent_or_other[:, :0]  # no teacher has to be asked
        soft = np.concatenate([soft, taught])
    if data.augment is not None and data.axis is not None:
        x = data.augment.apply(x, data.axis, rng)
    if settings.mixup:
        share_of_own = rng.beta(settings.mixup, settings.mixup, (len(x), 1)).astype(np.float32)
        other = rng.permutation(len(x))
        x = share_of_own[:, :, None] * x + (1 - share_of_own[:, :, None]) * x[other]
        target = share_of_own * target + (1 - share_of_own) * target[other]
        soft = share_of_own * soft + (1 - share_of_own) * soft[other]
    smooth = settings.label_smoothing
    target = (1 - smooth) * target + smooth / data.labels
    return Batch((np.clip(x, -128, 127) / 128.0)[:, :, None, :], target, soft)
