"""All random numbers of a copy, drawn at once.

Each row's generator gives one vector of uniform numbers in [0, 1), one for each name below, whether they are needed or
not. So switching a transform on or off leaves what the others do as it is, and a name added at the end leaves all
others as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EQ_KNOTS = 6

NAMES = (
    *("tempo?", "tempo", "pitch?", "pitch", "formants?", "low formants", "high formants", "shift"),
    *("voice?", "voice", "voice shift", "voice snr"),
    *("room?", "room simulated?", "room"),
    *("noise?", "noise", "noise snr"),
    *("eq?", *(f"eq {knot}" for knot in range(EQ_KNOTS))),
    *("low pass?", "low pass", "low pass order", "high pass?", "high pass", "high pass order"),
    *("gain", "quiet?", "clipping?", "clipping", "codec?", "codec"),
)
_PLACE = {name: place for place, name in enumerate(NAMES)}

Rows = NDArray[np.intp]
Values = NDArray[np.float64]
NOBODY: Rows = np.zeros(0, np.intp)


class Draws:
    """Uniform numbers of each row of a batch, and what they become.

    Args:
        rngs: one generator a row.
    """

    def __init__(self, rngs: Sequence[np.random.Generator]) -> None:
        self._uniform = np.empty((len(rngs), len(NAMES)))
        for row, rng in enumerate(rngs):
            rng.random(out=self._uniform[row])

    def part(self, start: int, end: int) -> Draws:
        """Those of rows ``start`` to ``end``."""
        rest = Draws(())
        rest._uniform = self._uniform[start:end]
        return rest

    def uniform(self, name: str) -> Values:
        """``[rows]`` in [0, 1)."""
        return self._uniform[:, _PLACE[name]]

    def rows(self, name: str, probability: float) -> Rows:
        """Rows that something of this probability happens to."""
        return np.flatnonzero(self.uniform(name) < probability) if probability > 0.0 else NOBODY

    def between(self, name: str, ends: tuple[float, float], rows: Rows | slice = slice(None)) -> Values:
        """Evenly distributed from the first to the second of ``ends``."""
        low, high = ends
        return low + (high - low) * self.uniform(name)[rows]

    def index(self, name: str, count: int, rows: Rows | slice = slice(None)) -> NDArray[np.int64]:
        """One of 0 .. ``count`` - 1."""
        return np.minimum((self.uniform(name)[rows] * count).astype(np.int64), count - 1)
