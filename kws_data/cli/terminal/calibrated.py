"""What ``kws calibrate`` chose, and what that gives, as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kws_data.pages.numbers import interval, percent
from kws_data.statistics.intervals import share, wilson

if TYPE_CHECKING:
    from kws_data.evaluation.calibrate_clips import ClipCalibration, ClipPoint
    from kws_data.evaluation.stream_calibration import StreamCalibration, StreamPoint
    from kws_data.export.calibrate import Calibration


def calibration_lines(found: Calibration) -> Iterator[str]:
    """Choice, figures, curve; then what is not met or not proven."""
    if found.stream is not None:
        yield from _stream(found.stream)
    if found.clips is not None:
        yield from _clips(found.clips)
    for line in found.problems:
        yield f"NOT MET  {line}"
    for line in found.lines()[len(found.problems) :]:
        yield f"note     {line}"


def _stream(found: StreamCalibration) -> Iterator[str]:
    spec = found.spec
    yield (
        f"stream: {spec.average} scores averaged, {_thresholds(found)}, nothing for {spec.refractory_ms} ms after a "
        "detection"
    )
    rate = f"{percent(share(found.missed, found.words))} {interval(wilson(found.missed, found.words))}"
    yield f"  validation: {found.missed} of {found.words} keywords missed, {rate}"
    for word, (said, missed) in found.per_keyword.items():
        yield f"    {word:<14} {missed} of {said} missed"
    for kind, one in found.negatives.items():
        heard = f"{one.false_accepts} false accept{'s' * (one.false_accepts != 1)} in {one.hours:.2f} h"
        yield f"  {kind}: {heard}, {one.false_accepts / one.hours:.2f} an hour, at most {one.upper95:.2f} (95 %)"
    if found.response_ms.detected:
        yield f"  response after the word's end: p50 {found.response_ms.p50:.0f} ms, p95 {found.response_ms.p95:.0f} ms"
    yield f"  around it:  threshold   missed   {'   '.join(f'{kind}, false' for kind in found.negatives)}   p95, ms"
    for point in found.curve:
        yield _row(point, found)


def _row(point: StreamPoint, found: StreamCalibration) -> str:
    own = point == min(found.curve, key=lambda one: abs(one.threshold - _lowest(found)))
    false = "   ".join(f"{point.false.get(kind, 0):>{len(kind) + 7}}" for kind in found.negatives)
    p95 = "-" if point.response_p95_ms is None else f"{point.response_p95_ms:.0f}"
    missed = percent(share(point.missed, found.words))
    return f"  {'->' if own else '  '}          {point.threshold:9.4f}  {missed:>7}   {false}   {p95:>7}"


def _thresholds(found: StreamCalibration) -> str:
    from kws_data.scores import FIRST_KEYWORD, probability

    sums = (found.spec.sums or ())[FIRST_KEYWORD:]
    means = [probability(one / found.spec.average) for one in sums]
    if len(set(means)) == 1:
        return f"threshold {means[0]:.4f}"
    pairs = zip(found.per_keyword, means, strict=True)
    return "thresholds " + ", ".join(f"{word} {mean:.4f}" for word, mean in pairs)


def _lowest(found: StreamCalibration) -> float:
    from kws_data.scores import probability

    return probability(min(found.spec.sums or (0,)) / found.spec.average)


def _clips(found: ClipCalibration) -> Iterator[str]:
    point = found.point
    clips = f"{found.keywords} validation clips with a keyword, {found.others} without"
    yield f"clips: threshold {point.threshold:.3f}, on {clips}"
    yield f"  TPR {percent(point.tpr)} {interval(point.tpr_ci95)}, FPR {percent(point.fpr)} {interval(point.fpr_ci95)}"
    yield "  around it:  threshold      TPR       FPR"
    for one in found.curve:
        yield _clip_row(one, one == point)


def _clip_row(one: ClipPoint, own: bool) -> str:
    return f"  {'->' if own else '  '}          {one.threshold:9.3f}  {percent(one.tpr):>7}   {percent(one.fpr):>7}"
