"""The last training learns from the validation people as well, once they have fixed the method and the threshold.

Where speakers are few, a tenth more of them is worth more than most tricks. The validation people are held out until
what is chosen by them is chosen; what ships has then heard everybody but the test people (Hastie et al. 2009, The
Elements of Statistical Learning, 7.10: the chosen model is fitted to all the data).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.features.load import load_features
from kws_data.training.batches.train_set import TrainSet, load_train_set, of_clips


def validation_set(dataset_dir: Path, config: Config) -> TrainSet:
    """The clips of the validation split and their copies, each drawn as often as a training clip of the same word.

    Raises:
        DataError: the data set has no such copies (``split.refit`` was off when it was built), or is missing.
    """
    training, held = load_train_set(dataset_dir, config), load_features(dataset_dir, "validation")
    if held.x.shape[1] != training.x.shape[1]:
        copies = f"{held.x.shape[1]} of {training.x.shape[1]}"
        raise DataError("validation clips have no copies to learn from", copies, "build again with split.refit: true")
    (words,) = of_clips(dataset_dir, held.clip_ids, "word")
    y, said = np.asarray(held.y, np.int64), training.words
    drawn = training.weights if training.weights is not None else np.ones(len(training.y))
    weights = weights_like(y, words, training.y[: len(said)], said, drawn[: len(said)])
    held_out = replace(training, x=np.asarray(held.x), y=y, weights=weights, words=tuple(words))
    return replace(held_out, soft=None, split=held.split)


def weights_like(
    y: NDArray[np.int64],
    words: Sequence[str],
    known_y: NDArray[np.int64],
    known_words: Sequence[str],
    known: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A weight for each clip: the mean of those of the known clips with its label and word, or else with its label."""
    of_label = {label: float(known[known_y == label].mean()) for label in np.unique(known_y)}
    said, number = np.unique(np.asarray([*known_words, *words]), return_inverse=True)
    same = known_y * len(said) + number[: len(known_y)]
    groups, index = np.unique(same, return_inverse=True)
    means = dict(zip(groups.tolist(), (np.bincount(index, known) / np.bincount(index)).tolist(), strict=True))
    wanted = y * len(said) + number[len(known_y) :]
    fallback = float(known.mean())
    return np.array([means.get(int(w), of_label.get(label, fallback)) for w, label in zip(wanted, y, strict=True)])


def joined(first: TrainSet, more: TrainSet) -> TrainSet:
    """The clips of both, each drawn as often as before relative to the others; both follow teachers, or none does.

    Unlabelled clips of the first stay the last.
    """
    place = first.labelled

    def both(ours: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([ours[:place], theirs, ours[place:]])

    weights = both(*(s.weights if s.weights is not None else np.ones(len(s.y)) for s in (first, more)))
    soft = None if first.soft is None or more.soft is None else both(first.soft, more.soft)
    return replace(first, x=both(first.x, more.x), y=both(first.y, more.y), weights=weights, soft=soft)
