"""The parts of ``kws bench labels``, one module each, with ``figures(bench)``; loaded when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import cast

from kws_data.bench.figures import Figure
from kws_data.bench.labels.material import LabelsBench

#: part -> (module below kws_data.bench.labels, what is planted and looked for).
PARTS: dict[str, tuple[str, str]] = {
    "swaps": ("swaps", "labels swapped at random, looked for with the encoder and without"),
    "near": ("near", "labels swapped between words that a model confuses"),
    "copies": ("copies", "near duplicates: louder, noisy, of half the band, re-encoded, moved"),
    "broken": ("broken", "silent, clipped, truncated and cut-off clips"),
    "retrain": ("retrain", "a model trained on wrong labels, and after they were set right"),
    "select": ("select", "labels needed with kws select and at random"),
    "scale": ("scale", "seconds and memory of an audit of up to 100,000 clips"),
}


def labels_figures(bench: LabelsBench, parts: Sequence[str]) -> Iterator[Figure]:
    """Rows of the parts, in the order of :data:`PARTS`, each as soon as it is measured.

    Raises:
        DataError: the folder of clips cannot be used.
    """
    for part in PARTS:
        if part in parts:
            module = import_module(f"kws_data.bench.labels.{PARTS[part][0]}")
            yield from cast(Callable[[LabelsBench], Sequence[Figure]], module.figures)(bench)
