"""Low-pass and high-pass: small loudspeakers, cheap microphones, long lines.

Butterworth filters as of audiomentations' ``LowPassFilter`` and ``HighPassFilter``, 6 dB per octave and order.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.native.library import library, rows_of

Kind = Literal["low", "high"]
Section = tuple[float, float, float, float, float]
Rows = NDArray[np.float32]
ORDERS = (2, 3, 4)  # 12 to 24 dB per octave
HIGHEST = 0.49  # of the rate


def band_limit(
    rows: Rows, kind: Kind, cutoffs_hz: NDArray[np.float64], orders: NDArray[np.int64], rate_hz: int
) -> Rows:
    """Filter each row of float32 ``[n, samples]`` with its own cutoff (3 dB down there) and order (2 to 4)."""
    rows = rows_of(rows, np.float32)
    filtered, stages = np.empty_like(rows), max(ORDERS) // 2
    sections = np.zeros((len(rows), stages, 5))
    for row, (cutoff_hz, order) in enumerate(zip(cutoffs_hz.tolist(), orders.tolist(), strict=True)):
        sections[row] = butterworth(kind, cutoff_hz / rate_hz, order, stages)
    library().kws_filter(rows, filtered, *rows.shape, sections, stages)
    return filtered


def butterworth(kind: Kind, cutoff: float, order: int, stages: int) -> list[Section]:
    """Second-order sections ``b0 b1 b2 a1 a2`` by the bilinear transform; spare stages change nothing.

    Args:
        kind: which side passes.
        cutoff: share of the rate, at most 0.49 of it.
        order: of the filter.
        stages: how many sections to give.
    """
    warped = math.tan(math.pi * min(cutoff, HIGHEST))
    sections: list[Section] = []
    for stage in range(order // 2):
        damping = 2.0 * math.sin(math.pi * (2 * stage + 1) / (2 * order))
        scale = 1.0 / (1.0 + damping * warped + warped**2)
        b0, b1 = (warped**2 * scale, 2.0 * warped**2 * scale) if kind == "low" else (scale, -2.0 * scale)
        a1, a2 = 2.0 * (warped**2 - 1.0) * scale, (1.0 - damping * warped + warped**2) * scale
        sections.append((b0, b1, b0, a1, a2))
    if order % 2:
        scale = 1.0 / (1.0 + warped)
        b0, b1 = (warped * scale, warped * scale) if kind == "low" else (scale, -scale)
        sections.append((b0, b1, 0.0, (warped - 1.0) * scale, 0.0))
    return sections + [(1.0, 0.0, 0.0, 0.0, 0.0)] * (stages - len(sections))


def mel_between(share: NDArray[np.float64], ends_hz: tuple[float, float]) -> NDArray[np.float64]:
    """Frequencies evenly distributed on the mel scale, as audiomentations draws them."""
    low, high = (2_595.0 * math.log10(1.0 + end / 700.0) for end in ends_hz)
    return np.array([700.0 * (10.0 ** ((low + (high - low) * at) / 2_595.0) - 1.0) for at in share.tolist()])
