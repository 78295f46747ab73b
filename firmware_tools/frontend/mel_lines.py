"""Mel filters as straight lines: a segment's weights from two numbers, to the bit.

Between two mel points the weight of bins in the lower filter falls by the same amount from bin to bin. The C front end
keeps a weight and a fall of 32 bits for each segment and uses the upper 16 of the weight. Here both are found so that
these 16 bits are those of each weight rounded by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError

_ONE = 1 << 16


def straight_falls(segments: NDArray[np.int64], fall: NDArray[np.int64]) -> NDArray[np.uint32]:
    """First weight and fall a bin, Q32 ``[segments, 2]``, for the weights Q16 ``fall`` ``[bins]``.

    Raises:
        FrontendError: no straight line has these weights.
    """
    ends = np.cumsum(segments)
    return np.array([_line(fall[end - bins : end]) for bins, end in zip(segments, ends, strict=True)], dtype=np.uint32)


def _line(weights: NDArray[np.int64]) -> tuple[int, int]:
    """Integers ``first`` and ``step`` such that ``(first - i * step) >> 16`` is ``weights[i]`` for all ``i``."""
    lowest, highest = [int(weight) * _ONE for weight in weights], [int(weight) * _ONE + _ONE - 1 for weight in weights]
    if len(weights) < 2:
        return (lowest[0], 0) if lowest else (0, 0)
    # What a step may be, from each pair of bins: real bounds, of which the middle is the safest.
    pairs = [(i, j) for j in range(len(weights)) for i in range(j)]
    least = max((lowest[i] - highest[j]) / (j - i) for i, j in pairs)
    most = min((highest[i] - lowest[j]) / (j - i) for i, j in pairs)
    for step in _from_the_middle(int(np.ceil(least)), int(np.floor(most))):
        floor = max(low + i * step for i, low in enumerate(lowest))
        ceiling = min(high + i * step for i, high in enumerate(highest))
        if floor <= ceiling:
            return (floor + ceiling) // 2, step
    raise FrontendError("front end: mel weights are on no line", len(weights), "this is a fault of kws: report it")


def _from_the_middle(least: int, most: int) -> Iterator[int]:
    """The integers from ``least`` to ``most``, not below 0, those in the middle first."""
    least = max(least, 0)
    middle = (least + most) // 2
    for distance in range(most - middle + 1):
        yield from (step for step in {middle - distance, middle + distance} if least <= step <= most)
