"""What is mixed under clips and what they are convolved with: training material only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.augment.convolve import Kernel
from kws_data.augment.rooms import measured_room
from kws_data.errors import DataError

KEPT = 256  # spectra of measured rooms that are kept: 32 MB


@dataclass(frozen=True)
class Sounds:
    """Sounds that augmentation needs besides the clip itself.

    Attributes:
        noise: all training noise in a row, int16 ``[n]``; may be empty.
        rooms: measured impulse responses, float32 ``[k]`` each; may be empty.
        voices: training clips that stand in for a second speaker, int16 ``[m, samples]``; may be empty.

    Raises:
        DataError: an impulse response is empty, silent or not finite.
    """

    noise: Samples
    rooms: tuple[NDArray[np.float32], ...]
    voices: NDArray[np.int16]
    _kernels: dict[tuple[int, int], Kernel] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for number, room in enumerate(self.rooms):
            if room.ndim != 1 or not len(room) or not np.isfinite(room).all() or not room.any():
                raise DataError("impulse response cannot be used", f"number {number}", "it is empty, silent or broken")

    def room(self, number: int, samples: int) -> Kernel:
        """One of the measured rooms, for clips of ``samples`` samples."""
        key = (number, samples)
        kernel = self._kernels.get(key)
        if kernel is None:
            kernel = measured_room(self.rooms[number], samples)
            if len(self._kernels) >= KEPT:
                self._kernels.clear()
            self._kernels[key] = kernel
        return kernel
