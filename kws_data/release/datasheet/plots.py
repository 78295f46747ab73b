"""Pictures of a datasheet: how many clips and speakers each label has, how long, loud and noisy the clips are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kws_data.config.split import SPLITS
from kws_data.labels import is_nobodys
from kws_data.pages.plots import GRID, INK, PALETTE, bare_figure, stacked_bars, svg_of

_BINS = 40


def label_plot(labels: Sequence[str], counts: Mapping[str, Mapping[str, int]], what: str) -> str:
    """One horizontal bar a label, cut into splits.

    Args:
        labels: in the order of the bars.
        counts: by split, then label.
        what: is counted.
    """
    there = {split: counts[split] for split in SPLITS if split in counts}
    return stacked_bars(there, labels, what, len(SPLITS))


def speakers_by_label(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Speakers by split, then label; noise has none."""
    seen: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        if not is_nobodys(row["word"]):
            seen.setdefault(row["split"], {}).setdefault(row["label"], set()).add(row["speaker"])
    return {split: {label: len(who) for label, who in labels.items()} for split, labels in seen.items()}


def known_levels(rows: Sequence[Mapping[str, Any]], rate_hz: int) -> dict[str, list[float]]:
    """Length (s), level (dB of full scale) and signal-to-noise ratio (dB) of the words for which they are known."""
    levels: dict[str, list[float]] = {"length, s": [], "level (RMS), dB": [], "signal to noise, dB": []}
    for row in rows:
        if is_nobodys(row["word"]):
            continue
        attributes = json.loads(row["attributes"])
        values = (row.get("samples", 0) / rate_hz, attributes.get("rms_db"), attributes.get("snr_db"))
        for name, value in zip(levels, values, strict=True):
            if isinstance(value, int | float) and (value or name != "length, s"):
                levels[name].append(float(value))
    return levels


def histogram_plots(levels: Mapping[str, Sequence[float]], clips: int) -> str:
    """A histogram of each level that is known of any clip."""
    return "".join(_histogram(name, values, clips) for name, values in levels.items() if len(values))


def _histogram(name: str, values: Sequence[float], clips: int) -> str:
    figure, axes = bare_figure(4.1, 2.5)
    low, high = float(min(values)), float(max(values))
    edges = np.linspace(low, high, _BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    axes.hist(values, edges, color=PALETTE[0])
    axes.set_xlabel(f"{name} ({len(values):,} of {clips:,} clips)", color=INK)
    axes.set_ylabel("clips", color=INK)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    return svg_of(figure)
