"""``data.synth:`` who the synthetic people are, what they say, and which program speaks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kws_data.config.base import PathText, Settings


class EngineSettings(Settings):
    """What speaks."""

    kind: str = Field(
        "espeak",
        description="espeak, flite, festival, mbrola, rhvoice, pico, hibari, piper, kokoro, command, or your own in"
        " kws_data.sources.synth.engines",
    )
    command: list[str] = Field(
        default_factory=list, description='program and arguments, as ["say", "-o", "{out}", "{text}"]; no shell'
    )
    model: PathText | None = Field(
        None, description="piper, kokoro, hibari: the .onnx file of your own; that of an installed package when null"
    )
    styles: PathText | None = Field(
        None,
        exclude_if=lambda path: path is None,  # clips of people without it keep their names
        description="kokoro: its styles, an .npz or .bin file or a folder of .bin files",
    )
    version: str = Field("", description="of the program, for the clips' provenance")
    licence: str = Field("", description="of what the program says; espeak-ng's is CC0-1.0")
    timeout_s: float = Field(30.0, gt=0, le=600, description="of one utterance of a program")


class ConfusableSettings(Settings):
    """Words that sound nearly like a keyword; learnt as other words."""

    per_keyword: int = Field(0, ge=0, le=200, description="nearest words of each keyword")
    min_distance: float = Field(0.0, ge=0, le=1, description="of phonemes, weighted; 0 is the same sound")
    max_distance: float = Field(0.35, gt=0, le=1)
    per_speaker: int | None = Field(None, ge=1, description="how many of them each person says; all when null")


class MorePeople(Settings):
    """Further synthetic people whom another engine lends its voices."""

    speakers: int = Field(ge=1, description="how many")
    engine: EngineSettings
    optional: bool = Field(
        False,
        exclude_if=lambda optional: True,  # says whether these people speak, not what they say
        description="left out, and said so in the first line of a run, where the engine's packages are missing",
    )
    accents: list[str] | None = Field(None, min_length=1, description="all of the engine's when null")
    voices: list[str] | None = Field(None, min_length=1, description="all of the engine's when null")


class SynthSettings(Settings):
    """Synthetic people: voices with accents, variants, pitches and rates."""

    speakers: int = Field(48, ge=4, description="how many synthetic people")
    takes: int = Field(2, ge=1, description="takes of each keyword by each person")
    engine: EngineSettings = Field(default_factory=EngineSettings)
    accents: list[str] | None = Field(None, min_length=1, description="all of the engine's when null")
    voices: list[str] | None = Field(None, min_length=1, description="variants or speakers; all usual ones when null")
    pitch: tuple[int, int] = Field((30, 70), description="0 to 99, 50 is the voice's own")
    rate: tuple[int, int] = Field((125, 200), description="words a minute")
    range: tuple[int, int] = Field((30, 70), description="0 to 99, how much the pitch moves")
    floor_db: tuple[float, float] = Field(
        (-66.0, -54.0), description="of full scale: white noise of a microphone under each clip"
    )
    marks: list[Literal["", ".", "?", "!", ","]] = Field(
        default_factory=lambda: list[Literal["", ".", "?", "!", ","]](("",)),
        min_length=1,
        description="one of them after each word: a voice falls before a full stop and rises before a question mark",
    )
    confusables: ConfusableSettings = Field(default_factory=ConfusableSettings)
    more: list[MorePeople] = Field(default_factory=list, description="further people, of other engines")
    candidates: list[str] = Field(
        default_factory=list, description="your words to draw confusables from, beside the common ones"
    )
    other_words: list[str] = Field(
        default_factory=list, description="words that are no keyword, said by each person as often as they are listed"
    )
    common_words: int = Field(0, ge=0, description="so many common English words as further other words")
    common_per_speaker: int | None = Field(None, ge=1, description="how many of them each person says; all when null")
    running_speech_s: float = Field(
        0.0,
        ge=0,
        le=3_600,
        exclude_if=lambda seconds: seconds == 0,  # configurations from before there was any keep their keys
        description="seconds of sentences without a keyword that each person says: negatives, beside data.negatives",
    )

    @field_validator("pitch", "rate", "range", "floor_db")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the first value must not be above the second")
        return value

    @field_validator("pitch", "range")
    @classmethod
    def _within_99(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] < 0 or value[1] > 99:
            raise ValueError("must lie within 0 and 99")
        return value

    @field_validator("floor_db")
    @classmethod
    def _below_full_scale(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] < -120 or value[1] > -20:
            raise ValueError("must lie within -120 and -20 dB")
        return value

    @field_validator("rate")
    @classmethod
    def _sayable(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] < 80 or value[1] > 450:
            raise ValueError("must lie within 80 and 450 words a minute")
        return value

    @field_validator("other_words", "candidates")
    @classmethod
    def _words(cls, words: list[str]) -> list[str]:
        for word in words:
            if not word.strip() or word.startswith("_") or "/" in word:
                raise ValueError(f"word {word!r} is empty, starts with _ or has a slash in it")
        return words
