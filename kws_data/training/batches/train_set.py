"""What a fit sees: the features of the training split, how often each clip is drawn, how a batch is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.config import Config
from kws_data.config.training import TrainSettings
from kws_data.dataset.manifest import read_columns
from kws_data.errors import DataError
from kws_data.features.load import FeatureSet, load_features
from kws_data.models.mel_axis import MelAxis, mel_axis
from kws_data.training.batches.balance import label_shares, smote
from kws_data.training.batches.draw_weights import draw_weights, with_real_share, with_speech_share
from kws_data.training.batches.negatives import Negatives, load_negatives
from kws_data.training.batches.pseudo_words import with_pseudo_words
from kws_data.training.batches.spec_augment import SpecAugment
from kws_data.training.batches.style_mix import StyleMix

PSEUDO_SEED = 0x9E  # the same for every seed: pseudo-words are data, and what teachers say of them is kept


@dataclass(frozen=True)
class TrainSet:
    """What a fit sees.

    Attributes:
        x: int8 [clips, copies, frames, features].
        y: int [clips], index into the labels.
        labels: how many labels there are.
        weights: [clips] how often each clip is drawn, relative to the others; all the same when None.
        axis, augment: how a batch is changed; not at all when either is None.
        class_weights: how much more errors on small labels count, 0 (not) to 1 (in full).
        soft: float32 [clips, copies, labels] what teachers say of each copy, when that was computed beforehand.
        said: float32 [unlabelled, copies, labels] what stands for the labels of the last clips, which have none.
        words: what was said in each clip of the data set; these come first, clips that were made come after them.
        split: of the data set that the clips are from.
        negatives: hours in which no keyword is said; windows of them are part of each batch.
    """

    x: NDArray[np.int8]
    y: NDArray[np.int64]
    labels: int
    weights: NDArray[np.float64] | None = None
    axis: MelAxis | None = None
    augment: SpecAugment | None = None
    soft: NDArray[np.float32] | None = None
    said: NDArray[np.float32] | None = None
    class_weights: float = 0.0
    words: tuple[str, ...] = ()
    split: str = "train"
    negatives: Negatives | None = None

    @property
    def labelled(self) -> int:
        """How many clips have labels: all but the last ones."""
        return len(self.y) - (0 if self.said is None else len(self.said))

    def without(self, doubtful: frozenset[int]) -> TrainSet:
        """The same, no windows of negatives drawn from these stretches."""
        if self.negatives is None or not doubtful:
            return self
        return replace(self, negatives=replace(self.negatives, doubtful=doubtful))

    def sha256(self) -> str:
        """Hash of all that is learnt from; words only shape the weights and labels that are in it."""
        digest = hashlib.sha256(f"{self.x.shape} {self.labels} {self.augment} {self.class_weights}".encode())
        axis = (self.axis.to_mel, self.axis.from_mel) if self.axis else ()
        for array in (self.x, self.y, self.weights, self.soft, *axis, *([] if self.said is None else [self.said])):
            digest.update(b"-" if array is None else np.ascontiguousarray(array).data)
        if self.negatives is not None:
            digest.update(self.negatives.sha256().encode())
        return digest.hexdigest()


def load_train_set(dataset_dir: Path, config: Config) -> TrainSet:
    """What is learnt from a built data set: its training split.

    Raises:
        DataError: the data set is missing, or does not fit the config.
    """
    features = load_features(dataset_dir, "train")
    needed = ("word",) if config.train.real_share is None else ("word", "synthetic")
    words, *synthetic = of_clips(dataset_dir, features.clip_ids, *needed)
    clips = train_set(features, words, config, np.array(synthetic[0], bool) if synthetic else None)
    hop_s = config.frontend.hop_samples / config.frontend.sample_rate_hz
    return replace(clips, negatives=load_negatives(dataset_dir, clips.x.shape[2], hop_s))


def train_set(
    features: FeatureSet, words: Sequence[str], config: Config, synthetic: NDArray[np.bool_] | None = None
) -> TrainSet:
    """The training features of a data set, with pseudo-words and feature augmentation when the config asks for them.

    Args:
        features: of the training split.
        said: float32 [unlabelled, copies, labels] what stands for the labels of the last clips, which have none.
        words: what was said in each clip.
        config: labels, front end, training settings.
        synthetic: which clips nobody said; needed for ``train.real_share`` only.

    Raises:
        DataError: features, words and config do not fit.
    """
    x, y = np.asarray(features.x), np.asarray(features.y, np.int64)
    fits = 0 < len(y) == len(words) and y.max() < len(config.labels) and x.shape[3] == config.frontend.features
    if not fits:
        raise DataError("data set does not fit the configuration", list(x.shape), "build it again: kws build")
    settings, said = config.train, tuple(words)
    shares = label_shares(np.bincount(y, minlength=len(config.labels)), settings.label_balance)
    real = np.zeros(len(y), bool) if synthetic is None else ~synthetic
    x, y, words = with_smote(x, y, words, config)
    if settings.spec_augment:
        x, y = with_pseudo_words(x, y, config.frontend, np.random.default_rng(PSEUDO_SEED))
    made = len(y) - len(words)
    words, real = [*words, *[""] * made], np.concatenate([real, np.zeros(len(y) - len(real), bool)])
    weights = draw_weights(y, words, shares, settings.word_balance)
    weights = with_real_share(weights, y, real, settings.real_share)
    weights = with_speech_share(weights, y, words, settings.speech_share)
    return TrainSet(
        x,
        y,
        len(config.labels),
        weights,
        mel_axis(config.frontend),
        _changes(settings),
        class_weights=config.balance.class_weights,
        words=said,
    )


def _changes(settings: TrainSettings) -> SpecAugment | None:
    """How the features of a batch are changed."""
    if not settings.spec_augment:
        return None
    return StyleMix(share=settings.style_mix) if settings.style_mix else SpecAugment()


def with_smote(
    x: NDArray[np.int8], y: NDArray[np.int64], words: Sequence[str], config: Config
) -> tuple[NDArray[np.int8], NDArray[np.int64], Sequence[str]]:
    """The clips, and examples of small labels between them when ``balance.smote`` asks for some."""
    if not config.balance.smote:
        return x, y, words
    made, labels = smote(x, y, config.balance.smote, np.random.default_rng([config.seed, 0x5E]))
    return np.concatenate([x, made]), np.concatenate([y, labels]), [*words, *[""] * len(labels)]


def of_clips(dataset_dir: Path, clip_ids: NDArray[np.str_], *names: str) -> tuple[list[Any], ...]:
    """Columns of the manifest for these clips; raises DataError when a clip is not in it."""
    columns = read_columns(dataset_dir, "clip_id", *names)
    place = {clip_id: number for number, clip_id in enumerate(columns["clip_id"])}
    try:
        chosen = [place[str(clip_id)] for clip_id in clip_ids]
    except KeyError as error:
        raise DataError("clip is not in the manifest", str(error), "build the data set again: kws build") from None
    return tuple([columns[name][number] for number in chosen] for name in names)
