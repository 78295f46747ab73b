"""Which clips are in which batch, and how a batch is made; the next one is drawn while the model learns from this."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kws_data.config.training import TrainSettings
from kws_data.training.batches.negatives import NO_WINDOWS, Negatives, Windows
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
        coming = pool.submit(_draw_all, data, chosen[0], settings, rng, hard)
        for index in chosen[1:]:
            ready = coming.result()
            coming = pool.submit(_draw_all, data, index, settings, rng, hard)
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


def _draw_all(
    data: TrainSet, index: NDArray[np.int64], settings: TrainSettings, rng: np.random.Generator, hard: Windows
) -> Batch:
    """Clips, and the windows of negatives that belong to as many."""
    clips = _draw(data, index, settings, rng)
    share = settings.negatives.share
    if data.negatives is None or not share:
        return clips
    windows = _draw_negatives(data, data.negatives, round(len(index) * share / (1 - share)), settings, rng, hard)
    return Batch(*(np.concatenate(both) for both in zip(clips, windows, strict=True)))


def _draw_negatives(
    data: TrainSet,
    negatives: Negatives,
    count: int,
    settings: TrainSettings,
    rng: np.random.Generator,
    hard: Windows,
) -> Batch:
    chosen = negatives.draw(count, settings.negatives, hard, rng)
    x = negatives.windows(chosen).astype(np.float32)
    if data.augment is not None and data.axis is not None:
        x = data.augment.apply(x, data.axis, rng)
    target = np.eye(data.labels, dtype=np.float32)[negatives.y[chosen[:, 0]]]
    soft = np.zeros((count, 0), np.float32) if data.soft is None else target  # nobody has to be asked
    return Batch(_as_input(x), _smoothed(target, settings.label_smoothing), soft)


def _as_input(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((np.clip(x, -128, 127) / 128.0)[:, :, None, :], np.float32)


def _smoothed(target: NDArray[np.float32], smoothing: float) -> NDArray[np.float32]:
    return np.asarray((1 - smoothing) * target + smoothing / target.shape[1], np.float32)


def _draw(data: TrainSet, index: NDArray[np.int64], settings: TrainSettings, rng: np.random.Generator) -> Batch:
    copy = rng.integers(0, data.x.shape[1], len(index))
    x = data.x[index, copy].astype(np.float32)
    if data.augment is not None and data.axis is not None:
        x = data.augment.apply(x, data.axis, rng)
    target = np.eye(data.labels, dtype=np.float32)[data.y[index]]
    if data.said is not None:
        unlabelled = index >= data.labelled
        target[unlabelled] = data.said[index[unlabelled] - data.labelled, copy[unlabelled]]
    soft = np.zeros((len(x), 0), np.float32) if data.soft is None else data.soft[index, copy]
    if settings.mixup:
        share = rng.beta(settings.mixup, settings.mixup, (len(x), 1)).astype(np.float32)
        other = rng.permutation(len(x))
        x = share[:, :, None] * x + (1 - share[:, :, None]) * x[other]
        target = share * target + (1 - share) * target[other]
        soft = share * soft + (1 - share) * soft[other]
    return Batch(_as_input(x), _smoothed(target, settings.label_smoothing), soft)
