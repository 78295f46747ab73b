"""Models whose weights have 15 or 16 levels, stored with 4 bits or with 8."""

from __future__ import annotations

from synthetic_models import ModelBuilder

from kws_data.bench.graphs.coarse import STEP, WEIGHTED, coarse

__all__ = ["STEP", "WEIGHTED", "coarse", "model_of_every_weighted_kind"]


def model_of_every_weighted_kind(channels: int = 3) -> bytes:
    """15, 9, 33 and 55 weights with 3 channels: odd numbers, so that the last half byte of each is unused."""
    build = ModelBuilder(4)
    x = build.input((1, 7, 1, 5))
    x = build.conv2d(x, channels, (1, 1), activation="RELU")
    x = build.conv2d(x, channels, (3, 1), depthwise=True)
    x = build.conv2d(x, 11, (1, 1), bias=False)
    return build.finish(build.dense(build.mean(x, (1, 2)), 5))
