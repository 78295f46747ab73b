"""One vector for a clip of any length: the largest and the mean of each feature over time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def pooled(features: NDArray[Any]) -> NDArray[np.float32]:
    """float32 ``[clips, 2 x width]`` of ``[clips, frames, width]``: maxima, then means."""
    exact = np.asarray(features, np.float32)
    return np.concatenate([exact.max(axis=1), exact.mean(axis=1)], axis=1)
