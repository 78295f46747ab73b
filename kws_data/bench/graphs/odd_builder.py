"""A model builder whose numbers are now and then what training seldom gives: extremes of scales, weights and biases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.tflite.model_builder import Handle, ModelBuilder

ODD_SHARE = 0.12  # of scales, weights and biases
ENDS = (-128, 127, 0)
MOST_BIAS = (1 << 31) - 1


class OddBuilder(ModelBuilder):
    """As :class:`ModelBuilder`; ``oddness`` is the share of tensors with unusual numbers."""

    def __init__(self, seed: Any = 0, oddness: float = ODD_SHARE) -> None:
        super().__init__(seed)
        self.oddness = oddness

    def _odd(self) -> bool:
        return bool(self.rng.random() < self.oddness)

    def activation(self, shape: tuple[int, ...], scale: float, zero_point: int | None = None) -> Handle:
        """Zero points at the ends of int8, and scales that saturate or hardly move."""
        if zero_point is None and self._odd():
            zero_point = int(self.rng.choice(ENDS))
        if self._odd():
            scale *= float(2 ** self.rng.uniform(-4, 4))
        return super().activation(shape, scale, zero_point)

    def tensor(
        self,
        shape: tuple[int, ...],
        dtype: str,
        scale: NDArray[np.float32] | float | None = None,
        zero_point: int = 0,
        data: NDArray[Any] | None = None,
        axis: int = 0,
    ) -> Handle:
        """Weights that are few, all extreme, or -128; biases that fill their 32 bits."""
        if data is not None and isinstance(scale, np.ndarray) and self._odd():
            data = self._biases(data) if dtype == "int32" else self._weights(data)
        return super().tensor(shape, dtype, scale, zero_point, data, axis)

    def _weights(self, data: NDArray[Any]) -> NDArray[Any]:
        choice = int(self.rng.integers(4))
        if choice == 0:
            return np.where(self.rng.random(data.shape) < 0.8, 0, data).astype(np.int8)
        if choice == 1:
            return np.where(data < 0, -127, 127).astype(np.int8)
        if choice == 2:
            return np.where(data < -100, -128, data).astype(np.int8)
        return np.full_like(data, self.rng.choice((-128, -127, 127)))

    def _biases(self, data: NDArray[Any]) -> NDArray[Any]:
        wider = data.astype(np.int64) * (1 << int(self.rng.integers(1, 20)))
        return np.clip(wider, -MOST_BIAS, MOST_BIAS).astype(np.int32)

    def _weight_scales(self, x: Handle, spread: float, count: int) -> NDArray[np.float32]:
        """Now and then scales of the channels of a layer are far apart, or all the same."""
        scales = super()._weight_scales(x, spread, count)
        if self._odd():
            scales = (scales * 2 ** self.rng.uniform(-8, 3, scales.size)).astype(np.float32)
        elif self._odd():
            scales = np.full_like(scales, scales[0])
        return scales
