"""``stream:`` what a person wishes of the detector in hours of sound, and what its decisions are chosen from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from firmware_tools.spotter.stream_spec import MAX_AVERAGE
from kws_data.config.base import Settings

MOST_HOURS = 1_000_000

Average = Annotated[int, Field(ge=1, le=MAX_AVERAGE)]
Decibels = Annotated[float, Field(ge=-30, le=60)]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]


class GateSettings(Settings):
    """A gate of energy before the network: while it stays as quiet as it was, the model is not run."""

    open_db: float = Field(3.0, gt=0, le=36, description="a frame so much louder than the quiet opens it")
    hold_ms: Milliseconds = Field(1_000, ge=1, description="it stays open for so long after the last such frame")
    preroll_ms: int = Field(120, ge=1, le=5_000, description="before it opened, shown to the model first")
    rise_shift: int = Field(6, ge=1, le=16, description="the quiet rises by its 2^-rise_shift a frame: 6 is 3.4 dB/s")


class StreamSettings(Settings):
    """The wish, and what may be chosen for it on validation people and their negatives (``data.negatives``)."""

    false_accepts_per_hour: float = Field(1.0, gt=0, le=1_000, description="wished: no more, of each kind of negative")
    hours_of_proof: Literal["auto"] | float = Field(
        "auto", description="hours of negatives that would prove the wish; auto: none heard in 3 / wish hours does"
    )
    engine: Literal["auto", "windowed", "streaming"] = Field(
        "auto",
        description="streaming keeps columns of each layer, a window needs all of them anew; auto: streaming where the "
        "configuration has stream: and the model allows it",
    )
    stride_frames: int = Field(
        3,
        ge=1,
        le=100,
        description="an inference every so many frames; a streaming model's stride divides it, and is taken where "
        "nothing is written here",
    )
    average: Literal["auto"] | Average = Field(
        "auto", description="score vectors that are averaged; auto: what misses least within the wish"
    )
    response_ms: float = Field(
        350.0,
        gt=0,
        le=10_000,
        description="wished: 95 of 100 words are answered so soon after their end; for average: auto",
    )
    refractory_ms: Milliseconds = Field(1_000, description="nothing is detected for so long after a detection")
    per_keyword: bool = Field(True, description="a threshold for each keyword, where that misses less")
    snr_db: tuple[Decibels, Decibels] = Field(
        (10.0, 20.0), description="of keywords laid into negatives, to be found there"
    )
    gate: GateSettings | None = Field(
        None, description="of energy before the network, {} for the usual one; null: the model hears every frame"
    )

    @field_validator("average", mode="before")
    @classmethod
    def _auto_or_a_count(cls, average: object) -> object:
        if average == "auto" or (type(average) is int and 1 <= average <= MAX_AVERAGE):
            return average
        raise ValueError(f"auto, or a whole number from 1 to {MAX_AVERAGE}, is wanted here")

    @field_validator("hours_of_proof", mode="before")
    @classmethod
    def _auto_or_hours(cls, hours: object) -> object:
        if hours == "auto" or (type(hours) in (int, float) and 0 < float(str(hours)) <= MOST_HOURS):
            return hours
        raise ValueError(f"auto, or more than 0 and at most {MOST_HOURS:,} hours, is wanted here")

    @field_validator("snr_db")
    @classmethod
    def _least_first(cls, snr_db: tuple[float, float]) -> tuple[float, float]:
        if snr_db[0] > snr_db[1]:
            raise ValueError(f"the least comes first: write [{snr_db[1]:g}, {snr_db[0]:g}]")
        return snr_db
