"""Pictures of a report, as SVG text that stands in the page itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.metrics import KeywordMetrics
from kws_data.pages.plots import GRID, INK, MAIN, PALETTE, SECOND, WARN, bare_figure, svg_of


def confusion_plot(matrix: NDArray[np.int64], labels: Sequence[str]) -> str:
    """Rows are what was said, columns what was heard; cells are shares of the row with counts."""
    figure, axes = bare_figure(0.62 * len(labels) + 2.2, 0.5 * len(labels) + 1.6)
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("heard", color=INK)
    axes.set_ylabel("said", color=INK)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if share[row, column] > 0.5 else INK
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    return svg_of(figure)


def threshold_plot(curve: Mapping[str, Sequence[float]], threshold: float) -> str:
    """TPR and FPR over the threshold, with the operating point."""
    figure, axes = bare_figure(6.2, 3.4)
    axes.plot(curve["threshold"], np.multiply(curve["tpr"], 100), color=MAIN, label="TPR")
    axes.plot(curve["threshold"], np.multiply(curve["fpr"], 100), color=SECOND, label="FPR")
    axes.axvline(threshold, color=WARN, linestyle="--", linewidth=1)
    axes.annotate(
        f"threshold {threshold:.2f}",
        (threshold, 52),
        color=WARN,
        fontsize=9,
        ha="right",
        xytext=(-4, 0),
        textcoords="offset points",
    )
    axes.set_xlabel("threshold on the best keyword's score", color=INK)
    axes.set_ylabel("% of clips", color=INK)
    axes.set_ylim(-2, 102)
    axes.grid(color=GRID, linewidth=0.6)
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure)


def keyword_plot(per_keyword: Mapping[str, KeywordMetrics]) -> str:
    """TPR of each keyword with its 95 % interval."""
    words = list(per_keyword)
    tpr = np.array([one.tpr for one in per_keyword.values()], dtype=float) * 100
    ends = np.array([one.tpr_ci95 for one in per_keyword.values()])
    figure, axes = bare_figure(6.2, 0.34 * len(words) + 1.1)
    rows = np.arange(len(words))
    errors = np.abs(np.stack([tpr - ends[:, 0] * 100, ends[:, 1] * 100 - tpr]))
    axes.errorbar(tpr, rows, xerr=errors, fmt="o", color=MAIN, ecolor=PALETTE[8], capsize=3)
    axes.set_yticks(rows, words)
    axes.invert_yaxis()
    axes.set_xlabel("TPR, %, with 95 % interval", color=INK)
    axes.set_xlim(min(60.0, float(ends.min() * 100) - 3), 101)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    return svg_of(figure)


def share_plot(rows: Sequence[tuple[str, Sequence[tuple[str, float]], float]], unit: str) -> str:
    """One horizontal bar a row, cut into its named parts, with the row's limit as a mark.

    Args:
        rows: (name, [(part, amount)], limit or 0).
        unit: what the amounts are.
    """
    figure, axes = bare_figure(8.4, 0.75 * len(rows) + 1.0)
    width = max(max(limit, sum(amount for _, amount in parts)) for _, parts, limit in rows)
    for index, (_, parts, limit) in enumerate(rows):
        left = 0.0
        for number, (part, amount) in enumerate(parts):
            axes.barh(index, amount, left=left, color=PALETTE[number % len(PALETTE)], edgecolor="white", height=0.55)
            if amount > 0.08 * width:
                axes.text(
                    left + amount / 2,
                    index,
                    f"{part}\n{amount:,.0f}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="white",
                )
            left += amount
        if limit:
            axes.plot([limit, limit], [index - 0.38, index + 0.38], color=WARN, linewidth=2)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel(unit, color=INK)
    return svg_of(figure)
