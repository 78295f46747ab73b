"""Pictures of a comparison: differences with their intervals, misses against false alarms of clips and of streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kws_data.evaluation.compared_run import ComparedRun
from kws_data.evaluation.run_differences import Difference
from kws_data.evaluation.thresholds import threshold_curve
from kws_data.pages.plots import GRID, INK, MAIN, PALETTE, WARN, bare_figure, svg_of
from kws_data.report.stream_plot import LEAST, misses_axes

DET_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
DET_ENDS = (0.0005, 0.6)


def forest_plot(rows: Sequence[tuple[str, Difference]]) -> str:
    """Each difference, run less baseline in points, with its 95 % interval; red where the run is worse."""
    figure, axes = bare_figure(7.0, 0.3 * len(rows) + 1.2)
    for place, (_, one) in enumerate(rows):
        colour = {"better": MAIN, "worse": WARN}.get(one.verdict, PALETTE[5])
        low, middle, high = (100 * value for value in (one.paired.low, one.paired.difference, one.paired.high))
        axes.plot([low, high], [place, place], color=colour, linewidth=1.5)
        axes.plot([middle], [place], "o", color=colour)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel("run less baseline, points, with 95 % interval by speaker", color=INK)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    return svg_of(figure)


def det_plot(runs: Sequence[ComparedRun]) -> str:
    """Keywords missed against the FPR of clips, at every threshold; axes as normal deviates (Martin et al. 1997,
    Eurospeech: "The DET curve in assessment of detection task performance"). Large: the thresholds that ship."""
    from scipy.stats import norm

    figure, axes = bare_figure(5.6, 4.4)
    for number, run in enumerate(runs):
        colour = PALETTE[number % len(PALETTE)]
        points = threshold_curve(run.rows.scores, run.rows.y, 257)
        false, missed = (np.clip(values, *DET_ENDS) for values in _rates(points))
        axes.plot(norm.ppf(false), norm.ppf(missed), color=colour, linewidth=1.4, label=run.name)
        own = run.report["device" if run.engine == "device" else "host"]
        own = own if run.engine == "device" else own[run.engine]
        if own["tpr"] is not None and own["fpr"] is not None:
            x, y = (float(np.clip(value, *DET_ENDS)) for value in (own["fpr"], 1 - own["tpr"]))
            axes.plot([norm.ppf(x)], [norm.ppf(y)], "o", color=colour, markersize=8)
    ticks = [float(norm.ppf(tick)) for tick in DET_TICKS]
    names = [f"{100 * tick:g}" for tick in DET_TICKS]
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    axes.set_xlim(*(float(norm.ppf(end)) for end in DET_ENDS))
    axes.set_ylim(*(float(norm.ppf(end)) for end in DET_ENDS))
    axes.set_xlabel("FPR, %", color=INK)
    axes.set_ylabel("keywords missed, %", color=INK)
    axes.grid(color=GRID, linewidth=0.6)
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure)


def _rates(points: Sequence[Mapping[str, float]]) -> tuple[list[float], list[float]]:
    return [point["fpr"] for point in points], [1.0 - point["tpr"] for point in points]


def streams_plot(runs: Sequence[ComparedRun]) -> str | None:
    """Keywords missed over false accepts an hour, a line for each run and kind of negative; None where none has one."""
    lines = [(run, kind, points) for run in runs for kind, points in run.report["stream"].get("sweep", {}).items()]
    if not lines:
        return None
    figure, axes = bare_figure(6.2, 4.0)
    styles, colours = _styles([kind for _, kind, _ in lines]), {run.name: PALETTE[at] for at, run in enumerate(runs)}
    for run, kind, points in lines:
        heard = run.report["stream"]["negatives"][kind]
        none = max(LEAST, 0.5 / heard["hours"])
        x, y = [rate or none for rate, _ in points], [100 * missed for _, missed in points]
        label = f"{run.name}, {kind.replace('_', ' ')}"
        axes.plot(x, y, color=colours[run.name], linestyle=styles[kind], linewidth=1.4, label=label)
        if run.missed is not None:
            rate = heard["false_accepts_per_hour"] or none
            axes.plot([rate], [100 * run.missed], "o", color=colours[run.name], markersize=8)
    misses_axes(axes, "false accepts an hour")
    axes.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")
    axes.legend(frameon=False, fontsize=9)
    return svg_of(figure)


def _styles(kinds: Sequence[str]) -> dict[str, Any]:
    """A way to draw each kind: the first solid."""
    ways: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (5, 1)))
    return {kind: ways[at % len(ways)] for at, kind in enumerate(dict.fromkeys(kinds))}
