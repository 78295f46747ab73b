"""ADD as one sum of products, where that gives TFLM's byte for every pair of bytes.

TFLM adds in five roundings. What comes out is close to a plane over the two operands, cut into steps of one byte: three
numbers (:class:`LinearSum`) say it with two multiplications. There are 65,536 pairs of bytes, and all of them are
compared here: what is handed out gives TFLM's byte for each. Where none was found (hardly ever, if the output's scale
suits the sum), the kernel with TFLM's roundings serves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.fixed_point import Multiplier

FRACTION = 22  # bits of a sum below one step of the output (kws_kernels_add.c)
_MULTIPLIER = FRACTION + 8  # an operand is multiplied as 256 times itself, and of the product 16 bits are dropped
_NEAR = 128  # multipliers that far from the ratio of the scales are tried
_SHIFTS = np.arange(-_NEAR, _NEAR + 1, 2)
_TIGHTEST = 64  # pairs on either side by which one multiplier is compared with another
_FAR = 1 << 40
_BYTES = np.arange(-128, 128, dtype=np.int64)


@dataclass(frozen=True)
class Operand:
    """What TFLM does to one operand of an addition: takes ``zero`` off, raises it by 2**20 and multiplies."""

    scale: float
    zero: int
    multiplier: Multiplier


@dataclass(frozen=True)
class LinearSum:
    """``output = clamp8((offset + (256 * a * multiplier_a >> 16) + (256 * b * multiplier_b >> 16)) >> FRACTION)``."""

    multiplier_a: int
    multiplier_b: int
    offset: int


def linear_sum(a: Operand, b: Operand, out: Multiplier, out_scale: float, out_zero: int) -> LinearSum | None:
    """The plane that gives what TFLM's ADD gives for all bytes, limited by int8 alone; None if none was found."""
    wanted = np.clip(_sums(a, b, out) + out_zero, -128, 127)
    nearest = [round(one.scale / out_scale * (1 << _MULTIPLIER)) for one in (a, b)]
    if max(nearest) + _NEAR > np.iinfo(np.int32).max:
        return None
    offset = _offset(_plane(*nearest), wanted)
    if offset is None:
        nearest = _roomiest(nearest, wanted)
        offset = _offset(_plane(*nearest), wanted)
    return None if offset is None else LinearSum(nearest[0], nearest[1], offset)


def _roomiest(nearest: list[int], wanted: NDArray[np.int64]) -> list[int]:
    """Multipliers near these with the most room for an offset, by those pairs that leave the least."""
    below = (wanted << FRACTION) - _plane(*nearest)
    above = below + (1 << FRACTION) - 1
    least = np.where(wanted > -128, below, -_FAR).reshape(-1)
    most = np.where(wanted < 127, above, _FAR).reshape(-1)
    low, high = np.argpartition(least, -_TIGHTEST)[-_TIGHTEST:], np.argpartition(most, _TIGHTEST)[:_TIGHTEST]
    room = (most[high] - _moves(nearest, high)).min(axis=2) - (least[low] - _moves(nearest, low)).max(axis=2)
    best = np.unravel_index(np.argmax(room), room.shape)
    return [near + int(_SHIFTS[place]) for near, place in zip(nearest, best, strict=True)]


def _moves(nearest: list[int], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """By how much the planes of all shifts lie above the nearest one at some pairs, int64 ``[a, b, pair]``."""
    by_a, by_b = (
        (256 * operand * (near + _SHIFTS[:, None]) >> 16) - (256 * operand * near >> 16)
        for operand, near in zip((_BYTES[pairs // 256], _BYTES[pairs % 256]), nearest, strict=True)
    )
    return by_a[:, None] + by_b[None, :]


def _plane(multiplier_a: int, multiplier_b: int) -> NDArray[np.int64]:
    """The sum of products for every pair, int64 ``[a, b]``."""
    return (256 * _BYTES * multiplier_a >> 16)[:, None] + (256 * _BYTES * multiplier_b >> 16)[None, :]


def _offset(plane: NDArray[np.int64], wanted: NDArray[np.int64]) -> int | None:
    """What must be added to a plane so that its steps are those wanted: the middle of what serves."""
    below = (wanted << FRACTION) - plane
    least = int(below[wanted > -128].max(initial=np.iinfo(np.int32).min))
    most = int(below[wanted < 127].min(initial=np.iinfo(np.int32).max)) + (1 << FRACTION) - 1
    offset = (least + most) // 2
    lowest, highest = int(plane.min()) + offset, int(plane.max()) + offset
    fits = lowest >= np.iinfo(np.int32).min and highest <= np.iinfo(np.int32).max and abs(offset) < 1 << 31
    return offset if least <= most and fits else None


def _sums(a: Operand, b: Operand, out: Multiplier) -> NDArray[np.int64]:
    """TFLM's sum of every pair before its zero point, int64 ``[a, b]``."""
    raised = [_scaled(_BYTES - one.zero << 20, one.multiplier) for one in (a, b)]
    return _scaled(raised[0][:, None] + raised[1][None, :], out)


def _scaled(values: NDArray[np.int64], multiplier: Multiplier) -> NDArray[np.int64]:
    """:func:`firmware_tools.engine.fixed_point.scale` of many values, without a left shift."""
    high = values * multiplier.mantissa + (1 << 30) >> 31
    return high if multiplier.right == 0 else (high + (1 << (multiplier.right - 1)) - (high < 0)) >> multiplier.right
