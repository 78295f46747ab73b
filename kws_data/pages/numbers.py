"""The short table at the end of a run."""

from __future__ import annotations

NOT_MEASURED = "not measured"


def percent(share: float | None) -> str:
    """0.9876 as ``98.8 %``; None as ``not measured``."""
    return NOT_MEASURED if share is None else f"{100 * share:.1f} %"


def interval(ends: list[float] | tuple[float, float]) -> str:
    """A 95 % interval of a share, in per cent."""
    return f"[{100 * ends[0]:.1f}, {100 * ends[1]:.1f}]"


def plural(count: float, noun: str) -> str:
    """``1 false accept``, ``2 false accepts``."""
    return f"{count:g} {noun}{'' if count == 1 else 's'}"


def false_accepts(per_hour: float | None, upper95: float | None, not_measured: str | None = None) -> str:
    """The rate of false accepts and its bound; None where it was not measured, and why."""
    if per_hour is None or upper95 is None:
        return f"{NOT_MEASURED}: {not_measured or 'nobody says another word'}"
    return f"{per_hour:.1f} an hour, at most {upper95:.1f} with 95 % confidence"
