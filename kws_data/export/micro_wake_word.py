"""The threshold of a micro_wake_word bundle as its manifest can say it.

A manifest has a cutoff of the mean in place of a threshold on the sum, and ESPHome reads it in 255ths. So the sum is
raised to the first one that passes what the manifest will say: what kws detects, a device detects.
"""

from __future__ import annotations

from dataclasses import replace

from firmware_tools.frontend.spec import MICRO
from firmware_tools.spotter.wake_word import LARGEST_BAR, cutoff_for
from kws_data.bundle import ModelBundle
from kws_data.scores import FIRST_KEYWORD


def as_its_runtime_decides(bundle: ModelBundle) -> ModelBundle:
    """The bundle with such a threshold; one of another front end as it is."""
    if bundle.frontend.kind != MICRO:
        return bundle
    sums = bundle.stream.thresholds(len(bundle.labels), bundle.streaming_int8)
    raised = sayable(sums[FIRST_KEYWORD], bundle.stream.average)
    return replace(bundle, stream=replace(bundle.stream, sums=(*sums[:FIRST_KEYWORD], raised)))


def sayable(threshold: int, window: int) -> int:
    """The first sum of ``window`` int8 scores from ``threshold`` on that is a detection by its own manifest; no higher
    than the highest that there is."""
    wanted = min(threshold, LARGEST_BAR * window + 1 - 128 * window)
    cutoff = cutoff_for(wanted, window)
    total = max(wanted, -127 * window) + 128 * window
    while not cutoff.reached(total):
        total += 1
    return total - 128 * window
