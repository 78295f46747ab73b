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
from math import ceil

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.ring_model import STRIDE_FRAMES

WAIT_FRAMES = 100  # MIN_SLICES_BEFORE_DETECTION in streaming_model.h
LEAST_BAR, LARGEST_BAR = 1, 254  # no score is below 0, and none is above 255
DECIMALS = 6


@dataclass(frozen=True)
class Cutoff:
    """What a manifest says of a decision.

    Attributes:
        probability: ``probability_cutoff``, 0 to 1.
        window: ``sliding_window_size``, scores that are averaged.

    Raises:
        ModelError: a cutoff with which ESPHome never detects anything, or an empty window.
    """

    probability: float
    window: int

    def __post_init__(self) -> None:
        if self.window < 1:
            raise ModelError("micro_wake_word: sliding window cannot be used", self.window, "use 1 or more")
        possible = 0 <= self.probability <= 1 and self.bar >= LEAST_BAR and self.reached(255 * self.window)
        if not possible:
            remedy = f"use {LEAST_BAR / 255:.6f} to {LARGEST_BAR / 255:.6f}"
            raise ModelError("micro_wake_word would never detect with the cutoff", self.probability, remedy)

    @property
    def bar(self) -> int:
        """ESPHome's cutoff, 1 to 254: it truncates."""
        return int(self.probability * 255)

    def reached(self, total: int) -> bool:
        """Whether a sum of ``window`` scores of 0 to 255 is above the bar of either runtime."""
        return total > self.bar * self.window and total / (256 * self.window) > self.probability


def cutoff_for(threshold: int, window: int) -> Cutoff:
    """The cutoff with which pymicro-wakeword detects from a threshold on; of those, the highest, for ESPHome.

    ESPHome's bar, which is coarser, lies below the threshold by less than two units a score (0.8 % of the mean).

    Args:
        threshold: on the sum of ``window`` int8 scores, -128 to 127 each; that sum and more is a detection.
        window: how many scores are summed.

    Raises:
        ModelError: nothing could be detected.
    """
    total = max(threshold + 128 * window, window + 1)
    below = (total * 10**DECIMALS - 1) // (256 * window)
    return Cutoff(max(below / 10**DECIMALS, ceil(10**DECIMALS / 255) / 10**DECIMALS), window)


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
