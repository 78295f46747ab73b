"""``release:`` what a data set that is given away may hold."""

from __future__ import annotations

from pydantic import Field

from kws_data.config.base import Settings


class ReleaseSettings(Settings):
    """What a release may hold, and what it must."""

    licences: list[str] | None = Field(None, min_length=1, description="allowed ones; any when null")
    consents: list[str] | None = Field(None, min_length=1, description="allowed ones; any when null")
    max_imbalance: float = Field(
        50.0, ge=1, description="clips of the most frequent keyword to those of the rarest, in training"
    )
    min_clips: int = Field(1, ge=1, description="training clips of each keyword")
    min_speakers: int = Field(1, ge=1, description="speakers of each keyword in training")
    purpose: str = Field("", description="what the data set is for, in the words of its datasheet")
    maintainer: str = Field("", description="who answers questions and requests to forget a speaker")
    subgroups: list[str] = Field(
        default_factory=lambda: ["gender", "age", "accent"],
        min_length=1,
        max_length=3,
        description="attributes by which the datasheet counts speakers",
    )
    k: int = Field(0, ge=0, description="smallest count of people that the datasheet prints; 0 prints all")
    epsilon: float = Field(0.0, ge=0, description="of the Laplace noise on these counts; 0 adds none")
