"""A microphone that needs time: what its samples do just after it was started.

Idea: filters of PDM microphones, high-passes and supplies settle along a decaying exponential, so the mean of short
blocks begins far from where it ends and comes nearer with each of them, from one side. Sound does not: it swings to
both sides within a few milliseconds. Each recording starts the microphone anew, so each one begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firmware_tools.levels import FULL_SCALE
from kws_data.audio import Samples
from kws_data.doctor.findings import Finding, bad

BLOCK_S = 0.005
MIN_BLOCKS = 4  # 20 ms: what is over sooner harms nobody
MIN_HEIGHT = 0.01  # of full scale
SPREADS = 6.0
QUIET = 0.002  # of full scale: nearer to the end than this is settled
FALLING = 0.9  # share of blocks that are no farther from the end than the one before, but for noise


@dataclass(frozen=True)
class Transient:
    """``settled_s`` after the start, from ``height`` (share of full scale, with its sign) to nothing."""

    settled_s: float
    height: float


def transient(samples: Samples, sample_rate_hz: int) -> Transient | None:
    """How int16 [n] that begin with the microphone's start settle; None when they are settled from the beginning."""
    block = max(1, int(BLOCK_S * sample_rate_hz))
    count = len(samples) // block
    if count < 4 * MIN_BLOCKS:
        return None
    means = samples[: count * block].astype(np.float64).reshape(count, block).mean(axis=1) / FULL_SCALE
    end = means[count // 2 :]
    off = means - np.median(end)
    limit = max(QUIET, SPREADS * 1.4826 * float(np.median(np.abs(end - np.median(end)))))
    outside = np.sign(off) * (np.abs(off) > limit)
    settled = int(np.argmax(outside != outside[0])) if np.any(outside != outside[0]) else 0
    if outside[0] == 0 or settled < MIN_BLOCKS or abs(off[0]) < max(MIN_HEIGHT, 2 * limit):
        return None
    falling = float(np.mean(np.diff(np.abs(off[:settled])) < limit / 2))
    return Transient(settled * block / sample_rate_hz, float(off[0])) if falling >= FALLING else None


def examine_startup(samples: Samples, sample_rate_hz: int) -> Iterator[Finding]:
    """At most one finding on int16 [n] that begin with the microphone's start."""
    found = transient(samples, sample_rate_hz)
    if found is not None:
        milliseconds = round(1_000 * found.settled_s)
        yield bad(
            "start-up",
            f"the samples begin {found.height:+.0%} of full scale off and take {milliseconds} ms to settle",
            f"have the port drop the first {milliseconds + 50} ms after the microphone's start, or keep it running",
            settled_ms=milliseconds,
            height=round(found.height, 4),
        )
