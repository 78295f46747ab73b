"""What an encoder is. To put in another one, write such a class and give it a kind in ``encoders.py``."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples


class Encoder(Protocol):
    """A network from sound to features, in this process, on one core.

    Attributes:
        name: kind, version and hash of its file: part of the key of all that is kept of it.
        licence: of the network.
        width: features of one frame.
    """

    @property
    def name(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def width(self) -> int: ...

    def frames(self, samples: int) -> int:
        """How many frames so many samples at 16 kHz give."""
        ...

    def __call__(self, clips: Samples) -> NDArray[np.float32]:
        """Features float32 ``[clips, frames, width]`` of clips int16 ``[clips, samples]`` at 16 kHz, each as if it
        were alone.
        """
        ...
