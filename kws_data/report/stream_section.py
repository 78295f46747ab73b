"""What a report leads with: misses against false accepts an hour, by kind of negative, and how sure that is."""

from __future__ import annotations

from typing import Any

from kws_data.evaluation.stream_evaluation import CurvePoint, KindHeard, StreamEvaluation
from kws_data.pages.html import Verdict, figure, says, table, text
from kws_data.pages.numbers import interval, percent, plural
from kws_data.report.advice.on_streams import MISSED_AT_MOST
from kws_data.report.stream_plot import false_accepts_plot
from kws_data.report.threshold_section import two_thresholds

LINE = "False accepts were not measured"


def warned(lead: str, stream: StreamEvaluation) -> str:
    """The page's first line: before all else that false accepts were not measured, where that is so."""
    if stream.false_accepts_per_hour is not None:
        return lead
    return f"{LINE}: {stream.not_measured or 'nobody says another word'}. {lead}"


def stream_section(stream: StreamEvaluation, chosen: dict[str, Any] | None, clips: float | None = None) -> str:
    """Sentence, curve and tables.

    Args:
        stream: the run's stream block.
        chosen: how the thresholds were chosen, as export.json has it; None where there were no negatives.
        clips: threshold of single clips, to be told from those of streams.
    """
    if stream.false_accepts_per_hour is None:
        why = stream.not_measured or "nobody says another word"
        return says(f"{LINE}: {why}.", "bad") + _stitched(stream)
    tables = _kinds(stream) + (_curve(stream.curve) if stream.curve else "")
    both = "" if clips is None else two_thresholds(clips, chosen)
    doubts = "".join(f"<p>{text(line)}</p>" for line in (both, *_too_short(stream), *_basis(chosen)) if line)
    if not stream.sweep:
        return _sentence(stream) + doubts + tables
    operating = {kind: one.per_hour for kind, one in stream.negatives.items()}
    hours = {kind: one.hours for kind, one in stream.negatives.items()}
    wish = stream.wish.false_accepts_per_hour if stream.wish else None
    picture = figure(
        false_accepts_plot(stream.sweep, hours, operating, stream.frr, wish),
        "Keywords missed against false accepts an hour, for all thresholds. Large: the thresholds that ship. "
        "Open, at the left: no false accept was heard. Dashed: what was wished for.",
        alt=_alt(stream),
    )
    return _sentence(stream) + doubts + f'<div class="cols">{picture}<div>{tables}</div></div>'


def _sentence(stream: StreamEvaluation) -> str:
    answer = stream.response_ms
    rates = ", ".join(_rate(one.named(kind), one) for kind, one in stream.negatives.items())
    parts = [f"Where no keyword is said, the detector falsely hears one {rates}."]
    if stream.frr is not None:
        parts.append(f"Of keywords said over these sounds it misses {percent(stream.frr)}.")
    if answer and answer.detected:
        parts.append(
            f"It answers {answer.p95:.0f} ms after the end of a word (p95 of the {answer.detected:,} of "
            f"{answer.words:,} words heard among these sounds, without the board's computing)."
        )
    return says(" ".join(parts), _verdict(stream))


def _verdict(stream: StreamEvaluation) -> Verdict:
    """By the wish, where there was one: doubt where the hours cannot tell."""
    wish = None if stream.wish is None else stream.wish.false_accepts_per_hour
    if stream.frr is not None and stream.frr > MISSED_AT_MOST:
        return "bad"
    if wish is None:
        return "doubt"
    if any(one.per_hour > wish for one in stream.negatives.values()):
        return "bad"
    return "good" if all(one.upper95 <= wish for one in stream.negatives.values()) else "doubt"


def _alt(stream: StreamEvaluation) -> str:
    """The curves' ends in words."""
    told = []
    for kind, points in stream.sweep.items():
        (most, fewest), (least, missed) = points[0], points[-1]
        told.append(f"{kind}: from {percent(fewest)} missed at {most:.3g} an hour to {percent(missed)} at {least:.3g}")
    return f"Keywords missed against false accepts an hour. {'; '.join(told)}."


def _rate(kind: str, heard: KindHeard) -> str:
    """Never is said of the hours heard, not of an hour."""
    if not heard.false_accepts:
        return f"never in {heard.hours:.2f} h of {kind}"
    return f"{heard.per_hour:.1f} times an hour in {kind}"


def _too_short(stream: StreamEvaluation) -> list[str]:
    """What the hours cannot prove."""
    wish = stream.wish
    if wish is None:
        return []
    short = [f"{kind} {one.hours:.2f} h" for kind, one in stream.negatives.items() if one.hours < wish.hours_of_proof]
    if not short:
        return []
    return [
        f"Too few hours to prove {plural(wish.false_accepts_per_hour, 'false accept')} an hour, which takes "
        f"{wish.hours_of_proof:.3g} h without one: {', '.join(short)}."
    ]


def _basis(chosen: dict[str, Any] | None) -> list[str]:
    """How the thresholds were chosen."""
    if chosen is None:
        return []
    kinds = ", ".join(
        f"{kind} {limit['basis']} ({limit['hours']:.2f} h)" for kind, limit in chosen["negatives"].items()
    )
    return [f"The thresholds were chosen on validation people and their negatives: {kinds}."]


def _kinds(stream: StreamEvaluation) -> str:
    rows = [
        (
            one.named(kind),
            f"{one.hours:.2f}",
            one.false_accepts,
            f"{one.per_hour:.1f}",
            f"{one.upper95:.1f}",
            ", ".join(f"{word} {count}" for word, count in one.per_keyword.items()),
        )
        for kind, one in stream.negatives.items()
    ]
    head = ("negatives", "hours", "false accepts", "an hour", "at most (95 %)", "of")
    return table(rows, head, numbers=(1, 2, 3, 4), caption="False accepts by kind of negative")


def _curve(curve: tuple[CurvePoint, ...]) -> str:
    rows = [
        (
            f"{point.false_accepts_per_hour:g} an hour of {point.kind}",
            percent(point.frr) if point.frr_ci95 else f"not known: {point.reason}",
            interval(point.frr_ci95) if point.frr_ci95 else "",
        )
        for point in curve
    ]
    caption = "Keywords missed where so many false accepts are let through"
    return table(rows, ("at false accepts", "keywords missed", "95 %"), numbers=(2,), caption=caption)


def _stitched(stream: StreamEvaluation) -> str:
    row = stream.stitched
    if row is None:
        return ""
    rows = [
        ("heard", f"{row.minutes:.1f} min: the held-out clips one after the other"),
        ("false detections in them", f"{row.false_accepts}, which is no rate of false accepts"),
        ("keywords missed (FRR)", f"{percent(row.frr)} of {row.keywords_said}"),
    ]
    return table(rows, caption="The held-out clips one after the other")
