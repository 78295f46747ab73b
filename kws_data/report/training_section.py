"""How the model learnt: loss and accuracy by epoch, whether it was still getting better, and what int8 made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kws_data.pages.html import Verdict, figure, says, table
from kws_data.pages.numbers import percent
from kws_data.pages.plots import GRID, INK, MAIN, SECOND, bare_figure, svg_of
from kws_data.report.results import RunResults
from kws_data.run_folder import read_json

HISTORY_FILE = "history.json"  # in runs/<name>/model
#: Training batches are augmented, so a model is often better on validation clips; this much worse is learnt by heart.
BY_HEART = 0.05
_LAST = 0.1  # share of the epochs over which it is asked whether the loss still falls
_STILL = 0.05


def training_section(results: RunResults) -> str:
    """A sentence, the curves, and how the int8 file was chosen; empty where no history was kept."""
    path = results.folder / "model" / HISTORY_FILE
    if not path.is_file():
        return ""
    history = read_json(path, "train")
    sentence, verdict = _sentence(history)
    return says(sentence, verdict) + _picture(history) + _candidates(results.export)


def _sentence(history: Mapping[str, Any]) -> tuple[str, Verdict]:
    loss, accuracy, validation = history["loss"], history["accuracy"], history.get("validation") or []
    if not validation:
        return f"Trained for {len(loss)} epochs, to {percent(accuracy[-1])} of training clips.", ""
    last, gap = validation[-1][1], accuracy[-1] - validation[-1][1]
    said = f"After {len(loss)} epochs it is right on {percent(last)} of validation clips"
    if gap > BY_HEART:
        said += f", but on {percent(accuracy[-1])} of those it trained on: it learns people by heart, so add people."
        return said, "doubt"
    tail = max(2, int(_LAST * len(loss)))
    if len(loss) > 2 * tail:
        before, after = float(np.mean(loss[-2 * tail : -tail])), float(np.mean(loss[-tail:]))
        if before > 0 and (before - after) / before > _STILL:
            return f"{said}, and the loss was still falling: train longer (train.epochs).", "doubt"
    return f"{said}, and the loss had stopped falling: more epochs would not help.", "good"


def _picture(history: Mapping[str, Any]) -> str:
    loss, validation = history["loss"], history.get("validation") or []
    alt = (
        f"Loss falls from {loss[0]:.2f} to {loss[-1]:.2f} over {len(loss)} epochs; accuracy on training batches rises "
        f"from {percent(history['accuracy'][0])} to {percent(history['accuracy'][-1])}"
    )
    if validation:
        alt += f", on validation clips from {percent(validation[0][1])} to {percent(validation[-1][1])}"
    return figure(training_plot(history), "Training batches are augmented, validation clips are not.", alt=alt + ".")


def training_plot(history: Mapping[str, Sequence[Any]]) -> str:
    """Loss (left) and accuracy (right) over epochs."""
    drawn, axes = bare_figure(6.0, 3.0)
    epochs = range(1, len(history["loss"]) + 1)
    axes.plot(epochs, history["loss"], color=SECOND, label="loss")
    axes.set_xlabel("epoch", color=INK)
    axes.set_ylabel("loss", color=INK)
    axes.set_ylim(bottom=0)
    axes.grid(color=GRID, linewidth=0.6)
    right = axes.twinx()
    right.plot(epochs, np.multiply(history["accuracy"], 100), color=MAIN, label="accuracy, training batches")
    if history.get("validation"):
        at, accuracy = zip(*history["validation"], strict=True)
        right.plot(at, np.multiply(accuracy, 100), "o", color=MAIN, clip_on=False, label="accuracy, validation clips")
    right.set_ylabel("accuracy, %", color=INK)
    right.set_ylim(top=101)
    right.tick_params(colors=INK, labelsize=9)
    for side in ("top", "left", "right"):
        right.spines[side].set_visible(False)
    right.spines["bottom"].set_color(GRID)
    drawn.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return svg_of(drawn)


def _candidates(export: Mapping[str, Any]) -> str:
    """What int8 files there were, and which was taken."""
    candidates = export.get("candidates") or []
    if len(candidates) < 2:
        return ""
    rows = [
        (
            one["method"],
            percent(one["accuracy"]),
            f"{one['log_loss']:.4f}",
            "taken" if one["method"] == export.get("method") else "",
        )
        for one in candidates
    ]
    caption = "int8 files that were tried, on validation clips"
    return table(rows, ("rounded", "accuracy", "log loss", ""), numbers=(1, 2), caption=caption)
