"""Which neural voices there are, by kind. To add one, write a class as :mod:`.voice` says and name it here."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from kws_data.config.synth import EngineSettings
from kws_data.sources.synth.neural.voice import NeuralVoice

#: Name in ``data.synth.engine.kind`` -> module beside this one, and its class, made of the settings.
NEURAL: dict[str, str] = {
    "hibari": "hibari:HibariVoice",
    "piper": "piper:PiperVoice",
    "kokoro": "kokoro:KokoroVoice",
}


def make_voice(settings: EngineSettings) -> NeuralVoice:
    """The voice that the settings ask for; its network is loaded when it first speaks.

    Raises:
        ConfigError: its packages are not installed, or its files do not fit.
    """
    name, _, kind = NEURAL[settings.kind].partition(":")
    make: Callable[[EngineSettings], NeuralVoice] = getattr(
        importlib.import_module(f"kws_data.sources.synth.neural.{name}"), kind
    )
    return make(settings)
