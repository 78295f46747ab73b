"""Waveforms and scores over time as small SVG that stands in the page and follows its colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kws_data.audio import Samples
from kws_data.pages.html import text

WIDTH, WAVE_HEIGHT, SCORES_HEIGHT = 300, 36, 60
FULL_SCALE = 32_768.0


@dataclass(frozen=True)
class ScoreLine:
    """One keyword's scores: ``values`` (0 to 1) at ``times_s`` from the left edge; ``role`` is a class of the style."""

    label: str
    role: str
    times_s: Sequence[float]
    values: Sequence[float]


def waveform(samples: Samples, rate_hz: int, seconds: float | None = None) -> str:
    """An outline of the samples, over ``seconds`` (their own by default); as tall as it goes where it is quiet."""
    columns = max(1, round(WIDTH * (len(samples) / rate_hz) / (seconds or len(samples) / rate_hz)))
    edges = np.linspace(0, len(samples), columns + 1).astype(int)
    values = samples.astype(np.float64)
    high, low = np.maximum.reduceat(values, edges[:-1]), np.minimum.reduceat(values, edges[:-1])
    peak = max(float(np.abs(values).max()), 1.0)
    middle = WAVE_HEIGHT / 2
    up, down = (np.round(middle - side / peak * (middle - 1)).astype(int).tolist() for side in (high, low))
    outline = [*enumerate(up), *reversed(list(enumerate(down)))]
    level, loudest = 20 * np.log10(peak / FULL_SCALE), float(np.abs(values).argmax()) / rate_hz
    label = f"Waveform, drawn to full height: peak {level:.0f} dB at {loudest:.2f} s"
    return _svg("wave", WAVE_HEIGHT, label, f'<path d="{_path(outline)}z"/>')


def scores(lines: Sequence[ScoreLine], threshold: float, seconds: float, marks: Iterable[float] = ()) -> str:
    """Scores from 0 at the bottom to 1 at the top, a dashed threshold, and upright marks at times."""
    drawn = "".join(
        f'<path class="{line.role}" d="{_path(_points(line, seconds))}"/>' for line in lines if len(line.times_s)
    )
    told = "; ".join(
        f"{line.label} at most {max(line.values):.3f} at {line.times_s[int(np.argmax(line.values))]:.2f} s"
        for line in lines
        if len(line.values) and line.role != "other"
    )
    level = SCORES_HEIGHT * (1 - min(threshold, 1.02))
    dashed = f'<path class="threshold" d="M0 {level:.1f}H{WIDTH}"/>' if threshold <= 1 else ""
    upright = "".join(f'<path class="mark" d="M{WIDTH * at / seconds:.1f} 0V{SCORES_HEIGHT}"/>' for at in marks)
    label = f"Scores over time: {told or 'none'}; threshold {threshold:.3f}"
    return _svg("scores", SCORES_HEIGHT, label, upright + drawn + dashed)


def _points(line: ScoreLine, seconds: float) -> list[tuple[int, int]]:
    return [
        (round(WIDTH * at / seconds), round(SCORES_HEIGHT * (1 - value)))
        for at, value in zip(line.times_s, line.values, strict=True)
    ]


def _path(points: Sequence[tuple[int, int]]) -> str:
    """A path over whole pixels; points on a level stretch are left out."""
    kept = [
        point
        for at, point in enumerate(points)
        if at in (0, len(points) - 1) or not points[at - 1][1] == point[1] == points[at + 1][1]
    ]
    first, *rest = kept
    return f"M{first[0]} {first[1]}L" + " ".join(f"{x} {y}" for x, y in rest or [first])


def _svg(kind: str, height: int, label: str, content: str) -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(label)}">{content}</svg>'
    )
