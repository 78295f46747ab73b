"""Words that come earlier or later in the window (audiomentations: ``Shift`` without rollover and fade)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)


def shift(rows: NDArray[Kind], offsets: NDArray[np.int64]) -> NDArray[Kind]:
    """Each row of ``[n, samples]`` later by so many samples, earlier when negative; zeros fill the gap."""
    moved = np.zeros_like(rows)
    samples = rows.shape[1]
    for row, offset in enumerate(np.clip(offsets, -samples, samples).tolist()):
        if offset >= 0:
            moved[row, offset:] = rows[row, : samples - offset]
        else:
            moved[row, :offset] = rows[row, -offset:]
    return moved
