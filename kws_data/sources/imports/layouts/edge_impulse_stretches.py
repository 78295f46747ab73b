"""Labelled stretches of a recording in an Edge Impulse export: ``startIndex``, ``endIndex``, ``label``.

Edge Impulse's own tools count values: the first and the last value of each stretch, without gaps, to the last value of
the recording. One page of its documentation says milliseconds. The end of the last stretch shows which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kws_data.sources.imports.json_files import mapping, number, shown, text

#: How far the last stretch may end from the end of the recording.
NEAR_VALUES = 2
NEAR_MS = 2
SHORTEST_S = 0.01


@dataclass(frozen=True)
class Stretch:
    """A word and when it is said."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class _Unit:
    """What the numbers count: how many a second has and the whole recording, and whether an end is the last one inside
    or the first behind."""

    name: str
    per_second: float
    whole: float
    last: int


@dataclass(frozen=True, order=True)
class _Span:
    """A stretch as it is written; ``end`` is the first value or millisecond behind it."""

    start: float
    end: float
    word: str
    place: str

    def named(self, unit: _Unit) -> str:
        """For people: as the export has it."""
        return f"{self.place} ({self.start:,.0f} to {self.end - unit.last:,.0f} {unit.name}, {shown(self.word)})"


def stretches(labels: Sequence[Any], samples: int, rate_hz: int) -> tuple[list[Stretch], list[tuple[str, str]]]:
    """Stretches of a recording, in seconds.

    Args:
        labels: what the export says of them.
        samples, rate_hz: of the recording.

    Returns:
        The stretches that can be used, in their order in time; and (which, reason) of all else, where ``which`` is
        empty when it concerns all of them.
    """
    numbers = [number(mapping(label).get(key)) for label in labels for key in ("startIndex", "endIndex")]
    written = [value for value in numbers if value is not None]
    if not written:
        return [], [("", "no stretch has a startIndex and an endIndex: label the recording again")]
    last = max(written)
    # what lies behind the end in either unit is a mistake of its own and says nothing of the others
    unit = _unit(max((value for value in written if value <= samples + NEAR_VALUES), default=last), samples, rate_hz)
    if unit is None:
        neither = f"neither its last value (of {samples:,}) nor its length in milliseconds"
        whole_ms = f"{1_000 * samples / rate_hz:,.0f}"
        return [], [("", f"labels end at {last:,.0f}, {neither} ({whole_ms}): label it to its end and export it again")]
    spans, problems = _spans(labels, unit)
    spans, doubled = _apart(spans, unit)
    problems += doubled
    if not problems:
        problems = list(_gaps(spans, unit))
    return [Stretch(s.word, s.start / unit.per_second, s.end / unit.per_second) for s in spans], problems


def _unit(last: float, samples: int, rate_hz: int) -> _Unit | None:
    """What the numbers count, by the greatest of them; None when it is not the end of the recording in either unit."""
    if abs(last + 1 - samples) <= NEAR_VALUES:
        return _Unit("values", rate_hz, samples, 1)
    if -NEAR_MS - 1 <= last - 1_000 * samples / rate_hz <= NEAR_MS:
        return _Unit("ms", 1_000, 1_000 * samples / rate_hz, 0)
    return None


def _spans(labels: Sequence[Any], unit: _Unit) -> tuple[list[_Span], list[tuple[str, str]]]:
    """Stretches with a start, an end and a word, in their order in time; and those that lack one."""
    spans, problems = [], []
    for place, label in enumerate(map(mapping, labels), 1):
        start, end, word = number(label.get("startIndex")), number(label.get("endIndex")), text(label.get("label"))
        if start is None or end is None or not word:
            problems.append((f"stretch {place}", "has no startIndex, endIndex or label: correct it"))
            continue
        span = _Span(start, end + unit.last, word, f"stretch {place}")
        if reason := _reason(span, unit):
            problems.append((span.named(unit), reason))
        else:
            spans.append(span)
    once = {(span.start, span.end, span.word): span for span in reversed(spans)}
    return sorted(once.values()), problems


def _reason(span: _Span, unit: _Unit) -> str:
    """Why a stretch cannot be used; empty when it can."""
    if span.start < 0:
        return "begins before the recording: correct it"
    if span.end - unit.last < span.start:
        return "ends before it begins: correct it"
    if span.end > unit.whole + max(NEAR_VALUES, NEAR_MS) + 1:
        return f"ends behind the recording, which has {unit.whole:,.0f} {unit.name}: correct it"
    if span.end - span.start < SHORTEST_S * unit.per_second:
        return f"is shorter than {SHORTEST_S * 1_000:.0f} ms: correct it"
    return ""


def _apart(spans: list[_Span], unit: _Unit) -> tuple[list[_Span], list[tuple[str, str]]]:
    """Stretches that share no time with another (a common border is none), and those that do."""
    sharing: dict[_Span, _Span] = {}
    longest: _Span | None = None
    for span in spans:
        if longest and span.start < longest.end - 1:
            sharing.setdefault(span, longest)
            sharing.setdefault(longest, span)
        longest = span if longest is None or span.end > longest.end else longest
    problems = [
        (span.named(unit), f"overlaps {other.place} ({shown(other.word)}): correct the labels")
        for span, other in sharing.items()
    ]
    return [span for span in spans if span not in sharing], problems


def _gaps(spans: list[_Span], unit: _Unit) -> Iterator[tuple[str, str]]:
    """Parts of the recording that have no label."""
    behind = 0.0
    for span in spans:
        if span.start - behind > NEAR_VALUES:
            times = f"{behind / unit.per_second:.3f} to {span.start / unit.per_second:.3f} s"
            yield times, "has no label and is left out: label it"
        behind = max(behind, span.end)
