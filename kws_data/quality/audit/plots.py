"""Pictures of an audit: how many clips each check found, and how loud, clean and long clips are beside its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.pages.plots import GRID, INK, PALETTE, WARN, bare_figure, stacked_bars, svg_of
from kws_data.quality.audit.checks import limit

_BINS = 48
#: field of a row -> (what it is, name of the check whose limit is drawn).
LEVELS: dict[str, tuple[str, str]] = {
    "snr_db": ("signal to noise, dB", "low SNR"),
    "rms_db": ("level (RMS), dB", "silence"),
    "seconds": ("length, s", "no word"),
}


def counts_plot(actions: Mapping[str, Mapping[str, int]]) -> str:
    """One bar a reason, cut by action.

    Args:
        actions: clips by reason, then action.
    """
    names = sorted({action for found in actions.values() for action in found})
    parts = {action: {reason: found.get(action, 0) for reason, found in actions.items()} for action in names}
    return stacked_bars(parts, list(actions), "clips", 4)


def level_plots(rows: Sequence[NDArray[np.void]]) -> str:
    """A histogram of each of :data:`LEVELS`, with the check's limit."""
    return "".join(_histogram(name, np.array([float(row[name]) for row in rows])) for name in LEVELS)


def _histogram(name: str, values: NDArray[np.float64]) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return ""
    what, check = LEVELS[name]
    figure, axes = bare_figure(4.1, 2.5)
    low, high = float(min(known.min(), limit(check))), float(max(known.max(), limit(check)))
    axes.hist(known, np.linspace(low, high if high > low else low + 1.0, _BINS + 1), color=PALETTE[0])
    axes.axvline(limit(check), color=WARN, linewidth=1.2)
    axes.set_yscale("symlog", linthresh=10)
    axes.set_xlabel(f"{what} ({len(known):,} of {len(values):,} clips)", color=INK)
    axes.set_ylabel("clips", color=INK)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    return svg_of(figure)
