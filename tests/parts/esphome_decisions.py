"""How micro_wake_word decides on a model's scores, step by step; a detection here is one in both its runtimes.

ESPHome (``streaming_model.cpp``) and pymicro-wakeword take the mean of the last ``window`` scores, and differ in three
points. In each the stricter one holds here:

* The bar. ESPHome: the sum is above ``int(255 cutoff) x window``, so one unit a score for 1/255. pymicro-wakeword: the
  mean of scores in 256ths is above ``cutoff``. Its bar is the higher one, by less than one unit a score.
* Waiting. ESPHome detects nothing until 100 frames have passed whose newest score was below the bar: at the start,
  and after each detection. pymicro-wakeword does not wait.
* Memory. ESPHome sets its scores to 0 after a detection. pymicro-wakeword keeps them, and begins when it has
  ``window`` of them, where ESPHome begins with zeros.

ESPHome by default stops listening at a detection (``stop_after_detection``) until it is started anew; here it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.wake_word import Cutoff
from firmware_tools.tflite.ring_model import STRIDE_FRAMES

WAIT_FRAMES = 100  # MIN_SLICES_BEFORE_DETECTION in streaming_model.h


@dataclass(frozen=True)
class Heard:
    """A detection: after how many frames of the stream, and the sum of its scores of 0 to 255."""

    frames: int
    total: int


def detections(scores: NDArray[np.uint8], cutoff: Cutoff, stride_frames: int = STRIDE_FRAMES) -> list[Heard]:
    """Detections in the scores of a stream, from its start.

    Args:
        scores: one every ``stride_frames`` frames, as :func:`firmware_tools.engine.ring.ring_scores` gives them.
        cutoff: when to detect.
        stride_frames: frames from one score to the next.
    """
    state, found = _State(cutoff), []
    for number, score in enumerate(scores.tolist(), 1):
        for frames in range((number - 1) * stride_frames + 1, number * stride_frames + 1):
            new = score if frames == number * stride_frames else None
            if (total := state.after_frame(new)) is not None:
                found.append(Heard(frames, total))
    return found


class _State:
    """What ESPHome remembers from one frame to the next."""

    def __init__(self, cutoff: Cutoff) -> None:
        self._cutoff = cutoff
        self._scores = [0] * cutoff.window
        self._next = 0
        self._newest = 0
        self._count = 0
        self._wait = WAIT_FRAMES
        self._undecided = False

    def after_frame(self, score: int | None) -> int | None:
        """The sum of a detection after a frame, which brought a score or none."""
        if score is not None:
            self._scores[self._next] = self._newest = score
            self._next = (self._next + 1) % self._cutoff.window
            self._count += 1
            self._undecided = True
        if self._newest < self._cutoff.bar:
            self._wait = max(0, self._wait - 1)
        if not self._undecided or self._wait:
            return None
        self._undecided = False
        total = sum(self._scores)
        if self._count < self._cutoff.window or not self._cutoff.reached(total):
            return None
        self._scores = [0] * self._cutoff.window
        self._newest, self._wait = 0, WAIT_FRAMES
        return total
