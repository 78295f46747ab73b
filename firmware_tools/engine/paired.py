"""Weights of two filters in shared words, as the kernels' dot products read them (``firmware/include/kws_dots.h``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GROUP = 4  # inputs that are widened together: k, k + 2, then k + 1, k + 3
_ORDER = (0, 2, 1, 3)


def padded_depth(taps: int) -> int:
    """Inputs of a filter with those that fill its last group."""
    return -(-taps // GROUP) * GROUP


def pair_filters(filters: NDArray[np.int8]) -> NDArray[np.int16]:
    """Filters int8 ``[out, taps]`` as halfwords ``[ceil(out / 2), depth]``: 256 * second + first, wrapped."""
    first, second = _in_pairs(filters)
    return (256 * second + first).astype(np.int16).reshape(len(first), -1)


def pair_nibbles(filters: NDArray[np.int8]) -> NDArray[np.int16]:
    """Filters of 4 bits, int8 ``[out, taps]`` from -8 to 7, as halfwords ``[ceil(out / 2), depth / 2]``.

    From the top: second[k], first[k], second[k + 1], first[k + 1]; the other halfword of a group has k + 2.
    """
    first, second = (part & 0xF for part in _in_pairs(filters))
    words = second[..., :2] << 12 | first[..., :2] << 8 | second[..., 2:] << 4 | first[..., 2:]
    return words.astype(np.int16).reshape(len(first), -1)


def exact(filters: NDArray[np.int8]) -> bool:
    """Whether every halfword of :func:`pair_filters` holds its two weights without wrapping."""
    first, second = _in_pairs(filters)
    return bool((256 * second + first >= -(1 << 15)).all())


def _in_pairs(filters: NDArray[np.int8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and second filters of the pairs, int32 ``[pairs, groups, 4]``, each group in the kernels' order."""
    count, taps = filters.shape
    padded = np.zeros((-(-count // 2) * 2, padded_depth(taps)), np.int32)
    padded[:count, :taps] = filters
    pairs = padded.reshape(-1, 2, padded.shape[1] // GROUP, GROUP)[..., list(_ORDER)]
    return pairs[:, 0], pairs[:, 1]
