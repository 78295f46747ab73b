"""What all plots share: colours, bare axes, SVG text that follows the page's appearance, PNG bytes."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, GRID, MAIN, SECOND, WARN = "#1d2733", "#d9dfe6", "#0b6e99", "#e08a1e", "#b3261e"
PALETTE = ("#0b6e99", "#e08a1e", "#4f8a3d", "#8257a5", "#b3261e", "#7a8793", "#2aa198", "#c2a83e", "#95a5b4")

#: What of a picture follows the page: ink, grid, paper, and the palette (in which MAIN, SECOND and WARN are).
VARIABLES = {INK: "ink", GRID: "line", "#ffffff": "bg", **{colour: f"p{n}" for n, colour in enumerate(PALETTE)}}


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


def stacked_bars(counts: Mapping[str, Mapping[str, int]], rows: Sequence[str], what: str, columns: int) -> str:
    """One horizontal bar a row with its sum behind it, cut into parts.

    Args:
        counts: by part, in the order in which they lie side by side, then row.
        rows: from the top.
        what: is counted.
        columns: of the legend.
    """
    import numpy as np

    figure, axes = bare_figure(6.2, 0.3 * len(rows) + 1.2)
    left = np.zeros(len(rows))
    for number, (part, of_rows) in enumerate(counts.items()):
        widths = np.array([of_rows.get(row, 0) for row in rows])
        axes.barh(range(len(rows)), widths, left=left, color=PALETTE[number], label=part, height=0.65)
        left += widths
    for place, total in enumerate(left):
        axes.annotate(f"{total:,.0f}", (total, place), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlabel(what, color=INK)
    axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns)
    return svg_of(figure)


def svg_of(figure: Figure, themed: bool = True) -> str:
    """A figure as SVG text, the same bytes for the same numbers.

    Args:
        figure: to be drawn.
        themed: with the page's CSS variables for colours, so that it follows dark mode; a file of its own has none.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    # A fixed salt and no date: the same numbers give the same bytes.
    with rc_context({"svg.hashsalt": "kws", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=themed)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    return _following_the_page(text) if themed else text


def _following_the_page(svg: str) -> str:
    """Ids that no other picture of a page has, no metadata, and colours by name."""
    salt = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([\w-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda at: f' id="{at[1]}-{salt}"' if at[1] in used else "", svg)
    svg = re.sub(r"(url\(#|href=\"#)([\w-]+)", rf"\1\2-{salt}", svg)
    svg = re.sub("|".join(VARIABLES), lambda at: f"var(--{VARIABLES[at[0]]})", svg)
    return svg.replace("<svg", '<svg class="plot"', 1)


def png_of(figure: Figure, dots_per_inch: int) -> bytes:
    """A figure as PNG, the same bytes for the same numbers."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()
