"""Pictures of a report, as SVG text that stands in the page itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kws_data.evaluation.metrics import KeywordMetrics
from kws_data.pages.plots import GRID, INK, MAIN, PALETTE, SECOND, WARN, bare_figure, svg_of

FEW_CLIPS = 10  # a point that stands on fewer is hollow


def threshold_plot(curve: Mapping[str, Sequence[float]], threshold: float) -> str:
    """TPR and FPR over the threshold, with the operating point."""
    figure, axes = bare_figure(5.4, 3.2)
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
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return svg_of(figure)


def keyword_plot(per_keyword: Mapping[str, KeywordMetrics]) -> str:
    """TPR of each keyword with its 95 % interval; hollow where it stands on fewer than ten clips."""
    words = list(per_keyword)
    tpr = np.array([one.tpr for one in per_keyword.values()], dtype=float) * 100
    ends = np.array([one.tpr_ends for one in per_keyword.values()])
    figure, axes = bare_figure(5.4, 0.34 * len(words) + 1.1)
    rows = np.arange(len(words))
    errors = np.abs(np.stack([tpr - ends[:, 0] * 100, ends[:, 1] * 100 - tpr]))
    axes.errorbar(tpr, rows, xerr=errors, fmt="none", ecolor=PALETTE[8], capsize=3)
    few = np.array([one.clips < FEW_CLIPS for one in per_keyword.values()])
    axes.plot(tpr[~few], rows[~few], "o", color=MAIN)
    axes.plot(tpr[few], rows[few], "o", color=PALETTE[8], markerfacecolor="white")
    axes.set_yticks(rows, words)
    axes.invert_yaxis()
    axes.set_xlabel("TPR, %, with 95 % interval", color=INK)
    axes.set_xlim(min(60.0, float(ends.min() * 100) - 3), 101)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    return svg_of(figure)
