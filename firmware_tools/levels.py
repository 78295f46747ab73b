"""What can be said of a clip from its samples alone: level, clipping, offset, silence."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32_768
SILENT_RMS_DB = -80.0  # below this a 16-bit clip holds nothing but a few stray bits


@dataclass(frozen=True)
class Quality:
    """Levels of a clip, in dB relative to full scale (a square wave of full scale has 0 dB)."""

    peak_db: float
    rms_db: float
    clipped_share: float
    dc: float

    def to_dict(self) -> dict[str, float]:
        """Plain values, rounded, for JSON."""
        return {key: round(value, 5) for key, value in asdict(self).items()}


def measure_quality(samples: NDArray[np.int16]) -> Quality:
    """Levels of int16 ``samples`` of shape ``[n]``, n > 0. ``dc`` is the mean as a share of full scale."""
    values = samples.astype(np.float64) / FULL_SCALE
    dc = float(values.mean())
    peak = float(np.abs(values).max())
    rms = float(np.sqrt(np.mean((values - dc) ** 2)))
    clipped = float(np.mean((samples >= 32_767) | (samples <= -32_768)))
    return Quality(_db(peak), _db(rms), clipped, dc)


def word_defects(quality: Quality) -> list[str]:
    """Reasons why a clip cannot be a spoken word; empty when none is found.

    Only certainties: a quiet or clipped clip is real data that a detector has to bear.
    """
    return [f"silent: {quality.rms_db:.0f} dB"] if quality.rms_db < SILENT_RMS_DB else []


def _db(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-6)))
