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
        self._model, self._decay = model, decay
        self.steps = 0
        self.mean: list[NDArray[Any]] = [w.numpy() for w in model.weights] if decay else []

    def update(self) -> None:
        """Take in the weights after a step. The first steps are averaged evenly."""
        if not self._decay:
            return
        self.steps += 1
        decay = min(self._decay, self.steps / (self.steps + 10))
        for mean, weight in zip(self.mean, self._model.weights, strict=True):
            mean += (1 - decay) * (weight.numpy() - mean)

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
