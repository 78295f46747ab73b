"""What a person sees while a model learns: lines with figures, and TensorBoard logs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import ConfigError
from kws_data.features.load import FeatureSet
from kws_data.models.float_model import as_input
from kws_data.scores import right
from kws_data.training.fit import Fit

LINES = 10


class EpochLines:
    """Ten lines a training, with loss, accuracy on training and validation clips, and the time that is left.

    Validation accuracy (of the averaged weights) is shown and kept, nothing is chosen by it.
    """

    def __init__(self, validation: FeatureSet, say: Callable[[str], None]) -> None:
        self._x, self._y = np.asarray(validation.x[:, 0]), validation.y
        self._say, self._told = say, False
        self._since, self._first = time.monotonic(), -1

    def __call__(self, state: Fit) -> None:
        """Say a line when one is due."""
        if self._first < 0:
            self._first = state.epoch - 1
        if state.history.doubtful and not self._told:
            self._told = True
            self._say(doubt(state.history.doubtful))
        if state.epoch % max(1, state.epochs // LINES) and state.epoch not in (1, state.epochs):
            return
        figures = [f"epoch {state.epoch}/{state.epochs}", f"loss {state.history.loss[-1]:.3f}"]
        figures.append(f"accuracy {state.history.accuracy[-1]:.1%}")
        if len(self._y):
            right = validation_accuracy(state, self._x, self._y)
            state.history.validation.append((state.epoch, round(right, 6)))
            figures.append(f"validation {right:.1%}")
        self._say(f"  {', '.join(figures)}, {self._left(state)}")

    def _left(self, state: Fit) -> str:
        each = (time.monotonic() - self._since) / (state.epoch - self._first)
        seconds = round(each * (state.epochs - state.epoch))
        return f"{seconds // 60}:{seconds % 60:02d} left"


def doubt(recordings: Sequence[str]) -> str:
    """What a person should know of negatives in which the model is certain of a keyword."""
    first = ", ".join(recordings[:3])
    what = f"{len(recordings)} recordings of data.negatives without a transcript, such as {first}"
    return f"  a keyword may be said in {what}: not learnt from; listen to them, and remove them where it is said"


def validation_accuracy(state: Fit, x: NDArray[np.int8], y: NDArray[Any]) -> float:
    """Share of clips that the averaged weights get right."""
    with state.finished():
        parts = [state.model(as_input(x[i : i + 512]), training=False) for i in range(0, len(x), 512)]
        scores = np.concatenate([np.asarray(part) for part in parts])
    return float(right(scores, y).mean())


class TensorBoardLog:
    """Event files with loss, accuracy and validation accuracy of each epoch.

    Raises:
        ConfigError: TensorBoard is not installed.
    """

    def __init__(self, folder: Path, resumed: bool) -> None:
        if find_spec("tensorboard") is None:
            raise ConfigError("tensorboard is not installed", None, "pip install 'kws[tensorboard]', or leave it out")
        import tensorflow as tf

        if not resumed:
            shutil.rmtree(folder, ignore_errors=True)
        self._writer = tf.summary.create_file_writer(str(folder))

    def __call__(self, state: Fit) -> None:
        """Write the figures of the epoch that was done last."""
        import tensorflow as tf

        history = state.history
        figures = {"loss": history.loss[-1], "accuracy": history.accuracy[-1]}
        if history.validation and history.validation[-1][0] == state.epoch:
            figures["validation_accuracy"] = history.validation[-1][1]
        with self._writer.as_default(step=state.epoch):
            for name, value in figures.items():
                tf.summary.scalar(name, value)
        self._writer.flush()
