"""What a build of very many clips takes, worked out from what one clip takes here: hours, bytes, price.

Arithmetic on the figures that ``kws bench build --json`` measured, so that anyone can repeat it on their own machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.errors import DataError


@dataclass(frozen=True)
class ClipCost:
    """What one clip of the recipe takes, all its copies together.

    Attributes:
        core_s: seconds of one core.
        audio_bytes: of its stored audio, read once.
        feature_bytes: in the feature store; the data set holds as many again.
        efficiency: of each further core, as two against one gave.
    """

    core_s: float
    audio_bytes: float
    feature_bytes: float
    efficiency: float = 1.0


@dataclass(frozen=True)
class Machines:
    """Machines and their price. The price is an assumption, to be replaced by one's own."""

    cores: int = 16
    usd_per_core_hour: float = 0.05
    usd_per_gb_month: float = 0.023


@dataclass(frozen=True)
class ScaleRow:
    """One line of the table."""

    clips: int
    machines: int
    hours: float
    core_hours: float
    audio_gb: float
    features_gb: float
    network_mbit_s: float
    compute_usd: float
    storage_usd_month: float


def read_figures(path: Path) -> list[dict[str, Any]]:
    """What ``kws bench build --json`` printed into a file; raises DataError when it holds something else."""
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError("results of the bench cannot be read", str(path), str(error)) from None
    if not isinstance(figures, list) or not all(isinstance(figure, dict) for figure in figures):
        raise DataError("these are no results of the bench", str(path), "run kws bench build --json > FILE")
    return figures


def cost_of(figures: Iterable[Mapping[str, Any]]) -> ClipCost:
    """The cost of a clip from what ``kws bench build --json`` printed.

    Raises:
        DataError: the figure on speed is not there.
    """
    details = [figure.get("details", {}) for figure in figures]
    speed = next((d for d in details if "core_s_per_clip" in d), None)
    if speed is None:
        raise DataError("no figure on speed in the bench's results", None, "run kws bench build --json --only speed")
    two = next((float(d["ratio"]) for d in details if "two_s" in d), 2.0)
    return ClipCost(
        float(speed["core_s_per_clip"]),
        float(speed["audio_bytes_per_clip"]),
        float(speed["feature_bytes_per_clip"]),
        min(two / 2, 1.0),
    )


def scale_table(
    cost: ClipCost, clips: Sequence[int], machines: Sequence[int], kind: Machines | None = None
) -> list[ScaleRow]:
    """What building so many clips takes on so many machines.

    ``hours`` = clips x core_s / (machines x cores x efficiency); the network carries the audio in and the features out
    in that time, for each machine.
    """
    kind = kind or Machines()
    return [_row(cost, count, number, kind) for count in clips for number in machines]


def _row(cost: ClipCost, clips: int, machines: int, kind: Machines) -> ScaleRow:
    cores = machines * kind.cores
    core_hours = clips * cost.core_s / cost.efficiency / 3_600
    hours = core_hours / cores
    audio, features = clips * cost.audio_bytes, clips * cost.feature_bytes
    return ScaleRow(
        clips,
        machines,
        hours,
        core_hours,
        audio / 1e9,
        features / 1e9,
        (audio + features) * 8 / 1e6 / (hours * 3_600) / machines,
        core_hours * kind.usd_per_core_hour,
        (audio + 2 * features) / 1e9 * kind.usd_per_gb_month,
    )


def markdown(rows: Iterable[ScaleRow]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| clips | machines | hours | core hours | audio | features | network each | compute | storage a month |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = (
            f"{row.clips:,}",
            f"{row.machines}",
            f"{row.hours:.2f}",
            f"{row.core_hours:,.1f}",
            f"{row.audio_gb:,.0f} GB",
            f"{row.features_gb:,.0f} GB",
            f"{row.network_mbit_s:,.0f} Mbit/s",
            f"{row.compute_usd:,.2f} USD",
            f"{row.storage_usd_month:,.2f} USD",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
