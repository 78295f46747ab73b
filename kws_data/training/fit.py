"""The loop: epochs of steps, the weight average, figures of each epoch, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.models.registry import build_model
from kws_data.models.weights_4bit import put_on_levels
from kws_data.progress import Progress
from kws_data.system.native_output import native_output_silenced
from kws_data.training.average import WeightAverage
from kws_data.training.batches.balance import class_weights
from kws_data.training.batches.draw import epoch_batches
from kws_data.training.batches.negatives import NO_WINDOWS, Negatives, Windows
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.checkpoint import Checkpoint
from kws_data.training.hard_negatives import listen_to_negatives
from kws_data.training.pace import Pace, round_is_due, settled
from kws_data.training.step import Step, make_optimizer, make_step

if TYPE_CHECKING:
    import keras

THREADS = 1  # results may depend on the number of threads; a second core draws the batches


@dataclass
class History:
    """Figures of each epoch; ``validation`` holds [epoch, accuracy] of those in which it was taken, ``rounds`` [epoch,
    false accepts an hour, hard windows] of those in which the model listened to negatives, ``doubtful`` recordings."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)
    rounds: list[tuple[int, float, int]] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)


@dataclass
class Fit:
    """A fit under way: what further epochs depend on."""

    model: keras.Model
    optimizer: Any
    average: WeightAverage
    rng: np.random.Generator
    epochs: int
    pointwise_bits: int = 8
    history: History = field(default_factory=History)
    hard: Windows = field(default_factory=lambda: NO_WINDOWS)
    doubtful: frozenset[int] = frozenset()

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history.loss)

    def finish(self) -> None:
        """Put into the model what the fit ends with: the averaged weights, those of 4 bits on their levels."""
        self.average.apply()
        if self.pointwise_bits == 4:
            put_on_levels(self.model)

    @contextmanager
    def finished(self) -> Iterator[None]:
        """The model is as the fit would end now while the block runs; then its own weights are back."""
        with self.average.applied():
            self.finish()
            yield

    def save(self, checkpoint: Checkpoint) -> None:
        """Write the whole state."""
        arrays = (
            [np.asarray(v) for v in self._variables()]
            + self.average.mean
            + [np.array(sorted(self.doubtful), np.int64), self.hard]
        )
        random = self.rng.bit_generator.state
        checkpoint.save(arrays, {"rng": random, "averaged": self.average.steps, "history": vars(self.history)})

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from what was saved, if anything was."""
        found = checkpoint.load()
        if found is None:
            return
        arrays, state = found
        variables = self._variables()
        for variable, value in zip(variables, arrays, strict=False):
            variable.assign(value)
        self.average.restore(arrays[len(variables) : -2], state["averaged"])
        self.doubtful, self.hard = frozenset(arrays[-2].tolist()), arrays[-1]
        self.rng.bit_generator.state = state["rng"]
        self.history = History(**state["history"])

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.optimizer.variables]


#: Told of each epoch when it is done; may look, and may add to the history.
Watcher = Callable[[Fit], None]


def prepare_tensorflow(seed: int) -> None:
    """Seeds, deterministic kernels and one thread (which only a fresh process can still set)."""
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


def label_costs(data: TrainSet) -> NDArray[np.float64] | None:
    """How much an error on each label counts, [labels]; None when all count the same."""
    if not data.class_weights:
        return None
    return class_weights(np.bincount(data.y, minlength=data.labels), data.class_weights)


@dataclass(frozen=True)
class FitRecipe:
    """What shapes the weights beside the clips and the teachers.

    Attributes:
        shape: the model.
        settings: how it learns.
        seed: of the weights, the batches and the augmentation.
        pointwise_bits: 4 to learn with the kernels of 1x1 convolutions on their 15 levels, where they end. Teachers and
            models that round by themselves do not, whatever their shape says.
    """

    shape: ModelSettings
    settings: TrainSettings
    seed: int
    pointwise_bits: int = 8


@dataclass(frozen=True)
class FitWatch:
    """What accompanies a fit and changes no weight.

    Attributes:
        stage: what progress is told it is.
        progress: told (stage, epochs done, epochs).
        checkpoint: where the state is kept and taken up; nowhere when None.
        watchers: told of each epoch.
    """

    stage: str = "train"
    progress: Progress | None = None
    checkpoint: Checkpoint | None = None
    watchers: Sequence[Watcher] = ()


def fit(
    data: TrainSet,
    recipe: FitRecipe,
    teachers: Sequence[keras.Model] = (),
    watch: FitWatch | None = None,
    model: keras.Model | None = None,
) -> tuple[keras.Model, History]:
    """Train one model; returns it with its (averaged) last weights.

    Args:
        data: what it learns from.
        recipe: the model, and how it learns.
        teachers: models to follow as well; ``data.soft`` takes their place when it is there.
        watch: who is told, and where the state is kept; nobody and nowhere when None.
        model: goes on from here, instead of from a freshly initialised model of ``recipe.shape``.
    """
    settings, watch = recipe.settings, watch or FitWatch()
    steps = max(1, len(data.y) // settings.batch)
    state = start(data, recipe, steps, model)
    if watch.checkpoint:
        state.restore(watch.checkpoint)
    soft, costs, bits = data.soft is not None, label_costs(data), recipe.pointwise_bits
    step = make_step(state.model, state.optimizer, settings, teachers, soft, costs, state.average, pointwise_bits=bits)
    pace = Pace()
    while state.epoch < settings.epochs and not settled(state.history.loss, settings.patience):
        negatives, rounds = data.negatives, settings.negatives.rounds if settings.negatives.share else 0
        if negatives is not None and round_is_due(state.epoch, state.epochs, rounds, goes_on=model is not None):
            listen(state, negatives)
        run_epoch(state, step, data.without(state.doubtful), settings, steps)
        tell(state, watch, pace)
    state.finish()
    return state.model, state.history


def listen(state: Fit, negatives: Negatives) -> None:
    """Let the model, as it would end now, listen to the negatives: what it takes for a keyword is drawn more often."""
    import tensorflow as tf

    score = tf.function(lambda x: state.model(x, training=False))
    with state.finished():
        found = listen_to_negatives(score, replace(negatives, doubtful=state.doubtful), state.rng)
    state.hard = found.hard
    if not state.history.rounds:  # later ones have learnt that nobody says a keyword here
        state.doubtful = found.doubtful
        state.history.doubtful = negatives.names(found.doubtful)
    state.history.rounds.append((state.epoch, round(found.false_accepts_per_hour, 1), len(found.hard)))


def tell(state: Fit, watch: FitWatch, pace: Pace) -> None:
    """An epoch is done: tell who watches, and keep the state when that is due."""
    for watcher in watch.watchers:
        watcher(state)
    if watch.checkpoint and pace.due():
        state.save(watch.checkpoint)
        pace.saved()
    if watch.progress:
        watch.progress(watch.stage, state.epoch, state.epochs)


def start(data: TrainSet, recipe: FitRecipe, steps: int, model: keras.Model | None = None) -> Fit:
    """A fit before its first epoch, of so many steps each."""
    import keras

    keras.backend.clear_session(free_memory=False)  # layers are numbered afresh: their names depend on nothing else
    keras.utils.set_random_seed(recipe.seed)
    settings, rng = recipe.settings, np.random.default_rng(recipe.seed)
    frames, features = data.x.shape[2:]
    if model is None:
        model = build_model(recipe.shape, (frames, 1, features), data.labels, data.axis)
    optimizer = make_optimizer(model, settings, settings.epochs * steps)
    average = WeightAverage(model, settings.ema)
    return Fit(model, optimizer, average, rng, settings.epochs, recipe.pointwise_bits)


def run_epoch(state: Fit, step: Step, data: TrainSet, settings: TrainSettings, steps: int) -> None:
    """One epoch; its mean loss and accuracy are added to the history."""
    losses, hits = [], []
    for batch in epoch_batches(data, settings, steps, state.rng, state.hard):
        loss, hit = step(*batch)
        losses.append(float(loss))
        hits.append(float(hit))
    state.history.loss.append(round(float(np.mean(losses)), 6))
    state.history.accuracy.append(round(float(np.mean(hits)), 6))
