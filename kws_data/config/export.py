"""``export:``, ``package:`` and ``threshold:`` how the float model becomes int8, who stands behind what is made of it,
and where the threshold stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kws_data.config.base import Settings

_LINE = r"^[^\x00-\x1f\x7f\\\"]{0,200}$"
_PAGE = r"^$|^https?://[^\s\\\"<>]{1,300}$"


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


class PackageSettings(Settings):
    """Who stands behind what kws export --to writes, as the frameworks' manifests want to know it."""

    author: str = Field("", pattern=_LINE, description="who made the detector; release.maintainer when empty")
    maintainer: str = Field(
        "",
        pattern=_LINE,
        description="who answers questions, 'Name <mail>'; release.maintainer or the author when empty",
    )
    url: str = Field("", pattern=_PAGE, description="page of the detector, where there is one")


class ThresholdSettings(Settings):
    """How the operating threshold is fixed, on validation data."""

    max_fpr: float = Field(0.015, gt=0, lt=1, description="allowed FPR on validation clips")
    max_false_accepts_per_hour: float = Field(
        20.0, gt=0, description="allowed in a stream of validation clips, word after word without a pause"
    )
