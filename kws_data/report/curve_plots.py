"""Pictures of curves over all thresholds, and of reliability, as SVG text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.probabilities import Calibration
from kws_data.pages.plots import GRID, INK, MAIN, PALETTE, WARN, bare_figure, svg_of
from kws_data.statistics.curves import DetectionCurve

_SIZE = (4.0, 3.2)
_TICKS = (0.001, 0.01, 0.05, 0.2, 0.5)  # of the DET, as shares
_LEAST = 0.0005
_FEW = 10
_POINTS = 2_000  # of a line, at most: a float model has as many thresholds as clips

Floats = NDArray[np.float64]


def roc_plot(curve: DetectionCurve, threshold: float) -> str:
    """TPR over FPR, in per cent, with the threshold that ships."""
    figure, axes = bare_figure(*_SIZE)
    axes.plot([0, 100], [0, 100], color=PALETTE[8], linewidth=1, linestyle=":")
    _steps(axes, curve, 100 * curve.fpr, 100 * curve.tpr, threshold)
    _labelled(axes, "other clips taken for a keyword, %", "keywords found, %")
    return svg_of(figure)


def det_plot(curve: DetectionCurve, threshold: float) -> str:
    """Misses over false detections, both axes on normal deviates, with the threshold that ships."""
    figure, axes = bare_figure(*_SIZE)
    _steps(axes, curve, _deviate(curve.fpr), _deviate(curve.fnr), threshold)
    places, names = _deviate(np.array(_TICKS)), [f"{100 * share:g}" for share in _TICKS]
    axes.set_xticks(places, names)
    axes.set_yticks(places, names)
    ends = _deviate(np.array([_LEAST, 0.6]))
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    _labelled(axes, "other clips taken for a keyword, %", "keywords missed, %")
    return svg_of(figure)


def precision_plot(curve: DetectionCurve, threshold: float) -> str:
    """Precision over recall, in per cent, with the threshold that ships."""
    figure, axes = bare_figure(*_SIZE)
    _steps(axes, curve, 100 * curve.tpr, 100 * curve.precision, threshold)
    axes.set_ylim(min(60.0, 100 * float(curve.precision.min())) - 2, 102)
    _labelled(axes, "keywords found, %", "detections that are right, %")
    return svg_of(figure)


def reliability_plot(found: Calibration) -> str:
    """Accuracy over mean confidence of each bin; hollow where it stands on fewer than ten clips."""
    figure, axes = bare_figure(*_SIZE)
    axes.plot([0, 100], [0, 100], color=PALETTE[8], linewidth=1, linestyle=":")
    bins = [one for one in found.bins if one.confidence is not None and one.accuracy is not None]
    x = np.array([one.confidence for one in bins], np.float64) * 100
    y = np.array([one.accuracy for one in bins], np.float64) * 100
    few = np.array([one.clips < _FEW for one in bins])
    axes.plot(x, y, color=MAIN, linewidth=1)
    axes.plot(x[~few], y[~few], "o", color=MAIN)
    axes.plot(x[few], y[few], "o", color=PALETTE[8], markerfacecolor="white")
    _labelled(axes, "highest probability, %", "right, %")
    return svg_of(figure)


def _steps(axes: Any, curve: DetectionCurve, x: Floats, y: Floats, threshold: float) -> None:
    """The curve, and the point on it of the threshold that ships."""
    every = np.unique(np.linspace(0, len(x) - 1, min(len(x), _POINTS)).astype(np.intp))
    axes.plot(x[every], y[every], color=MAIN, linewidth=1.5)
    here = int((curve.thresholds >= threshold).sum()) - 1
    axes.plot([x[here]], [y[here]], "o", color=WARN)
    axes.annotate(
        f"{threshold:.2f}", (x[here], y[here]), color=WARN, fontsize=9, xytext=(6, 6), textcoords="offset points"
    )


def _deviate(share: Floats) -> Floats:
    """Normal deviate of shares; those beyond the axis lie on it."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.clip(share, _LEAST, 1 - _LEAST)))


def _labelled(axes: Any, x: str, y: str) -> None:
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.grid(color=GRID, linewidth=0.6)
