"""What stands beside a Piper voice, ``NAME.onnx.json``: its rate, language, speakers, phonemes by number."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kws_data.errors import ConfigError

PAD, BEGIN, END = "_", "^", "$"
_SIGNS = 1 << 20  # more than any network knows
_OTHER_LANGUAGE = re.compile(r"\([^)]*\)")  # espeak-ng's mark of a word that it says in another language


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class PiperAudio(_Part):
    sample_rate: int = Field(ge=8_000, le=48_000)


class PiperEspeak(_Part):
    voice: str = Field(min_length=1)


class PiperInference(_Part):
    """How much a voice varies (noise), and how slow it is; the defaults are those of piper."""

    noise_scale: float = Field(0.667, ge=0, le=5, allow_inf_nan=False)
    length_scale: float = Field(1.0, gt=0.05, le=20, allow_inf_nan=False)
    noise_w: float = Field(0.8, ge=0, le=5, allow_inf_nan=False)


class PiperFile(_Part):
    """The description of a voice."""

    audio: PiperAudio
    espeak: PiperEspeak
    inference: PiperInference = PiperInference()
    phoneme_type: Literal["espeak", "text"] = "espeak"
    phoneme_map: dict[str, list[str]] = Field(default_factory=dict)
    phoneme_id_map: dict[str, list[int]]
    num_speakers: int = Field(1, ge=1, le=1_000_000)
    speaker_id_map: dict[str, int] = Field(default_factory=dict)
    dataset: str = ""

    @field_validator("phoneme_id_map")
    @classmethod
    def _frame(cls, numbers: dict[str, list[int]]) -> dict[str, list[int]]:
        lacking = [sign for sign in (PAD, BEGIN, END) if not numbers.get(sign)]
        if lacking:
            raise ValueError(f"the numbers of {' '.join(lacking)} are missing")
        wrong = [number for several in numbers.values() for number in several if not 0 <= number < _SIGNS]
        if wrong:
            raise ValueError(f"{wrong[0]} is no number of a phoneme")
        return numbers

    def speakers(self) -> dict[str, int]:
        """Number of each speaker by name; empty for a voice of one speaker.

        Raises:
            ValueError: a speaker's number is not one of them.
        """
        if self.num_speakers == 1:
            return {}
        named = self.speaker_id_map or {str(number): number for number in range(self.num_speakers)}
        wrong = [name for name, number in named.items() if not 0 <= number < self.num_speakers]
        if wrong:
            raise ValueError(f"speaker {wrong[0]} has number {named[wrong[0]]} of {self.num_speakers}")
        return dict(sorted(named.items(), key=lambda pair: (pair[1], pair[0])))

    def phonemes(self, ipa: str) -> list[str]:
        """Phonemes of a pronunciation as the network knows them: single code points, decomposed."""
        signs = unicodedata.normalize("NFD", _OTHER_LANGUAGE.sub("", ipa))
        return [mapped for sign in signs for mapped in self.phoneme_map.get(sign, [sign])]

    def numbers(self, phonemes: list[str]) -> list[int]:
        """What goes into the network: pads between all phonemes; those that it does not know are left out."""
        pad = self.phoneme_id_map[PAD]
        numbers = [*self.phoneme_id_map[BEGIN], *pad]
        for phoneme in phonemes:
            if phoneme in self.phoneme_id_map:
                numbers += [*self.phoneme_id_map[phoneme], *pad]
        return numbers + self.phoneme_id_map[END]


def read_piper_file(model: Path) -> PiperFile:
    """The description beside a model.

    Raises:
        ConfigError: it or the model is missing, or it cannot be used.
    """
    path = Path(f"{model}.json")
    if not model.is_file():
        raise ConfigError("voice not found", str(model), "engine.model: the .onnx file of a Piper voice")
    if not path.is_file():
        raise ConfigError("a Piper voice needs its description", str(path), f"put it beside {model.name}")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, Mapping):
            raise ValueError("no object")
        return _checked(values, path)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError("description of a Piper voice cannot be read", str(path), str(error)) from None


def _checked(values: Mapping[str, Any], path: Path) -> PiperFile:
    try:
        described = PiperFile.model_validate(values)
    except ValidationError as error:
        from kws_data.config.complaints import complaint

        raise complaint(error, values, str(path)) from None
    described.speakers()
    return described
