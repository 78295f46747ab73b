"""Many tests at once: p-values that stay true when the smallest of them is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError


def holm(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p, ``[tests]`` in the order given: no true hypothesis is refused at all but with this probability.

    Source: Holm 1979, Scand. J. Stat. 6:65. Nothing is assumed of how the tests depend on each other.

    Raises:
        DataError: a p is not between 0 and 1.
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    stepped = values[order] * np.arange(len(values), 0, -1)
    return _placed(np.maximum.accumulate(stepped), order)


def _checked(p: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.asarray(p, np.float64)
    wrong = values[~((values >= 0) & (values <= 1))]
    if values.ndim != 1 or len(wrong):
        raise DataError("a p-value is not between 0 and 1", list(wrong[:3]), "give one p a test")
    return values


def _placed(adjusted: NDArray[np.float64], order: NDArray[np.intp]) -> NDArray[np.float64]:
    placed = np.empty_like(adjusted)
    placed[order] = np.minimum(adjusted, 1.0)
    return placed
