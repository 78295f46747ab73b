"""Models of the shapes that the project trains, with random weights, for tests and benchmarks."""

from __future__ import annotations

from firmware_tools.tflite.model_builder import Handle, ModelBuilder

__all__ = ["Handle", "ModelBuilder", "keyword_model"]


def keyword_model(
    *,
    frames: int = 49,
    features: int = 40,
    channels: int = 28,
    blocks: int = 5,
    kernel: int = 9,
    residual: bool = True,
    labels: int = 11,
    seed: int = 0,
    stride: int = 2,
    valid: bool = False,
) -> bytes:
    """A temporal DS-CNN of the shape the project trains, with random weights.

    ``valid``: nothing is made up at the clip's edges, and shortcuts go around the pointwise convolutions alone, so that
    it streams.

    Input int8 ``[1, frames, 1, features]`` (scale 1/128, zero point 0), output int8 ``[1, labels]`` (softmax).
    """
    build = ModelBuilder(seed)
    x = build.input((1, frames, 1, features))
    x = build.conv2d(x, channels, (3, 1), stride=(stride, 1), activation="RELU", zero_point=-128, same=not valid)
    for _ in range(blocks):
        skip = x
        x = build.conv2d(x, channels, (kernel, 1), depthwise=True, activation="RELU", zero_point=-128, same=not valid)
        skip = x if valid else skip
        x = build.conv2d(x, channels, (1, 1), activation="NONE" if residual else "RELU")
        if residual:
            x = build.elementwise("ADD", skip, x, activation="RELU", zero_point=-128)
    x = build.mean(x, (1, 2))
    x = build.dense(x, labels)
    return build.finish(build.softmax(x))
