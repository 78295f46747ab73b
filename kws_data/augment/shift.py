"""Words that come earlier or later in the window (audiomentations: ``Shift`` without rollover and fade)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shift(clips: NDArray[np.int16], offsets: NDArray[np.int64]) -> NDArray[np.float32]:
    """Each clip of int16 ``[n, samples]`` later by so many samples, earlier when negative; zeros fill the gap."""
    rows = np.empty(clips.shape, np.float32)
    samples = clips.shape[1]
    for row, clip, offset in zip(rows, clips, np.clip(offsets, -samples, samples).tolist(), strict=True):
        if offset >= 0:
            row[:offset] = 0.0
            row[offset:] = clip[: samples - offset]
        else:
            row[:offset] = clip[-offset:]
            row[offset:] = 0.0
    return rows
