"""Weights of 4 bits as a .tflite stores them (kTfLiteInt4): two a byte, the first in the low half, -8 to 7.

TFLM unpacks them before each inference; the C engine computes with them packed, in the order of engine/paired.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    pass


from numpy.typing import NDArray

LEVELS = 7  # on each side of 0; -8 stays unused, so that the levels are symmetric


def packed_bytes(count: int) -> int:
    """Bytes that so many weights take; the last half byte of an odd number is unused."""
    return (count + 1) // 2


def pack_nibbles(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Bytes ``[packed_bytes(n)]`` of weights (any shape, -8 to 7) in the order of their memory."""
    flat = np.zeros(2 * packed_bytes(values.size), np.uint8)
    flat[: values.size] = values.reshape(-1).view(np.uint8) & 0xF
    return np.asarray(flat[0::2] | (flat[1::2] << 4), np.uint8)


def unpack_nibbles(data: NDArray[np.uint8], count: int) -> NDArray[np.int8]:
    """The first ``count`` weights int8 ``[count]`` of packed bytes."""
    halves = np.stack([data & 0xF, data >> 4], axis=1).reshape(-1)[:count].astype(np.int8)
    return np.where(halves > 7, halves - 16, halves).astype(np.int8)
