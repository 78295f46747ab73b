"""The fixed-point arithmetic of TensorFlow Lite's reference kernels, in exact Python integers.

Sources: ``QuantizeMultiplier``, ``CalculateInputRadius`` (tensorflow/lite/kernels/internal/quantization_util.cc),
``CalculateActivationRangeQuantized`` (kernels/kernel_util.cc), and gemmlowp's fixedpoint.h for the exponential.
The C kernels and these functions must give the same bits as the TFLM interpreter; tests hold them to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from firmware_tools.errors import ModelError

INT32_MAX = (1 << 31) - 1
INT32_MIN = -(1 << 31)

# exp(-2^k) in Q0.31, for k = -2 .. 4 (gemmlowp's exp_on_negative_values).
_EXP_POWERS = ((-2, 1672461947), (-1, 1302514674), (0, 790015084), (1, 290630308), (2, 39332535), (3, 720401), (4, 242))


@dataclass(frozen=True)
class Multiplier:
    """A positive real number ``mantissa / 2**31 * 2**shift``, mantissa in [2**30, 2**31) or 0."""

    mantissa: int
    shift: int

    @property
    def left(self) -> int:
        """Bits to shift left before multiplying."""
        return max(self.shift, 0)

    @property
    def right(self) -> int:
        """Bits to shift right, rounding, after multiplying."""
        return max(-self.shift, 0)


def quantize_multiplier(value: float) -> Multiplier:
    """``value`` as a fixed-point multiplier; values below 2**-32 become zero.

    Raises:
        ModelError: too large for 32 bits, or no number.
    """
    if not math.isfinite(value):
        raise ModelError("the model scales by what is no number", value, "export the model again")
    if value == 0.0:
        return Multiplier(0, 0)
    fraction, shift = math.frexp(value)
    mantissa = _round_half_away(fraction * (1 << 31))
    if mantissa == 1 << 31:
        mantissa //= 2
        shift += 1
    if shift < -31:
        return Multiplier(0, 0)
    if shift > 31:
        raise ModelError("the model scales by more than 32 bits can hold", value, "export the model again")
    return Multiplier(mantissa, shift)


def _round_half_away(value: float) -> int:
    """C's ``round``: halves away from zero."""
    return math.floor(value + 0.5) if value >= 0 else -math.floor(-value + 0.5)


def _wrap(value: int) -> int:
    """A value as a 32-bit register holds it."""
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def rounding_high_multiply(a: int, b: int) -> int:
    """``SaturatingRoundingDoublingHighMul``: a * b / 2**31, halves towards plus infinity."""
    if a == b == INT32_MIN:
        return INT32_MAX
    return (a * b + (1 << 30)) >> 31


def rounding_divide_by_power(value: int, exponent: int) -> int:
    """``RoundingDivideByPOT``: value / 2**exponent, halves away from zero."""
    if exponent == 0:
        return value
    return (value + (1 << (exponent - 1)) - (value < 0)) >> exponent


def scale(value: int, multiplier: Multiplier) -> int:
    """``MultiplyByQuantizedMultiplier`` with its two roundings."""
    shifted = _wrap(value << multiplier.left)
    return rounding_divide_by_power(rounding_high_multiply(shifted, multiplier.mantissa), multiplier.right)


def activation_range(activation: str, scale_: float, zero_point: int) -> tuple[int, int]:
    """Smallest and largest int8 output that a fused activation lets through.

    Raises:
        ModelError: an activation that cannot be fused in integers.
    """
    limits = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
    if activation not in limits:
        raise ModelError("the engine has no such fused activation", activation, "use relu, relu6 or none")
    low, high = limits[activation]
    least = -128 if low is None else max(-128, zero_point + _quantized(low, scale_))
    most = 127 if high is None else min(127, zero_point + _quantized(high, scale_))
    return least, most


def _quantized(value: float, scale_: float) -> int:
    """``value`` in quantisation steps, divided in float32 as the kernels do.

    Raises:
        ModelError: the scale is so small that there is no such number.
    """
    with np.errstate(over="ignore"):
        steps = float(np.float32(value) / np.float32(scale_))
    if abs(steps) > INT32_MAX:
        raise ModelError("the model has an output scale that is too small", scale_, "export the model again")
    return _round_half_away(steps)


def input_radius(integer_bits: int, left_shift: int) -> int:
    """Largest input that, scaled, still fits ``integer_bits`` (``CalculateInputRadius`` with 31 bits)."""
    return math.floor(((1 << integer_bits) - 1) * (1 << (31 - integer_bits)) / (1 << left_shift))


def exp_of_negative(value: int, integer_bits: int) -> int:
    """exp(value) in Q0.31 for ``value <= 0`` in Q(integer_bits).(31 - integer_bits)."""
    if value == 0:
        return INT32_MAX
    fractional_bits = 31 - integer_bits
    quarter = 1 << (fractional_bits - 2)
    remainder = (value & (quarter - 1)) - quarter
    result = _exp_between_minus_quarter_and_0(_wrap(remainder << integer_bits))
    above = remainder - value
    for power, factor in _EXP_POWERS:
        if integer_bits > power and above & (1 << (fractional_bits + power)):
            result = rounding_high_multiply(result, factor)
    if integer_bits > 5 and value < -(1 << (36 - integer_bits)):
        return 0
    return result


def _exp_between_minus_quarter_and_0(a: int) -> int:
    """exp(a) in Q0.31 for a in [-1/4, 0): a Taylor series around -1/8."""
    x = a + (1 << 28)
    x2 = rounding_high_multiply(x, x)
    x3 = rounding_high_multiply(x2, x)
    x4_over_4 = rounding_divide_by_power(rounding_high_multiply(x2, x2), 2)
    series = rounding_high_multiply(x4_over_4 + x3, 715827883) + x2  # 1/3
    return 1895147668 + rounding_high_multiply(1895147668, x + rounding_divide_by_power(series, 1))  # exp(-1/8)


def reciprocal_of_one_plus(a: int) -> int:
    """1 / (1 + a) in Q0.31 for a in [0, 1): three Newton-Raphson steps in Q2.29."""
    half_denominator = (a + INT32_MAX + 1) >> 1
    x = 1515870810 + rounding_high_multiply(half_denominator, -1010580540)  # 48/17, -32/17
    for _ in range(3):
        error = (1 << 29) - rounding_high_multiply(half_denominator, x)
        x = _wrap(x + _wrap(rounding_high_multiply(x, error) << 2))
    return min(max(x << 1, INT32_MIN), INT32_MAX)


def logistic(value: int, integer_bits: int) -> int:
    """1 / (1 + exp(-value)) in Q0.31, ``value`` in Q(integer_bits)."""
    if value == 0:
        return 1 << 30
    below = exp_of_negative(-abs(value), integer_bits)
    positive = reciprocal_of_one_plus(below)
    return positive if value > 0 else INT32_MAX - positive
