"""What all plots share: colours, bare axes, SVG text, PNG bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, GRID, MAIN, SECOND, WARN = "#1d2733", "#d9dfe6", "#0b6e99", "#e08a1e", "#b3261e"
PALETTE = ("#0b6e99", "#e08a1e", "#4f8a3d", "#8257a5", "#b3261e", "#7a8793", "#2aa198", "#c2a83e", "#95a5b4")


def bare_figure(width: float, height: float) -> tuple[Figure, Any]:
    """A figure of so many inches with one pair of quiet axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.tick_params(colors=INK, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GRID)
    return figure, axes


def svg_of(figure: Figure) -> str:
    """A figure as SVG text, the same bytes for the same numbers."""
    from matplotlib import rc_context

    buffer = io.StringIO()
    # A fixed salt and no date: the same numbers give the same bytes.
    with rc_context({"svg.hashsalt": "kws", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def png_of(figure: Figure, dots_per_inch: int) -> bytes:
    """A figure as PNG, the same bytes for the same numbers."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()
