"""A graph that takes one window of sound, changed to take any length of it: each output frame is then computed once,
instead of every window anew (Google's speech embedding: 3 instead of 16 ms for a second).

The graph convolves and pools along time without padding, so a longer input gives the frames of its windows, a hop of
all strides apart. Only four places hold the length fast, all written by tf2onnx: the shapes of input and output, and
the shapes of the first and the last ``Reshape``. They are replaced in the file's bytes by others of the same length.
"""

from __future__ import annotations

import numpy as np

_FREE = b"\n\x02\x12\x00"  # TensorShapeProto.dim: a Dimension whose dim_param is empty
_VARINT_LIMIT = 128  # dimensions below it take one byte


def with_free_time(model: bytes, window: int, bands: int, width: int) -> bytes | None:
    """The model with its first input free along time; None when its file is not as expected.

    Args:
        model: ONNX with input ``[clips, window, bands, 1]`` and output ``[clips, 1, 1, width]``.
        window: frames that the graph takes.
        bands: of a frame.
        width: values that it gives.

    Returns:
        ONNX with input ``[1, frames, bands, 1]`` and output ``[1, 1, width, windows]``.
    """
    if max(window, bands, width) >= _VARINT_LIMIT:
        return None
    changes = (
        (_numbers(-1, 1, window, bands), _numbers(1, 1, -1, bands)),
        (_numbers(-1, 1, 1, width), _numbers(1, 1, width, -1)),
        (_sized(window) + _sized(bands) + _sized(1), _FREE + _sized(bands) + _sized(1)),
        (_sized(1) + _sized(1) + _sized(width), _sized(1) + _sized(width) + _FREE),
    )
    for old, new in changes:
        if model.count(old) != 1:
            return None
        model = model.replace(old, new)
    return model


def _numbers(*values: int) -> bytes:
    """The int64 tensor of a ``Reshape``."""
    return np.array(values, "<i8").tobytes()


def _sized(size: int) -> bytes:
    """TensorShapeProto.dim: a Dimension whose dim_value is ``size``."""
    return b"\n\x02\x08" + bytes([size])
