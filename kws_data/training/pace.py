"""When a fit ends early, when its state is kept, and when it listens to negatives."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

SMOOTH_EPOCHS, LEAST_GAIN = 5, 1e-3  # early stop: mean loss of so many epochs, and what counts as better
CHECKPOINT_COST = 0.02  # checkpoints take no more than this share of the time


def settled(loss: Sequence[float], patience: int) -> bool:
    """Whether the smoothed training loss has not become better for ``patience`` epochs; never when that is 0."""
    if not patience or len(loss) < SMOOTH_EPOCHS + patience:
        return False
    smooth = np.convolve(loss, np.full(SMOOTH_EPOCHS, 1 / SMOOTH_EPOCHS), "valid")
    return bool(smooth[-patience:].min() > smooth[:-patience].min() * (1 - LEAST_GAIN))


class Pace:
    """When the next checkpoint is due: often, but not so that they take a noticeable share of the time."""

    def __init__(self) -> None:
        self._since, self._asked, self._cost = time.monotonic(), 0.0, 0.0

    def due(self) -> bool:
        """Whether to save now."""
        self._asked = time.monotonic()
        return self._cost <= CHECKPOINT_COST * (self._asked - self._since)

    def saved(self) -> None:
        """What was due is done."""
        self._since = time.monotonic()
        self._cost = self._since - self._asked


def round_is_due(epoch: int, epochs: int, rounds: int, goes_on: bool) -> bool:
    """Whether a model listens to the negatives before an epoch: ``rounds`` times in all, evenly; one that goes on
    learning does so at once."""
    if not rounds:
        return False
    before = (epoch - 1) * (rounds + 1) // epochs if epoch else 0
    return (goes_on and not epoch) or (epoch > 0 and epoch * (rounds + 1) // epochs > before)
