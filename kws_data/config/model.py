"""``model:`` a family of ``kws_data.models`` and its shape."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, model_validator

from kws_data.config.base import Settings
from kws_data.errors import ConfigError

#: Shape settings that every family may be given, so that a configuration can change its family alone.
COMMON = frozenset({"family", "channels", "blocks", "kernel", "residual", "dropout", "pointwise_bits", "one_score"})
#: Shape settings that each family has beyond those; ``kws_data.models.registry`` has the functions that build them.
SHAPE_SETTINGS: dict[str, frozenset[str]] = {
    "temporal_dscnn": frozenset({"padding", "stride", "branches", "first_kernel"}),
    "tenet": frozenset({"padding", "stride", "branches", "expansion", "first_kernel"}),
    "ds_cnn": frozenset(),
    "bc_resnet": frozenset({"stride"}),
    "tiny_conv": frozenset(),
    "mel_resnet": frozenset(),
}
FIRST_KERNEL = 3


class ModelSettings(Settings):
    """Which model: a family of ``kws_data.models`` and its shape.

    Every family takes channels, blocks, kernel, residual, dropout, pointwise_bits and one_score (and does without those
    that mean nothing to it); the other settings are refused where the family does not have them. Eight bits, a score
    for each label, and a first kernel of three are left out of what a model says of itself: keys and hashes of models
    from before these settings were the model's stay.
    """

    family: str = Field("temporal_dscnn", description="a name, path/to/file.py:function or package.module:function")
    channels: int = Field(28, ge=4, le=256, description="width: what costs most bytes and cycles")
    blocks: int = Field(5, ge=1, le=32, description="depth: how many layers of that width")
    kernel: int = Field(9, ge=2, le=25, description="length of the kernels in time, in columns")
    residual: bool = True
    dropout: float = Field(0.0, ge=0, lt=1, description="share of the last layer's inputs left out while training")
    pointwise_bits: Literal[4, 8] = Field(
        8, exclude_if=lambda bits: bits == 8, description="of weights of 1x1 convolutions; 4: half their bytes"
    )
    one_score: bool = Field(
        False,
        exclude_if=lambda one: one is False,
        description="one output, of the only keyword: silence and other words share what it leaves",
    )
    padding: Literal["same", "valid"] = Field("same", description="valid can be streamed column by column")
    stride: int = Field(2, ge=1, le=4, description="frames from one column to the next")
    first_kernel: int = Field(
        FIRST_KERNEL,
        ge=1,
        le=9,
        exclude_if=lambda length: length == FIRST_KERNEL,
        description="length of the first convolution in time; 1: fewest weights, which pointwise_bits then counts in",
    )
    branches: tuple[int, ...] | None = Field(
        None, description="further kernel lengths beside kernel, folded at export; null: the family's own, []: none"
    )
    expansion: int = Field(2, ge=1, le=6, description="widening inside an inverted bottleneck")
    options: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="shape settings of your own family"
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """What ``str()`` shows, which is in the keys of fits: as ``model_dump()``, without what it leaves out."""
        usual = (("pointwise_bits", 8), ("one_score", False), ("first_kernel", FIRST_KERNEL))
        return (shown for shown in super().__repr_args__() if shown not in usual)

    @model_validator(mode="after")
    def _known_to_the_family(self) -> ModelSettings:

        check_settings(self)
        odd = [n for n in self.branches or () if n > self.kernel or (self.kernel - n) % 2 or n < 1]
        if odd:
            raise ValueError(f"branch lengths {odd} must be at most kernel {self.kernel}, and odd where it is odd")
        return self


def check_settings(settings: ModelSettings) -> None:
    """Raises ConfigError when there is no such family, or it does not have a shape setting that is given."""
    if is_place(settings.family):
        return
    known = COMMON | shape_settings(settings.family)
    given = settings.model_fields_set
    for key in sorted(given - known):
        if getattr(settings, key) == type(settings).model_fields[key].get_default(call_default_factory=True):
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
        have = ", ".join(sorted(known - {"family"}))
        remedy = f"did you mean {near[0]}? It has {have}" if near else f"it has {have}"
        raise ConfigError(f"model family {settings.family} does not have the setting", f"model.{key}", remedy)


def is_place(name: str) -> bool:
    """Whether a family is named by where it stands: ``file.py:function`` or ``package.module:function``."""
    return ":" in name


def shape_settings(family: str) -> frozenset[str]:
    """Shape settings that a family has beyond the common ones; raises ConfigError when there is no such family."""
    if is_place(family):
        return frozenset({"options"})
    if family in SHAPE_SETTINGS:
        return SHAPE_SETTINGS[family]
    near = difflib.get_close_matches(family, SHAPE_SETTINGS, n=1, cutoff=0.4)
    known = ", ".join(sorted(SHAPE_SETTINGS))
    own = "or your own as path/to/file.py:function"
    remedy = f"did you mean {near[0]}? Families: {known}" if near else f"use one of {known}, {own}"
    raise ConfigError("model.family is unknown", family, remedy)
