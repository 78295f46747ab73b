"""One YAML file to typed, checked settings.

An unknown or mistyped key is an error that names the file, the key and the nearest valid one.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from firmware_tools.errors import KwsError
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.augment_settings import AugmentSettings as AugmentSettings
from kws_data.data_settings import ReleaseSettings, SplitSettings, SynthSettings
from kws_data.errors import ConfigError
from kws_data.settings import Settings, Share

SILENCE = "_silence_"
UNKNOWN = "_unknown_"


class DataSettings(Settings):
    """Where clips come from."""

    source: Literal["synthetic", "folder", "both"] = Field(
        "synthetic", description="both: synthetic people are trained on, those of the folder tested"
    )
    real_per_keyword: int | None = Field(
        None,
        ge=0,
        description="source both: training clips of the folder for each keyword, each by another person; all when null",
    )
    real_repeats: int = Field(
        1, ge=1, le=64, description="so often each of those stands in training, each time with other augmented copies"
    )
    folder: str | None = Field(None, description="the recordings, in data.layout; needed when source is folder")
    layout: str = Field("speech-commands", description="of the folder: a name that kws import takes, or your own .py")
    licence: str = Field("", description="of clips whose folder states none")
    consent: str = Field("", description="to what the speakers agreed, where the folder does not say")
    noise_folder: str | None = Field(None, description="extra noise recordings, for augmentation only")
    speech_folder: str | None = Field(
        None, description="running speech with transcripts; pieces without a keyword are further other words"
    )
    room_folder: str | None = Field(None, description="measured impulse responses, for augmentation only")
    recordings: str = Field("recordings", description="the catalogue and its audio")
    synth: SynthSettings = Field(default_factory=lambda: SynthSettings())
    clip_ms: int = Field(1_000, ge=250, le=4_000)
    silence_share: Share = Field(0.1, description="silence clips as a share of all clips of a split")
    record_test_clips: int | None = Field(
        None, ge=0, description="held-out clips to record through the board; all when null"
    )
    record_train_clips: int = Field(0, ge=0, description="training clips to record through the board")

    @model_validator(mode="after")
    def _folder_when_needed(self) -> DataSettings:
        if self.source != "synthetic" and not self.folder:
            raise ValueError(f"data.folder is needed when data.source is {self.source}: use --set data.folder=PATH")
        if self.source != "both" and self.real_per_keyword is not None:
            raise ValueError("data.real_per_keyword is for data.source: both")
        if self.real_repeats > 1 and not self.real_per_keyword:
            raise ValueError("data.real_repeats is for the few recordings of data.real_per_keyword")
        return self


class BalanceSettings(Settings):
    """What to do when some labels have many more training clips than others, beside ``train.label_balance``."""

    undersample: float | None = Field(
        None, ge=1, description="leave out training clips of a label that has more than so many times the smallest"
    )
    smote: Share = Field(0.0, description="share of the gap to the largest label to fill between neighbours")
    class_weights: Share = Field(0.0, description="let errors on small labels count more: 0 off, 1 in full")


class ModelSettings(Settings):
    """Which model: a family of ``kws_data.models`` and its shape.

    Every family takes channels, blocks, kernel, residual and dropout (and does without those that mean nothing to
    it); the other settings are refused where the family does not have them.
    """

    family: str = Field("temporal_dscnn", description="a name, path/to/file.py:function or package.module:function")
    channels: int = Field(28, ge=4, le=256)
    blocks: int = Field(5, ge=1, le=32)
    kernel: int = Field(9, ge=2, le=25, description="length of the kernels in time, in columns")
    residual: bool = True
    dropout: float = Field(0.0, ge=0, lt=1, description="share of the last layer's inputs left out while training")
    padding: Literal["same", "valid"] = Field("same", description="valid can be streamed column by column")
    stride: int = Field(2, ge=1, le=4, description="frames from one column to the next")
    branches: tuple[int, ...] | None = Field(
        None, description="further kernel lengths beside kernel, folded at export; null: the family's own, []: none"
    )
    expansion: int = Field(2, ge=1, le=6, description="widening inside an inverted bottleneck")
    options: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="shape settings of your own family"
    )

    @model_validator(mode="after")
    def _known_to_the_family(self) -> ModelSettings:
        from kws_data.models.registry import check_settings

        check_settings(self)
        odd = [n for n in self.branches or () if n > self.kernel or (self.kernel - n) % 2 or n < 1]
        if odd:
            raise ValueError(f"branch lengths {odd} must be at most kernel {self.kernel}, and odd where it is odd")
        return self


class TeacherSettings(Settings):
    """Large models that are trained first and followed by the small one (distillation)."""

    count: int = Field(0, ge=0, le=16, description="how many teachers; their mean is followed; 0 is off")
    models: tuple[ModelSettings, ...] = Field(
        (ModelSettings(channels=80, blocks=6, dropout=0.1),),
        min_length=1,
        description="their shapes, in turn when there are more teachers than shapes",
    )
    epochs: int = Field(70, ge=1)
    learning_rate: float | None = Field(None, gt=0, le=0.1, description="the student's when null")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="of their own labels; smoothed teachers teach less")
    seed: int | None = Field(None, ge=0, lt=2**31, description="null: the run's; a number: the same for every seed")
    temperature: float = Field(2.0, gt=0, description="how soft the probabilities are that the student follows")
    soft_share: Share = Field(0.7, description="share of the teachers in the loss; the rest is that of the labels")
    sees: Literal["augmented", "stored"] = Field(
        "augmented", description="augmented: asked about each batch; stored: once about each stored copy, faster"
    )
    words_apart: Share = Field(
        0.0, description="teachers have labels for words that make up this share of _unknown_; 0: one for all"
    )


class TrainSettings(Settings):
    """How the model is trained."""

    epochs: int = Field(40, ge=1)
    batch: int = Field(128, ge=8)
    learning_rate: float = Field(4e-3, gt=0, le=0.1)
    weight_decay: float = Field(1e-3, ge=0)
    label_smoothing: float = Field(0.05, ge=0, lt=0.5)
    label_balance: Share = Field(
        0.1, description="over-sampling: 0 draws labels as often as they are there, 1 all the same"
    )
    word_balance: Share = Field(0.35, description="the same for the words of a label")
    real_share: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="share of people in the draws of each keyword, beside synthetic voices; null: as there are",
    )
    speech_share: float | None = Field(
        None, gt=0, lt=1, description="share of running speech in the draws of _unknown_; null: as there is"
    )
    spec_augment: bool = True
    style_mix: Share = Field(
        0.0,
        exclude_if=lambda share: share == 0.0,  # teachers of configurations without it keep their keys
        description="share of the clips of a batch that sound as if recorded where another was (needs spec_augment)",
    )
    mixup: float = Field(0.0, ge=0, le=1)
    ema: float = Field(0.0, ge=0, lt=1, description="decay of the weight average; 0 is off")
    patience: int = Field(
        0, ge=0, description="stop when the smoothed training loss is no better for so many epochs; 0 never stops"
    )
    tries: int = Field(
        1, ge=1, le=16, description="so many models with seeds of their own, side by side; the best on validation stays"
    )
    tensorboard: bool = Field(False, description="write logs for TensorBoard to model/tensorboard")
    teacher: TeacherSettings = Field(default_factory=lambda: TeacherSettings())


class ExportSettings(Settings):
    """How the float model becomes int8."""

    quantise: Literal["auto", "post", "aware"] = Field(
        "auto",
        description="after training, or with some more epochs that feel the rounding; auto: better on validation",
    )
    aware_epochs: int = Field(8, ge=1, description="epochs of quantisation-aware training")
    aware_learning_rate: float = Field(5e-4, gt=0, le=0.1)
    refit_epochs: int = Field(60, ge=1, description="epochs with the validation people, when split.refit is set")
    refit_learning_rate: float = Field(5e-3, gt=0, le=0.1)
    dense_per_channel: bool = Field(False, description="one scale for each label in the last layer: 12 bytes a label")
    arena_plan: bool = Field(False, description="where it saves arena, a memory plan for TFLM goes into the file")
    pointwise_bits: Literal[4, 8] = Field(8, description="of weights of 1x1 convolutions; 4: half their bytes")


class ThresholdSettings(Settings):
    """How the operating threshold is fixed, on validation data."""

    max_fpr: float = Field(0.015, gt=0, lt=1, description="allowed FPR on validation clips")
    max_false_accepts_per_hour: float = Field(
        20.0, gt=0, description="allowed in a stream of validation clips, word after word without a pause"
    )


class BudgetSettings(Settings):
    """Limits of the gate."""

    model_bytes: int = Field(16_384, ge=1)
    arena_bytes: int = Field(16_384, ge=1)
    latency_ms: float = Field(200.0, gt=0)
    island_bytes: int | None = Field(None, ge=1, description="weights, and RAM of engine and front end; null: no limit")
    inference_cycles: int | None = Field(None, ge=1, description="of the model, on the board's core; null: no limit")


class DeviceSettings(Settings):
    """The board on which the detector is proven."""

    board: str = "emulated"
    port: str | None = Field(None, description="serial port; null starts the emulated board")
    eval_clips: int | None = Field(None, ge=1, description="held-out clips to replay; all when null")


class Config(Settings):
    """A whole run, from data to the board."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    seed: int = Field(0, ge=0, lt=2**31)
    keywords: list[str] = Field(min_length=1)
    data: DataSettings = Field(default_factory=lambda: DataSettings())
    split: SplitSettings = Field(default_factory=lambda: SplitSettings())
    release: ReleaseSettings = Field(default_factory=lambda: ReleaseSettings())
    frontend: FrontendSpec = Field(default_factory=FrontendSpec)
    augment: AugmentSettings = Field(default_factory=lambda: AugmentSettings())
    balance: BalanceSettings = Field(default_factory=lambda: BalanceSettings())
    model: ModelSettings = Field(default_factory=lambda: ModelSettings())
    train: TrainSettings = Field(default_factory=lambda: TrainSettings())
    export: ExportSettings = Field(default_factory=lambda: ExportSettings())
    threshold: ThresholdSettings = Field(default_factory=lambda: ThresholdSettings())
    budget: BudgetSettings = Field(default_factory=lambda: BudgetSettings())
    device: DeviceSettings = Field(default_factory=lambda: DeviceSettings())

    @field_validator("keywords")
    @classmethod
    def _keywords(cls, words: list[str]) -> list[str]:
        for word in words:
            if not word.strip() or word != word.strip() or re.search(r"[/\\\s]", word):
                raise ValueError(f"keyword {word!r} is empty or has a blank or a slash in it")
            if word.startswith("_"):
                raise ValueError(f"keyword {word!r} starts with _, which is kept for {SILENCE} and {UNKNOWN}")
        if len(set(words)) != len(words):
            raise ValueError("a keyword stands twice")
        return words

    @model_validator(mode="after")
    def _few_real_need_a_list(self) -> Config:
        if self.data.real_per_keyword is not None and self.split.test == "speakers":
            raise ValueError("data.real_per_keyword needs split.test: validation_list or given: others are tested")
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


def load_config(path: str | Path, overrides: Iterable[str] = ()) -> Config:
    """Read, override and check a configuration.

    Args:
        path: YAML file.
        overrides: ``key.subkey=value`` strings, the value in YAML syntax.

    Raises:
        ConfigError: the file is missing or no YAML, a key is unknown, a value does not fit.
    """
    path = Path(path)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("configuration not found", str(path), "the ones that come with kws are in configs/") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("configuration cannot be read", str(path), str(error)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: {getattr(error, 'problem', '')}" if mark else "check its syntax"
        raise ConfigError("configuration is not YAML", str(path), line) from None
    if not isinstance(values, dict):
        raise ConfigError("configuration holds no settings", str(path), "start it with name: and keywords:")
    values.setdefault("name", path.stem)
    for override in overrides:
        _apply_override(values, override)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise _config_error(path, values, error) from None
    except KwsError as error:
        raise ConfigError(f"{path}: {error.what}", error.value, error.remedy) from None


def _apply_override(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError("override is not KEY=VALUE", override, "write --set data.folder=PATH")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = text
    node = values
    *parents, last = key.split(".")
    for parent in parents:
        child = node.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError("override goes into a plain value", key, f"{parent} has no parts")
        node = child
    node[last] = value


def _config_error(path: Path, values: Mapping[str, Any], error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    key = ".".join(location)
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        valid = _valid_keys(location[:-1])
        near = difflib.get_close_matches(location[-1], valid, n=1, cutoff=0.4)
        remedy = f"did you mean {near[0]}?" if near else f"valid keys here: {', '.join(valid)}"
        return ConfigError(f"{path}: unknown key", key, remedy)
    if first["type"] == "missing":
        return ConfigError(f"{path}: missing key", key, "add it")
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_type" and isinstance(first.get("input"), bool):
        message = "YAML reads yes, no, on and off as true and false: put the word in quotes"
    value = first.get("input")
    shown = value if isinstance(value, str | int | float | bool | list) else None
    if key and shown is not None:
        return ConfigError(f"{path}: {key} cannot be used", shown, message)
    return ConfigError(f"{path}: {key + ': ' if key else ''}{message}")


def _valid_keys(location: list[str]) -> list[str]:
    model: Any = Config
    for part in location:
        annotation = model.model_fields[part].annotation
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "__mro__")), annotation)
        if not hasattr(model, "model_fields"):
            return sorted(getattr(model, "__dataclass_fields__", {}))
    return sorted(model.model_fields)
