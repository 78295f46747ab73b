"""A teacher that has heard the world: a head on the frozen encoder, asked about every copy of every clip, and about
recordings that nobody labelled.

It lies below the recordings like other teachers, under a key of everything that shaped it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.config.split import UNLABELLED_SPLIT
from kws_data.dataset.recipe_file import read_recipe
from kws_data.encoder.copies import heard_copies
from kws_data.encoder.encoders import check_rate, encoder_of
from kws_data.errors import DataError
from kws_data.features.load import load_features
from kws_data.features.needed import read_wanted
from kws_data.progress import Progress
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE, read_json
from kws_data.system.code_version import code_hash
from kws_data.system.processes import cores
from kws_data.training.batches.balance import label_shares
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.checkpoint import fit_key
from kws_data.training.teachers.cache import CACHE_KEPT, cache_dir, file_sha256, forget_oldest, valid
from kws_data.training.teachers.head import Head, fit_head, log_softmax, temperature_for

HEAD_FILE = "head.npz"
HEAD_ROWS = 60_000  # copies that a head is fitted to, at most: as many of each clip, the clip as it is first


def encoder_head(config: Config, dataset_dir: Path, progress: Progress | None = None) -> Path:
    """File of the head, fitted now unless it is in the cache.

    Raises:
        ConfigError: the encoder cannot be opened, or hears another sample rate.
        DataError: the data set is missing or does not fit, or its audio is gone.
    """
    check_rate(config.frontend.sample_rate_hz)
    data = load_train_set(dataset_dir, config)
    version = read_json(dataset_dir / DATASET_FILE, "build")["version"]
    weights = hashlib.sha256(_weights(data).tobytes()).hexdigest()
    teacher = config.train.teacher
    settings = [encoder_of(config.encoder).name, teacher.hears, teacher.entropy, teacher.temperature]
    key = fit_key(version, config.labels, weights, settings, code_hash(encoder_head))
    folder = cache_dir(config) / key[:32]
    path = folder / HEAD_FILE
    if not valid(folder, HEAD_FILE):
        head = _fitted(config, dataset_dir, data, progress)
        folder.mkdir(parents=True, exist_ok=True)
        head.save(path)
        write_text(folder / "teacher.json", json.dumps({"key": key, "sha256": file_sha256(path)}, indent=1) + "\n")
    os.utime(folder)
    forget_oldest(cache_dir(config), keep=CACHE_KEPT)
    return path


def _weights(data: TrainSet) -> NDArray[np.float64]:
    """How often each clip of the data set is drawn; those that were made have no sound that an encoder could hear."""
    clips = len(data.words)
    return np.ones(clips) if data.weights is None else data.weights[:clips]


def _fitted(config: Config, dataset_dir: Path, data: TrainSet, progress: Progress | None) -> Head:
    features = _heard(config, dataset_dir, "train", progress)
    clips, settings = len(data.words), config.train.teacher
    if len(features) != clips:
        raise DataError("data set does not fit its manifest", len(features), "build it again: kws build")
    copies = min(features.shape[1], max(1, HEAD_ROWS // clips))
    x = features[:, :copies].reshape(clips * copies, -1)
    y, weights = np.repeat(data.y[:clips], copies), np.repeat(_weights(data), copies)
    head = fit_head(x, y, data.labels, weights)
    if settings.entropy is None:
        return replace(head, temperature=settings.temperature)
    return replace(head, temperature=temperature_for(head(x), settings.entropy))


def _heard(config: Config, dataset_dir: Path, split: str, progress: Progress | None) -> NDArray[np.float16]:
    """What the encoder hears in the copies of a split that it is to hear, ``[clips, copies, features]``."""
    recipe = read_recipe(dataset_dir, config)
    wanted = {one.split: one for one in read_wanted(dataset_dir / MANIFEST_FILE, config.labels, recipe)}
    return heard_copies(
        recipe, wanted[split].first_copies(config.train.teacher.hears), config.encoder, cores(), progress
    )


def followed(
    head_file: Path, config: Config, dataset_dir: Path, data: TrainSet, progress: Progress | None = None
) -> TrainSet:
    """The clips of ``data`` with the head's opinion of each copy; those of training with unlabelled ones after them.

    A clip that was made of others has no sound: of it is said what is said on average of clips with its label.
    """
    head = Head.load(head_file)
    logits = head(_heard(config, dataset_dir, data.split, progress))
    soft = _of_all(_probabilities(logits / head.temperature), data.x.shape[1])
    made = data.y[len(soft) :]
    if len(made):
        usual = {label: soft[data.y[: len(soft)] == label].mean(axis=(0, 1)) for label in np.unique(made)}
        soft = np.concatenate([soft, np.repeat(np.stack([usual[y] for y in made])[:, None], data.x.shape[1], axis=1)])
    taught = replace(data, soft=np.asarray(soft, np.float32))
    if data.split == "train" and config.data.unlabelled:
        return _with_unlabelled(taught, head, config, dataset_dir, progress)
    return taught


def _with_unlabelled(
    data: TrainSet, head: Head, config: Config, dataset_dir: Path, progress: Progress | None
) -> TrainSet:
    """Further clips whose labels are what the head says of them; drawn ``train.teacher.unlabelled_share`` of the time,
    labels by what is said most as those of other clips."""
    x = np.asarray(load_features(dataset_dir, UNLABELLED_SPLIT).x)
    share = config.train.teacher.unlabelled_share
    if not share or not len(x):
        return data
    logits = head(_heard(config, dataset_dir, UNLABELLED_SPLIT, progress))
    y = logits[:, 0].argmax(axis=1).astype(np.int64)
    counts = np.bincount(y, minlength=data.labels)
    weights = (label_shares(counts, config.train.label_balance) / np.maximum(counts, 1))[y]
    before = np.ones(len(data.y)) if data.weights is None else data.weights
    weights *= share * before.sum() / ((1 - share) * weights.sum())
    soft = np.asarray(data.soft, np.float32)
    return replace(
        data,
        x=np.concatenate([data.x, x]),
        y=np.concatenate([data.y, y]),
        weights=np.concatenate([before, weights]),
        soft=np.concatenate([soft, _of_all(_probabilities(logits / head.temperature), x.shape[1])]),
        said=_of_all(_probabilities(logits), x.shape[1]),
    )


def _of_all(said: NDArray[np.float32], copies: int) -> NDArray[np.float32]:
    """What is said of all copies ``[clips, copies, labels]``: of those that were not heard the mean of the others."""
    usual = said.mean(axis=1, keepdims=True)
    return np.concatenate([said, np.repeat(usual, copies - said.shape[1], axis=1)], axis=1)


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.exp(log_softmax(logits)), np.float32)
