"""The picture of misses against false accepts an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kws_data.pages.plots import GRID, INK, PALETTE, WARN, bare_figure, svg_of

LEAST = 0.01  # of the axis, false accepts an hour


def false_accepts_plot(
    sweep: Mapping[str, Sequence[tuple[float, float]]],
    hours: Mapping[str, float],
    operating: Mapping[str, float],
    frr: float | None,
    wish_per_hour: float | None,
) -> str:
    """A line for each kind of negative: share of keywords missed over false accepts an hour (logarithmic).

    Args:
        sweep: by kind, (false accepts an hour, share missed), many false accepts first.
        hours: heard of each kind; a rate of 0 is drawn at half a false accept in them.
        operating: false accepts an hour at the thresholds that ship.
        frr: share missed there.
        wish_per_hour: to be marked.
    """
    figure, axes = bare_figure(5.4, 3.6)
    for number, (kind, points) in enumerate(sweep.items()):
        colour, none = PALETTE[number % len(PALETTE)], max(LEAST, 0.5 / hours[kind])
        x, y = [rate or none for rate, _ in points], [100 * missed for _, missed in points]
        axes.plot(x, y, color=colour, linewidth=1.5, label=f"{kind.replace('_', ' ')}, {hours[kind]:.2f} h")
        open_ended = [(a, b) for a, b, (rate, _) in zip(x, y, points, strict=True) if not rate]
        for a, b in open_ended:
            axes.plot([a], [b], "o", color=colour, markerfacecolor="white")
        if frr is not None:
            rate = operating[kind]
            face = colour if rate else "white"
            axes.plot([rate or none], [100 * frr], "o", markersize=9, color=colour, markerfacecolor=face)
    if wish_per_hour:
        axes.axvline(wish_per_hour, color=WARN, linestyle="--", linewidth=1)
    misses_axes(axes, "false accepts an hour")
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure)


def misses_axes(axes: Any, rate: str) -> None:
    """Axes of misses in percent over a rate, which is logarithmic and called so."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(rate, color=INK)
    axes.set_ylabel("keywords missed, %", color=INK)
    axes.grid(color=GRID, linewidth=0.6)
