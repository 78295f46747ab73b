"""``data:`` where clips come from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from kws_data.config.base import PathText, Settings, Share
from kws_data.config.synth import SynthSettings


class PeopleFold(Settings):
    """People of further folders, dealt into folds by a hash of their ids; those of one fold are not used."""

    folds: int = Field(ge=2, le=50, description="how many")
    without: int = Field(ge=0, description="which is left out, from 0")

    @model_validator(mode="after")
    def _one_of_them(self) -> PeopleFold:
        if self.without >= self.folds:
            raise ValueError(
                f"data.more_people.without is {self.without}: folds are counted from 0 to {self.folds - 1}"
            )
        return self


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
    folder: PathText | None = Field(None, description="the recordings, in data.layout; needed when source is folder")
    layout: PathText = Field("speech-commands", description="of folder: a name that kws import takes, or your own .py")
    licence: str = Field("", description="of clips whose folder states none")
    consent: str = Field("", description="to what the speakers agreed, where the folder does not say")
    more_folders: list[PathText] = Field(
        default_factory=list, description="further folders of recordings with labels, in data.layout"
    )
    from_catalog: list[PathText] = Field(
        default_factory=list,
        exclude_if=lambda sources: not sources,  # configurations without it keep their keys
        description="clips that are in the catalogue already, by their source: takes (kws record), collect (kws"
        " collect), labelled (recordings without a label that got one by kws label), or that of any import",
    )
    unlabelled: list[PathText] = Field(
        default_factory=list,
        description="folders of recordings without labels: the teacher says what they are, and people of the test are"
        " left out (needs train.teacher.kind: encoder)",
    )
    more_people: PeopleFold | None = Field(
        None, description="leaves a fold of the people of more_folders and unlabelled out, to be measured on"
    )
    other_spellings: Literal["stop", "keyword", "unknown"] = Field(
        "stop",
        description="words that differ from a keyword only by case, blanks, - or _, as Yes from yes: stop and say so,"
        " keyword (the same word), or unknown (another word)",
    )
    noise_folder: PathText | None = Field(None, description="extra noise recordings, for augmentation only")
    generated_noise: Literal["plain", "rich"] = Field(
        "plain",
        exclude_if=lambda kind: kind == "plain",  # configurations from before there was a choice keep their keys
        description="plain: colours of noise, made where none was recorded; rich: for augmentation a minute each of"
        " clocks, knocks, beeps, animals, cries, music, machines and weather besides; as negatives too, where any"
        " are wanted",
    )
    speech_folder: PathText | None = Field(
        None, description="running speech with transcripts; pieces without a keyword are further other words"
    )
    negatives: list[PathText] = Field(
        default_factory=list,
        description="folders of hours in which no keyword is said: running speech, noise, music, a room; board:NAME is"
        " what kws record --negatives heard through that board",
    )
    room_folder: PathText | None = Field(None, description="measured impulse responses, for augmentation only")
    recordings: PathText = Field("recordings", description="the catalogue and its audio")
    synth: SynthSettings = Field(default_factory=lambda: SynthSettings())
    clip_ms: int = Field(1_000, ge=250, le=4_000)
    silence_share: Share = Field(0.1, description="silence clips as a share of all clips of a split")
    record_test_clips: int | None = Field(
        None, ge=0, description="held-out clips to record through the board; all when null"
    )
    record_train_clips: int = Field(0, ge=0, description="training clips to record through the board")

    @property
    def folders(self) -> list[str]:
        """``folder`` and ``more_folders``; none where clips come from elsewhere."""
        return [str(self.folder), *map(str, self.more_folders)] if self.folder is not None else []

    @property
    def wants_negatives(self) -> bool:
        """Whether there are to be hours in which no keyword is said."""
        return bool(self.negatives or (self.synth.running_speech_s and self.source != "folder"))

    @model_validator(mode="after")
    def _folder_when_needed(self) -> DataSettings:
        if self.source != "synthetic" and not (self.folder or self.from_catalog):
            raise ValueError(f"data.folder is needed when data.source is {self.source}: use --set data.folder=PATH")
        if self.source == "synthetic" and self.from_catalog:
            raise ValueError("data.from_catalog is for data.source: folder or both")
        if self.more_folders and self.folder is None and self.source != "synthetic":
            raise ValueError("data.more_folders are further ones: name the first as data.folder")
        if self.source == "synthetic" and self.more_folders:
            raise ValueError("data.more_folders is for data.source: folder or both")
        if self.source != "both" and self.real_per_keyword is not None:
            raise ValueError("data.real_per_keyword is for data.source: both")
        if self.real_repeats > 1 and not self.real_per_keyword:
            raise ValueError("data.real_repeats is for the few recordings of data.real_per_keyword")
        return self
