"""The short table at the end of a run."""

from __future__ import annotations


def percent(share: float) -> str:
    """0.9876 as ``98.8 %``."""
    return f"{100 * share:.1f} %"


def interval(ends: list[float] | tuple[float, float]) -> str:
    """A 95 % interval of a share, in per cent."""
    return f"[{100 * ends[0]:.1f}, {100 * ends[1]:.1f}]"
