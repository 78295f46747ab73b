"""Results of one annotation of Label Studio: what is said, of the whole recording and of its regions.

A region's label, its choice, its text and its rating come as results of their own, with one id and the same times;
JSON-MIN leaves the ids out. They are joined: the region's word is its choice, or its text, or its label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kws_data.sources.imports.json_files import mapping, number, text
from kws_data.sources.imports.layouts.label_studio_words import Answer, word_of

END_SLACK_S = 0.1  # browsers and decoders do not agree to the sample on where a compressed file ends
SHORTEST_MS = 50  # no word is shorter
Problem = tuple[str, str]


@dataclass(frozen=True, order=True)
class Label:
    """What an annotator says: a word, of the whole recording (no times) or of a stretch, in seconds."""

    word: str
    start_s: float = -1.0
    end_s: float = -1.0
    transcript: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is said of the whole recording."""
        return self.start_s < 0


@dataclass(frozen=True)
class _Part:
    """One result: the id of its region (empty for none), its times as they are written, and its answer."""

    region: str
    start: object
    end: object
    length_s: float
    answer: Answer

    @property
    def times(self) -> tuple[float, float] | None:
        """Start and end in seconds; None when one of them is no number."""
        start, end = number(self.start), number(self.end)
        return None if start is None or end is None else (start, end)

    @property
    def of_stretch(self) -> bool:
        """Whether it is said of a stretch, not of the whole recording."""
        return self.start is not None or self.end is not None or self.answer.kind == "labels"

    def belongs_to(self, other: _Part) -> bool:
        """Whether both are of one region. One id at times apart is another region: tools that write exports by hand
        give all regions the same one; without ids (JSON-MIN) the times must be equal."""
        if self.region != other.region or self.times is None or other.times is None:
            return self.region == other.region != ""
        (start, end), (other_start, other_end) = self.times, other.times
        overlap = start < other_end and other_start < end
        return self.times == other.times or (self.region != "" and overlap)


def read_results(results: Sequence[Any]) -> tuple[list[Label], list[Problem]]:
    """Labels of one annotation, and (region, reason) of what cannot be used; the region of the whole is empty."""
    parts = [_part(mapping(result)) for result in results]
    labels: list[Label] = []
    problems: list[Problem] = []
    regions, rest = _regions(parts)
    for name, region in regions:
        found, reason = _region(region)
        labels += [found] if found else []
        problems += [(name, reason)] if reason else []
    labels, doubled = _without_doubled(labels)
    whole, reason = word_of([part.answer for part in rest])
    problems += [("", reason)] if reason and not labels else []
    labels += [Label(word, transcript=whole.transcript) for word in whole.words]
    return labels, [*problems, *doubled]


def _part(result: dict[str, Any]) -> _Part:
    value = mapping(result.get("value"))
    length = number(result.get("original_length")) or number(value.get("original_length")) or 0.0
    answer = Answer.of(text(result.get("from_name")), text(result.get("type")), value)
    return _Part(text(result.get("id")), value.get("start"), value.get("end"), length, answer)


def _regions(parts: Sequence[_Part]) -> tuple[list[tuple[str, list[_Part]]], list[_Part]]:
    """(name, its parts) of every region, and the parts that are said of the whole recording."""
    groups: list[list[_Part]] = []
    near: dict[object, list[list[_Part]]] = defaultdict(list)
    rest: list[_Part] = []
    for part in sorted(parts, key=lambda part: (part.times is None, not part.of_stretch)):
        alike = near[part.region or part.times]
        group = next((group for group in alike if part.belongs_to(group[0])), None)
        if group is not None:
            group.append(part)
        elif part.of_stretch:
            groups.append([part])
            alike.append(groups[-1])
        else:
            rest.append(part)
    return [(f"region {group[0].region or f'#{place}'!s:.40}", group) for place, group in enumerate(groups, 1)], rest


def _region(parts: Sequence[_Part]) -> tuple[Label | None, str]:
    """The label of a region, or why it cannot be used."""
    length_s = max(part.length_s for part in parts)
    if reason := _unusable(parts[0].start, parts[0].end, length_s):
        return None, reason
    said, reason = word_of([part.answer for part in parts])
    if not said.words:
        return None, reason or "region without a label: give it one, or delete it"
    if len(said.words) > 1:
        return None, f"more than one label for a region: {', '.join(sorted(said.words))}; keep one"
    assert parts[0].times is not None
    start, end = parts[0].times
    return Label(said.words[0], round(start, 3), round(end, 3), said.transcript), ""


def _unusable(written_start: object, written_end: object, length_s: float) -> str:
    """Why times are none, empty when they are some; ``length_s`` is the recording's, 0 when it is not known."""
    start, end = number(written_start), number(written_end)
    for name, written, value in (("start", written_start, start), ("end", written_end, end)):
        if value is None:
            what = f"{name} {written!s:.20} that is no number" if written is not None else f"no {name}"
            return f"region has {what}: draw it again, or delete it"
    assert start is not None and end is not None
    times = f"{start:g} to {end:g} s"
    if start < 0:
        return f"region begins before the recording: {times}; draw it again"
    if round(end, 3) <= round(start, 3):
        return f"region ends before it begins: {times}; draw it again"
    if length_s > 0 and end > length_s + END_SLACK_S:
        return beyond(start, end, length_s)
    return ""


def beyond(start_s: float, end_s: float, length_s: float) -> str:
    """The reason for a region that goes beyond the end of its recording: what it is likely to be."""
    times = f"{start_s:g} to {end_s:g} of {length_s:g} s"
    if end_s - start_s >= SHORTEST_MS and end_s <= 1000 * (length_s + END_SLACK_S):
        return f"region's times seem to be milliseconds: {times}; Label Studio has seconds, divide them by 1000"
    return f"region goes beyond the end of the recording: {times}; draw it again on the file that is meant"


def _without_doubled(labels: Iterable[Label]) -> tuple[list[Label], list[Problem]]:
    """Labels without those of one stretch that name several words: nobody knows which is said there."""
    words: dict[tuple[float, float], set[str]] = defaultdict(set)
    labels = sorted(set(labels))
    for label in labels:
        words[label.start_s, label.end_s].add(label.word)
    kept = {(label.start_s, label.end_s): label for label in reversed(labels)}
    clear = [label for times, label in kept.items() if len(words[times]) == 1]
    return sorted(clear, key=lambda label: label.start_s), list(_doubled(words))


def _doubled(words: dict[tuple[float, float], set[str]]) -> Iterator[Problem]:
    for (start_s, end_s), several in words.items():
        if len(several) > 1:
            named = ", ".join(sorted(several))
            yield f"region {start_s:g}-{end_s:g} s", f"regions at the same times have several words: {named}; keep one"
