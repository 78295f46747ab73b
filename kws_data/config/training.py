"""``train:`` and ``balance:`` how a model is trained, its teachers, and what is done about small labels."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kws_data.config.base import Settings, Share
from kws_data.config.model import ModelSettings


class BalanceSettings(Settings):
    """What to do when some labels have many more training clips than others, beside ``train.label_balance``."""

    undersample: float | None = Field(
        None, ge=1, description="leave out training clips of a label that has more than so many times the smallest"
    )
    smote: Share = Field(0.0, description="share of the gap to the largest label to fill between neighbours")
    class_weights: Share = Field(0.0, description="let errors on small labels count more: 0 off, 1 in full")


class TeacherSettings(Settings):
    """Large models that are trained first and followed by the small one (distillation)."""

    kind: Literal["models", "encoder"] = Field(
        "models", description="models: trained from nothing; encoder: a head on the frozen speech encoder of encoder:"
    )
    optional: bool = Field(
        False, description="where the encoder's packages are missing, models teach, and the first line of a run says so"
    )
    entropy: float | None = Field(
        None,
        gt=0,
        lt=2,
        description="how soft the encoder's opinion is: median entropy in nats of what it says of a copy, by which its"
        " temperature is set; null: train.teacher.temperature",
    )
    hears: int | None = Field(
        None,
        ge=1,
        description="an encoder hears so many copies of each clip, that as it is first; of the others it says what it"
        " says of these on average; all when null",
    )
    unlabelled_share: float = Field(0.3, ge=0, lt=1, description="share of data.unlabelled in the draws")
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

    @property
    def teaches(self) -> bool:
        """Whether there is any."""
        return self.kind == "encoder" or self.count > 0

    @property
    def shared_by_seeds(self) -> bool:
        """Whether all seeds of a data set follow the same."""
        return self.kind == "encoder" or self.seed is not None

    @property
    def asked_once(self) -> bool:
        """Whether it is asked once about each stored copy, not about each batch."""
        return self.kind == "encoder" or self.sees == "stored"

    @field_validator("models")
    @classmethod
    def _in_float(cls, models: tuple[ModelSettings, ...]) -> tuple[ModelSettings, ...]:
        if any(model.pointwise_bits != 8 for model in models):
            raise ValueError("teachers stay in float: leave pointwise_bits to the model that follows them")
        return models


class NegativesSettings(Settings):
    """How hours in which no keyword is said (``data.negatives``) are learnt from."""

    share: float = Field(0.33, ge=0, le=0.9, description="windows of them in each batch, beside the clips")
    noise_share: Share = Field(0.2, description="of those, noise and music; the others are speech")
    rounds: int = Field(
        4, ge=0, le=100, description="so often the model listens to them, and what it takes for a keyword is hard"
    )
    hard_share: Share = Field(0.5, description="of the windows are drawn among the hard ones, after the first round")


class TrainSettings(Settings):
    """How the model is trained."""

    epochs: int = Field(40, ge=1, description="how often the training clips are gone through")
    batch: int = Field(128, ge=8)
    learning_rate: float = Field(4e-3, gt=0, le=0.1, description="at its highest; it rises first and falls again")
    weight_decay: float = Field(1e-3, ge=0)
    label_smoothing: float = Field(
        0.05, ge=0, lt=0.5, description="share of a clip's label that is spread over the others; 0 for a listener"
    )
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
    negatives: NegativesSettings = Field(
        default_factory=lambda: NegativesSettings(),
        exclude_if=lambda negatives: negatives == NegativesSettings(),  # keys from before there were any stay
    )
    teacher: TeacherSettings = Field(default_factory=lambda: TeacherSettings())

    def without_teachers(self) -> TrainSettings:
        """The same, following nobody."""
        return self.model_copy(update={"teacher": TeacherSettings()})
