"""Where in a clip its word begins and is over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_MS = 10
SPEECH_BELOW_PEAK_DB = 25.0


def word_bounds(samples: NDArray[np.int16], sample_rate_hz: int) -> tuple[int, int]:
    """First sample of a clip's word and the one after its last: of the 10 ms within 25 dB of the loudest 10 ms.

    A clip shorter than 10 ms is all word.
    """
    length = FRAME_MS * sample_rate_hz // 1_000
    frames = samples[: len(samples) // length * length].astype(np.float64).reshape(-1, length)
    if not len(frames):
        return 0, len(samples)
    level_db = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-3)
    loud = np.flatnonzero(level_db >= level_db.max() - SPEECH_BELOW_PEAK_DB)
    return int(loud[0]) * length, int(loud[-1] + 1) * length


def word_end(samples: NDArray[np.int16], sample_rate_hz: int) -> int:
    """Sample after which a clip's word is over, as :func:`word_bounds` finds it."""
    return word_bounds(samples, sample_rate_hz)[1]
