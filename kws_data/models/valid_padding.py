"""Networks that make nothing up at the edges of a clip, so that they can be computed column by column as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.errors import ConfigError

if TYPE_CHECKING:
    from kws_data.config.model import ModelSettings


def shortcut(x: Any, settings: ModelSettings) -> Any:
    """What goes around a layer of ``kernel`` columns: with valid padding those in the middle of what it sees.

    A streaming engine need not compute anything for it: it takes an older column of ``x``.
    """
    import keras

    if settings.padding == "same":
        return x
    lost = settings.kernel - 1
    return keras.layers.Cropping2D(((lost // 2, lost - lost // 2), (0, 0)))(x)


def check_length(settings: ModelSettings, frames: int) -> None:
    """Raises ConfigError when valid padding leaves no column of a clip."""
    if settings.padding == "same":
        return
    columns = (frames - settings.first_kernel) // settings.stride + 1
    left = columns - settings.blocks * (settings.kernel - 1)
    if left < 1:
        longest = (columns - 1) // settings.blocks + 1
        remedy = f"use model.kernel up to {longest}, fewer blocks, or padding: same"
        raise ConfigError(f"a clip of {frames} frames is too short for valid padding; columns left", left, remedy)
