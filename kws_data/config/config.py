"""One YAML file to typed, checked settings.

An unknown or mistyped key is an error that names the file, the key and the nearest valid one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator, model_validator

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.augment import AugmentSettings as AugmentSettings
from kws_data.config.base import Settings
from kws_data.config.data import DataSettings
from kws_data.config.device import BudgetSettings, DeviceSettings
from kws_data.config.encoder import EncoderSettings
from kws_data.config.export import ExportSettings, PackageSettings, ThresholdSettings
from kws_data.config.micro_wake_word import check, with_what_follows
from kws_data.config.model import ModelSettings
from kws_data.config.release import ReleaseSettings
from kws_data.config.renamed import renamed_sections
from kws_data.config.split import SplitSettings
from kws_data.config.stream import StreamSettings
from kws_data.config.targets import TargetSettings
from kws_data.config.training import BalanceSettings, TrainSettings
from kws_data.file_names import is_device
from kws_data.labels import SILENCE, SPEECH, UNKNOWN, UNLABELLED, likeness, spelt


class Config(Settings):
    """A whole run, from data to the board."""

    name: str
    seed: int = Field(0, ge=0, lt=2**31)
    keywords: list[str] = Field(min_length=1)
    data: DataSettings = Field(default_factory=lambda: DataSettings())
    split: SplitSettings = Field(default_factory=lambda: SplitSettings())
    release: ReleaseSettings = Field(default_factory=lambda: ReleaseSettings())
    frontend: FrontendSpec = Field(default_factory=FrontendSpec)
    augment: AugmentSettings = Field(default_factory=lambda: AugmentSettings())
    encoder: EncoderSettings = Field(default_factory=lambda: EncoderSettings())
    balance: BalanceSettings = Field(default_factory=lambda: BalanceSettings())
    model: ModelSettings = Field(default_factory=lambda: ModelSettings())
    train: TrainSettings = Field(default_factory=lambda: TrainSettings())
    export: ExportSettings = Field(default_factory=lambda: ExportSettings())
    package: PackageSettings = Field(default_factory=lambda: PackageSettings())
    threshold: ThresholdSettings = Field(default_factory=lambda: ThresholdSettings())
    stream: StreamSettings = Field(default_factory=lambda: StreamSettings())
    budget: BudgetSettings = Field(default_factory=lambda: BudgetSettings())
    targets: TargetSettings = Field(default_factory=lambda: TargetSettings())
    device: DeviceSettings = Field(default_factory=lambda: DeviceSettings())

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name) or name.endswith("."):
            raise ValueError(
                "a name has at most 100 characters, letters from a to z, digits, '-', '_' and '.'; it begins with a "
                "letter or digit and does not end with '.'"
            )
        if is_device(name):
            raise ValueError("Windows keeps this name for a device, so that no folder can have it: take another one")
        return name

    @field_validator("keywords")
    @classmethod
    def _keywords(cls, words: list[str]) -> list[str]:
        words = [spelt(word) for word in words]
        like: dict[str, str] = {}
        for word in words:
            if not likeness(word) or re.search(r"[/\\\x00-\x1f]", word):
                raise ValueError(f"keyword {word!r} is empty or only signs, or has a slash in it")
            if word.startswith("_") or word in (SPEECH, UNLABELLED):
                kept = f"{SILENCE}, {UNKNOWN}, {SPEECH} and {UNLABELLED} are names of what is no keyword"
                raise ValueError(f"keyword {word!r} starts with _ or is {SPEECH} or {UNLABELLED}: {kept}")
            if (other := like.setdefault(likeness(word), word)) != word:
                raise ValueError(f"keywords {other!r} and {word!r} are one word, written in two ways: keep one of them")
        if len(set(words)) != len(words):
            raise ValueError("a keyword stands twice")
        return words

    @model_validator(mode="before")
    @classmethod
    def _old_names(cls, values: Any) -> Any:
        return with_what_follows(renamed_sections(values)) if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _few_real_need_a_list(self) -> Config:
        if self.data.real_per_keyword is not None and self.split.test == "speakers":
            raise ValueError("data.real_per_keyword needs split.test: validation_list or given: others are tested")
        return self

    @model_validator(mode="after")
    def _streams_if_it_must(self) -> Config:
        padded = self.model.family in ("temporal_dscnn", "tenet") and self.model.padding == "same"
        if self.stream.engine == "streaming" and padded:
            raise ValueError(
                "stream.engine: streaming needs model.padding: valid, as padded columns are those of whole windows: "
                "write that, or stream.engine: auto"
            )
        return self

    @model_validator(mode="after")
    def _fit_for_micro_wake_word(self) -> Config:
        check(self.keywords, self.frontend, self.model, self.stream)
        return self

    @property
    def labels(self) -> list[str]:
        """``_silence_``, ``_unknown_``, then the keywords in config order."""
        return [SILENCE, UNKNOWN, *self.keywords]

    @property
    def clip_samples(self) -> int:
        """Samples of one clip."""
        return self.data.clip_ms * self.frontend.sample_rate_hz // 1_000

    @property
    def run_dir(self) -> Path:
        """``runs/<name>`` below the working directory."""
        return Path("runs") / self.name

    def sha256(self, *sections: str) -> str:
        """Hash of the named sections, or of single settings as ``section.setting`` (all when none is named)."""
        values = self.model_dump(mode="json")
        chosen = {key: _at(values, key) for key in (sections or sorted(values))}
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()


def _at(values: dict[str, Any], key: str) -> Any:
    section, _, setting = key.partition(".")
    return values[section][setting] if setting else values[section]
