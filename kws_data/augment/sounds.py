"""What is mixed under clips and what they are convolved with: training material only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.augment.convolve import Kernel
from kws_data.augment.rooms import measured_room

KEPT = 256  # spectra of measured rooms that are kept: 16 MB

Room = NDArray[np.float32]


@dataclass(frozen=True)
class Sounds:
    """Sounds that augmentation needs besides the clip itself.

    Attributes:
        noise: all training noise in a row, int16 ``[n]``; may be empty.
        rooms: measured impulse responses, float32 ``[k]`` each; may be empty.
        voices: training clips that stand in for a second speaker, int16 ``[m, samples]``; may be empty.
        kept: spectra of rooms, by number and length of clip, with the room that they are of.
    """

    noise: Samples
    rooms: tuple[Room, ...]
    voices: NDArray[np.int16]
    kept: dict[tuple[int, int], tuple[Room, Kernel]] = field(default_factory=dict, repr=False, compare=False)

    def room(self, number: int, samples: int) -> Kernel:
        """One of the measured rooms, for clips of ``samples`` samples.

        Raises:
            DataError: the impulse response is empty, silent or not finite.
        """
        room, key = self.rooms[number], (number, samples)
        known, kernel = self.kept.get(key, (None, None))
        if kernel is None or known is not room:
            kernel = measured_room(room, samples)
            if len(self.kept) >= KEPT:
                self.kept.clear()
            self.kept[key] = (room, kernel)
        return kernel
