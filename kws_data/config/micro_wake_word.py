"""What a configuration for ESPHome's ``micro_wake_word`` must be: its front end and its one score settle some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from firmware_tools.frontend.spec import MICRO, completed
from kws_data.errors import ConfigError

if TYPE_CHECKING:
    from kws_data.config.config import Config

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


def check(config: Config) -> None:
    """Raises ConfigError when a configuration of this front end could not be exported for ``micro_wake_word``, or one
    of another has its one score but more keywords."""
    for wrong, what, value, remedy in (
        (config.model.one_score and len(config.keywords) != 1, "keywords", config.keywords, "name exactly one"),
        (_micro(config) and not config.model.one_score, "model.one_score", False, "leave it out"),
        (_micro(config) and config.model.pointwise_bits != 8, "model.pointwise_bits", 4, "its runtimes have 8"),
        (
            _micro(config) and config.stream.stride_frames != STRIDE_FRAMES,
            "stream.stride_frames",
            config.stream.stride_frames,
            f"its models run every {STRIDE_FRAMES} frames",
        ),
    ):
        if wrong:
            raise ConfigError(f"{what} cannot be used for one micro_wake_word model", value, remedy)


def _micro(config: Config) -> bool:
    return config.frontend.kind == MICRO
