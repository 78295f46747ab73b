"""What a configuration for ESPHome's ``micro_wake_word`` must be: its front end and its one score settle some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_tools.frontend.spec import MICRO, FrontendSpec, completed
from kws_data.config.model import ModelSettings
from kws_data.config.stream import StreamSettings
from kws_data.errors import ConfigError

STRIDE_FRAMES = 3  # of 10 ms: a score every 30 ms, as microWakeWord's own models have it


def with_what_follows(values: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of a configuration with what ``frontend: {kind: micro_frontend}`` settles: the front end's parameters,
    and the model's one score."""
    sections = dict(values)
    front, model = sections.get("frontend"), sections.get("model") or {}
    if isinstance(front, Mapping) and front.get("kind") == MICRO and isinstance(model, Mapping):
        sections["frontend"] = completed(front)
        sections["model"] = {"one_score": True, **model}
    return sections


def check(keywords: Sequence[str], frontend: FrontendSpec, model: ModelSettings, stream: StreamSettings) -> None:
    """Raises ConfigError when a configuration of this front end could not be exported for ``micro_wake_word``, or one
    of another has its one score but more keywords."""
    micro, stride = frontend.kind == MICRO, stream.stride_frames
    for wrong, what, value, remedy in (
        (model.one_score and len(keywords) != 1, "keywords", keywords, "name exactly one"),
        (micro and not model.one_score, "model.one_score", False, "leave it out"),
        (micro and model.pointwise_bits != 8, "model.pointwise_bits", model.pointwise_bits, "its runtimes have 8"),
        (micro and stride != STRIDE_FRAMES, "stream.stride_frames", stride, f"it runs every {STRIDE_FRAMES} frames"),
        (micro and stream.engine == "streaming", "stream.engine", stream.engine, "its runtimes have their own ring"),
    ):
        if wrong:
            raise ConfigError(f"{what} cannot be used for one micro_wake_word model", value, remedy)
