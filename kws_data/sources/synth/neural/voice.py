"""What a neural voice is: something that says a text, in this process, the same for the same random generator."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.voiced import Voiced


class NeuralVoice(Voiced, Protocol):
    """A network that speaks."""

    @property
    def rate_hz(self) -> int: ...

    def person(self, variant: str) -> str:
        """Who speaks in a voice: one person may have several, which stay in one split."""
        ...

    def speak(self, voice: SynthVoice, text: str, speed: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """Mono samples within ±1 at ``rate_hz``. ``speed`` is 1 for the network's own; of ``voice`` only ``accent``
        and ``variant`` count: pitch and rate are made of speed and resampling, for all networks alike.

        Raises:
            DataError: the voice lacks the accent, the variant or a sound of the text.
        """
        ...
