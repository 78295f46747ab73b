"""hibari (package ``hibari-tts``, Apache-2.0): an American woman's voice of 8 MB, the quickest of the neural ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.stamp import package_version, stamp
from kws_data.sources.synth.script import foreign_script
from kws_data.system.onnx import RUNTIME, need

PACKAGE = "hibari_tts"
PACKAGED = "heart"
AMERICAN, BRITISH = "en-us", "en-gb"


class HibariVoice:
    """The voice in the package, or the file of another one of hibari's (``data.synth.engine.model``).

    A file under the name that hibari gives it, as ``bf_emma.int8.onnx``, speaks in its own accent, any other in
    American. Nothing is downloaded. The network knows no chance: the seed makes the noise in the voice alone.

    Raises:
        ConfigError: the package is not installed, or the file cannot be read.
    """

    rate_hz = 24_000
    licence = "Apache-2.0"

    def __init__(self, settings: EngineSettings) -> None:
        need("hibari", "voices", "hibari", RUNTIME)
        self._model = Path(settings.model) if settings.model else None
        self._loaded: Any = None
        self._kin = PACKAGED if self._model is None else _voice_of(self._model)
        file = f" {self._model.name} {stamp(self._model)}" if self._model else ""
        self.name = f"hibari {package_version(PACKAGE)}{file}"
        self.accents = (_accent(self._kin),)
        self.voices = (self._kin if self._model is None or self._kin != PACKAGED else self._model.stem,)

    def person(self, variant: str) -> str:
        return variant

    def speak(self, voice: SynthVoice, text: str, speed: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """See :class:`~kws_data.sources.synth.neural.voice.NeuralVoice`."""
        for what, asked, there in (("voice", voice.variant, self.voices), ("accent", voice.accent, self.accents)):
            if asked not in there:
                raise DataError(f"{self.name} has no such {what}", asked, f"there is: {', '.join(there)}")
        network = self._network()
        script, sentences = foreign_script(text), network.phonemize(text)
        if script or not sentences:
            raise DataError("hibari speaks English", text, f"it reads no {script or 'such'} letters: leave hibari out")
        try:
            said = [network.from_ids(network.ids(sentence), speed, rng) for sentence in sentences]
        except Exception as error:  # onnxruntime has a class for each status, without a common one
            raise self._unusable(error) from None
        return np.concatenate(said)

    def _network(self) -> Any:
        """hibari, on one thread, loaded at the first call."""
        if self._loaded is None:
            from hibari import Hibari

            try:
                self._loaded = Hibari(voice=self._kin, model=str(self._model) if self._model else None, threads=1)
            except Exception as error:
                raise self._unusable(error) from None
        return self._loaded

    def _unusable(self, error: Exception) -> ConfigError:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        return ConfigError("not a voice of hibari that can be run", str(self._model or PACKAGED), said[:200])


def _voice_of(model: Path) -> str:
    """hibari's name of the voice that it keeps in a file of this name; the packaged one's when it has none."""
    from hibari.voices import VOICES

    return next((name for name, about in VOICES.items() if about["file"] == model.name), PACKAGED)


def _accent(name: str) -> str:
    """Which English a voice of hibari speaks."""
    if name == PACKAGED:
        return AMERICAN
    from hibari.voices import VOICES

    return BRITISH if VOICES[name]["british"] else AMERICAN
