"""The exponential moving average of a model's weights, which generalises better than the last weights alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras


class WeightAverage:
    """Exponential moving average of all weights of a model; a decay of 0 is off."""

    def __init__(self, model: keras.Model, decay: float) -> None:
        import tensorflow as tf

        self._model, self._decay = model, decay
        self._steps = tf.Variable(0.0, trainable=False)
        self._mean = [tf.Variable(w.numpy(), trainable=False) for w in model.weights] if decay else []

    @property
    def steps(self) -> int:
        """Steps taken in."""
        return int(self._steps.numpy())

    @property
    def mean(self) -> list[NDArray[Any]]:
        """The averages, in the order of the model's weights; none when it is off."""
        return [mean.numpy() for mean in self._mean]

    def restore(self, mean: Sequence[NDArray[Any]], steps: int) -> None:
        """Go on from these averages after so many steps."""
        for variable, value in zip(self._mean, mean, strict=True):
            variable.assign(value)
        self._steps.assign(float(steps))

    def update(self) -> None:
        """Take in the weights after a step; may be part of a compiled function. The first steps are averaged evenly."""
        import tensorflow as tf

        if not self._decay:
            return
        self._steps.assign_add(1.0)
        decay = tf.minimum(self._decay, self._steps / (self._steps + 10.0))
        for mean, weight in zip(self._mean, self._model.weights, strict=True):
            mean.assign_add((1.0 - decay) * (weight - mean))

    def apply(self) -> None:
        """Put the average into the model."""
        if self._decay:
            _assign(self._model, self.mean)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The average is in the model while the block runs; then the model's own weights are back."""
        own = [np.array(w.numpy()) for w in self._model.weights]
        self.apply()
        try:
            yield
        finally:
            _assign(self._model, own)


def _assign(model: keras.Model, values: Sequence[NDArray[Any]]) -> None:
    for value, weight in zip(values, model.weights, strict=True):
        weight.assign(value)
