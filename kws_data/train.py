"""Training: balanced batches of augmented features, AdamW on a cosine, weight averaging, optional teachers.

Everything random comes from the seed of the config, TensorFlow runs deterministic operations on a fixed number of
threads, and no weights are picked by looking at validation data: the last (averaged) weights are the result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path, write_text
from firmware_tools.frontend.scaling import quantisation
from kws_data.config import Config, ModelSettings, TrainSettings
from kws_data.errors import DataError
from kws_data.features import FeatureSet, load_features
from kws_data.manifest import read_manifest
from kws_data.models import build_model
from kws_data.pseudo_words import with_pseudo_words
from kws_data.quiet import native_output_silenced
from kws_data.spec_augment import MelAxis, SpecAugment, mel_axis

if TYPE_CHECKING:
    import keras

Progress = Callable[[str, int, int], None]
THREADS = 2
TEACHER_CHANNELS, TEACHER_BLOCKS = 80, 6
LABEL_BALANCE, WORD_BALANCE = 0.1, 0.35
TEMPERATURE, SOFT_SHARE = 2.0, 0.7


@dataclass(frozen=True)
class TrainSet:
    """What a fit sees: ``x`` int8 [clips, copies, frames, features], ``y`` int [clips], how to change a batch.

    ``weights`` [clips] say how often each clip is drawn, relative to the others (all the same when None).
    """

    x: NDArray[np.int8]
    y: NDArray[np.int64]
    labels: int
    weights: NDArray[np.float64] | None = None
    axis: MelAxis | None = None
    augment: SpecAugment | None = None


@dataclass
class History:
    """Figures of each epoch."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


def as_input(x: NDArray[np.int8]) -> NDArray[np.float32]:
    """int8 features [clips, frames, features] to model input [clips, frames, 1, features] in -1 to 127/128."""
    return (x.astype(np.float32) / 128.0)[:, :, None, :]


def train(config: Config, dataset_dir: Path, model_dir: Path, progress: Progress | None = None) -> History:
    """Train the config's model on a built data set; writes ``model_float.keras`` and ``history.json``.

    Raises:
        DataError: the data set is missing, or its labels are not those of the config.
        ConfigError: there is no such family of models.
    """

    features = load_features(dataset_dir, "train")
    data = train_set(features, training_words(dataset_dir, features.clip_ids), config)
    model, history = fit_with_teacher(data, config.model, config.train, config.seed, progress)
    model_dir.mkdir(parents=True, exist_ok=True)
    with atomic_path(model_dir / "model_float.keras") as path:
        model.save(path)
    write_text(model_dir / "history.json", json.dumps(vars(history), indent=1) + "\n")
    return history


def train_set(features: FeatureSet, words: Sequence[str], config: Config) -> TrainSet:
    """The training features of a data set, with pseudo-words and feature augmentation when the config asks for them.

    Args:
        features: of the training split.
        words: what was said in each clip.
        config: labels, front end, training settings.

    Raises:
        DataError: features, words and config do not fit.
    """
    x, y = np.asarray(features.x), np.asarray(features.y, np.int64)
    fits = 0 < len(y) == len(words) and y.max() < len(config.labels) and x.shape[3] == config.frontend.features
    if not fits:
        raise DataError("data set does not fit the configuration", list(x.shape), "build it again: kws build")
    counts = np.bincount(y, minlength=len(config.labels)).astype(np.float64)
    shares = np.asarray(counts ** (1.0 - LABEL_BALANCE), np.float64)
    if not config.train.spec_augment:
        return TrainSet(x, y, len(config.labels), draw_weights(y, words, shares))
    x, y = with_pseudo_words(x, y, config.frontend, np.random.default_rng([config.seed, 0x9E]))
    words = [*words, *["" for _ in range(len(y) - len(words))]]
    _, steps_db = quantisation(config.frontend)
    axis = mel_axis(config.frontend, steps_db)
    return TrainSet(x, y, len(config.labels), draw_weights(y, words, shares), axis, SpecAugment())


def draw_weights(y: NDArray[np.int64], words: Sequence[str], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each clip is drawn: ``shares`` [labels] says for all of a label; within it rare words are favoured."""
    _, group, counts = np.unique(np.asarray(words), return_inverse=True, return_counts=True)
    weights = counts[group] ** -WORD_BALANCE
    total = np.bincount(y, weights, minlength=len(shares))
    return np.asarray(weights * (shares / np.maximum(total, 1e-9))[y])


def training_words(dataset_dir: Path, clip_ids: NDArray[np.str_]) -> list[str]:
    """What was said in each clip, from the manifest; raises DataError when a clip is not in it."""
    said = {row["clip_id"]: row["word"] for row in read_manifest(dataset_dir)}
    try:
        return [said[str(clip_id)] for clip_id in clip_ids]
    except KeyError as error:
        raise DataError("clip is not in the manifest", str(error), "build the data set again: kws build") from None


def fit_with_teacher(
    data: TrainSet, shape: ModelSettings, settings: TrainSettings, seed: int, progress: Progress | None = None
) -> tuple[keras.Model, History]:
    """Train the model, after a larger teacher of the same family when ``teacher_epochs`` asks for one."""
    prepare_tensorflow(seed)
    teachers = []
    if settings.teacher_epochs:
        wide = shape.model_copy(update={"channels": TEACHER_CHANNELS, "blocks": TEACHER_BLOCKS, "residual": True})
        longer = settings.model_copy(update={"epochs": settings.teacher_epochs})
        teacher, _ = fit(data, wide, longer, seed + 1, stage="teacher", progress=progress)
        teachers.append(teacher)
    return fit(data, shape, settings, seed, teachers, progress=progress)


def prepare_tensorflow(seed: int) -> None:
    """Seeds, deterministic kernels and a fixed number of threads (which only a fresh process can still set)."""
    with native_output_silenced():
        import keras
        import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # TensorFlow already runs: its threads stay as they are


def fit(
    data: TrainSet,
    shape: ModelSettings,
    settings: TrainSettings,
    seed: int,
    teachers: Sequence[keras.Model] = (),
    stage: str = "train",
    progress: Progress | None = None,
) -> tuple[keras.Model, History]:
    """Train one model; returns it with its (averaged) last weights."""
    import keras

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    frames, features = data.x.shape[2:]
    model = build_model(shape, (frames, 1, features), data.labels)
    steps = max(1, len(data.y) // settings.batch)
    weights = np.ones(len(data.y)) if data.weights is None else data.weights
    step = _training_step(model, settings, settings.epochs * steps, teachers)
    average = WeightAverage(model, settings.ema)
    history = History()
    for epoch in range(settings.epochs):
        losses, hits = [], []
        for index in batches(weights, settings.batch, steps, rng):
            x, target = draw_batch(data, index, settings, rng)
            loss, hit = step(x, target)
            average.update()
            losses.append(float(loss))
            hits.append(float(hit))
        history.loss.append(round(float(np.mean(losses)), 6))
        history.accuracy.append(round(float(np.mean(hits)), 6))
        if progress:
            progress(stage, epoch + 1, settings.epochs)
    average.apply()
    return model, history


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
    x = data.x[index, rng.integers(0, data.x.shape[1], len(index))].astype(np.float32)
    if data.augment is not None and data.axis is not None:
        x = data.augment.apply(x, data.axis, rng)
    target = np.eye(data.labels, dtype=np.float32)[data.y[index]]
    if settings.mixup:
        share = rng.beta(settings.mixup, settings.mixup, (len(x), 1)).astype(np.float32)
        other = rng.permutation(len(x))
        x = share[:, :, None] * x + (1 - share[:, :, None]) * x[other]
        target = share * target + (1 - share) * target[other]
    smooth = settings.label_smoothing
    target = (1 - smooth) * target + smooth / data.labels
    return (np.clip(x, -128, 127) / 128.0)[:, :, None, :], target


class WeightAverage:
    """Exponential moving average of all weights of a model; a decay of 0 is off."""

    def __init__(self, model: keras.Model, decay: float) -> None:
        self._model, self._decay, self._steps = model, decay, 0
        self._mean = [w.numpy() for w in model.weights] if decay else []

    def update(self) -> None:
        """Take in the weights after a step. The first steps are averaged evenly."""
        if not self._decay:
            return
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 10))
        for mean, weight in zip(self._mean, self._model.weights, strict=True):
            mean += (1 - decay) * (weight.numpy() - mean)

    def apply(self) -> None:
        """Put the average into the model."""
        if self._decay:
            for mean, weight in zip(self._mean, self._model.weights, strict=True):
                weight.assign(mean)


def _training_step(
    model: keras.Model, settings: TrainSettings, total_steps: int, teachers: Sequence[keras.Model]
) -> Callable[..., Any]:
    """One optimiser step as a compiled function of (input, target) -> (loss, share of hits)."""
    import keras
    import tensorflow as tf

    warmup = max(1, total_steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 20, total_steps - warmup, warmup_target=settings.learning_rate, warmup_steps=warmup
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    net = logits_model(model)
    wise = [logits_model(teacher) for teacher in teachers]

    @tf.function  # type: ignore[untyped-decorator]
    def step(x: Any, target: Any) -> Any:
        soft = tf.add_n([tf.nn.softmax(t(x, training=False) / TEMPERATURE) for t in wise]) / len(wise) if wise else None
        with tf.GradientTape() as tape:
            logits = net(x, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits))
            if soft is not None:
                follow = tf.nn.softmax_cross_entropy_with_logits(soft, logits / TEMPERATURE)
                loss = (1 - SOFT_SHARE) * loss + SOFT_SHARE * TEMPERATURE**2 * tf.reduce_mean(follow)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        hits = tf.equal(tf.argmax(logits, 1), tf.argmax(target, 1))
        return loss, tf.reduce_mean(tf.cast(hits, tf.float32))

    compiled: Callable[..., Any] = step
    return compiled


def logits_model(model: keras.Model) -> keras.Model:
    """The same model (shared weights) up to its logits."""
    import keras

    return keras.Model(model.input, model.get_layer("logits").output)
