"""Learning curves: loss and accuracy over epochs; accuracy over the number of speakers, and where that leads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kws_data.training.fit import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAIN, SECOND = "#0b6e99", "#e08a1e"


@dataclass(frozen=True)
class PowerLaw:
    """Error as a power of the amount of data: ``scale * amount ** -exponent`` (https://arxiv.org/abs/1712.00409)."""

    scale: float
    exponent: float

    def error(self, amount: float) -> float:
        """Expected error at an amount."""
        return float(min(1.0, self.scale * amount**-self.exponent))


def power_law(amounts: Sequence[float], errors: Sequence[float]) -> PowerLaw:
    """The straight line through errors in a double-logarithmic picture; errors of 0 count as half a mistake in 1,000.

    Args:
        amounts: speakers, at least two different numbers.
        errors: share of clips that were wrong.
    """
    slope, offset = np.polyfit(np.log(amounts), np.log(np.maximum(errors, 5e-4)), 1)
    return PowerLaw(float(np.exp(offset)), float(-slope))


def epoch_plot(history: History) -> str:
    """Loss and accuracy of each epoch, and validation accuracy where it was taken, as SVG."""
    figure, axes = _figure("epoch", "loss")
    epochs = range(1, len(history.loss) + 1)
    axes.plot(epochs, history.loss, color=SECOND, label="loss")
    right = axes.twinx()
    right.plot(epochs, np.multiply(history.accuracy, 100), color=MAIN, label="accuracy, training batches")
    if history.validation:
        at, accuracy = zip(*history.validation, strict=True)
        right.plot(at, np.multiply(accuracy, 100), "o", color=MAIN, label="accuracy, validation clips")
    right.set_ylabel("accuracy, %")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return _svg(figure)


def speakers_plot(amounts: Sequence[int], accuracies: Sequence[float], law: PowerLaw) -> str:
    """Held-out accuracy over the number of training speakers, with the power law drawn on to four times as many."""
    figure, axes = _figure("training speakers", "accuracy on held-out clips, %")
    more = np.geomspace(min(amounts), 4 * max(amounts), 60)
    axes.plot(more, [100 * (1 - law.error(n)) for n in more], "--", color=SECOND, label="power law of the error")
    axes.plot(amounts, np.multiply(accuracies, 100), "o-", color=MAIN, label="measured")
    axes.set_xscale("log")
    axes.legend(frameon=False)
    return _svg(figure)


def _figure(x: str, y: str) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color="#d9dfe6")
    return figure, axes


def _svg(figure: Figure) -> str:
    from matplotlib import rc_context

    buffer = io.StringIO()
    with rc_context({"svg.hashsalt": "kws", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
