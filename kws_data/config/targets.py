"""``targets:`` what a run must reach, or it is refused."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kws_data.config.base import Settings

#: Settings that say how targets are held, and are none themselves.
HOW = ("by", "engine")


class TargetSettings(Settings):
    """What a run must reach: below it, kws run and kws report exit 1. Each line can be left out."""

    tpr_min: float | None = Field(None, ge=0, le=1, description="share of keyword clips detected as their keyword")
    fpr_max: float | None = Field(
        None, ge=0, le=1, description="share of clips without a keyword in which any is detected"
    )
    accuracy_min: float | None = Field(
        None, ge=0, le=1, description="share of clips whose label has the highest of all scores"
    )
    per_keyword_tpr_min: float | None = Field(None, ge=0, le=1, description="tpr_min of every keyword by itself")
    worst_slice_tpr_min: float | None = Field(
        None, ge=0, le=1, description="tpr_min of the worst slice of people, rooms, noise that kws slices finds"
    )
    false_accepts_per_hour_max: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="in each kind of negative of the test split"
    )
    frr_max: float | None = Field(None, ge=0, le=1, description="share of keywords missed in streams")
    response_ms_max: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="95 of 100 words are answered so soon after their end"
    )
    agreement_min: float | None = Field(
        None, ge=0, le=1, description="share of clips whose scores on the board are those of the host, every byte"
    )
    by: Literal["interval", "point"] = Field(
        "interval", description="what must hold: the worse end of the 95 % interval, or the figure itself"
    )
    engine: Literal["host", "device"] = Field("host", description="whose clips and response count")

    @property
    def wanted(self) -> dict[str, float]:
        """The targets that are set, in their order here."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name not in HOW}
        return {name: value for name, value in values.items() if value is not None}
