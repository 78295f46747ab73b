"""The cutoff of micro_wake_word's manifest: a bar for the mean of the last ``window`` scores, read by two runtimes.

ESPHome (``streaming_model.cpp``): the sum is above ``int(255 cutoff) x window``, so one unit a score for 1/255.
pymicro-wakeword: the mean of scores in 256ths is above ``cutoff``. Its bar is the higher one, by less than one unit a
score, and holds here. ESPHome also waits, 100 frames of low scores at the start and after each detection.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from firmware_tools.errors import ModelError

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
