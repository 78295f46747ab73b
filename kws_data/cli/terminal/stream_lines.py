"""What was heard in streams, as a few lines to read: by kind of negative, misses, curve, response."""

from __future__ import annotations

from collections.abc import Iterator

from kws_data.evaluation.stream_evaluation import CurvePoint, StreamEvaluation
from kws_data.pages.numbers import interval, percent


def stream_lines(found: StreamEvaluation) -> Iterator[str]:
    """Lines below the one with all false accepts."""
    if len(found.negatives) > 1:
        yield f"  {'kind':<12} {'hours':>8} {'false':>6} {'an hour':>8} {'at most':>8}"
        for kind, heard in found.negatives.items():
            rates = f"{heard.per_hour:8.1f} {heard.upper95:8.1f}"
            made = f"  {heard.named(kind)}" if heard.synthetic_hours else ""
            yield f"  {kind:<12} {heard.hours:8.3f} {heard.false_accepts:6} {rates}{made}"
    if found.frr is None or found.frr_ci95 is None:
        return
    yield f"missed {percent(found.frr)} {interval(found.frr_ci95)} of {found.keywords_said} keywords"
    for point in found.curve:
        yield f"  at {point.false_accepts_per_hour:g} an hour of {point.kind}: {missed_at(point)}"
    response = found.response_ms
    if response and response.detected:
        yield f"response p50 {response.p50:.0f} ms, p95 {response.p95:.0f} ms from the end of the word"


def missed_at(point: CurvePoint) -> str:
    """Share missed with its interval, or why it is not known."""
    if point.frr is None or point.frr_ci95 is None:
        return f"not known: {point.reason}"
    return f"{percent(point.frr)} {interval(point.frr_ci95)}"
