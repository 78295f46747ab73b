"""Regions of one annotation in a Label Studio export: its results joined by their ``id``.

::

    {"id": "r1", "from_name": "labels",  "type": "labels",   "value": {"start": 0.4, "end": 1.2, "labels": ["Speech"]}}
    {"id": "r1", "from_name": "word",    "type": "choices",  "value": {"start": 0.4, "end": 1.2, "choices": ["yes"]}}
    {"id": "r2", "from_name": "text",    "type": "textarea", "value": {"start": 2.0, "end": 2.9, "text": ["no"]}}

Results without times that belong to no region are of the whole recording. Each region becomes a label, or is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, number, shown, text
from kws_data.sources.imports.layouts.label_studio_words import Answer, Kind, Word, word_among

#: How far behind the end of the file a region may end: players and decoders do not agree on the length of an MP3.
NEAR_S = 0.1


@dataclass(frozen=True, order=True)
class Label:
    """What an annotator says: a word, of the whole recording (no times) or of a stretch, in seconds."""

    word: str
    start_s: float = -1.0
    end_s: float = -1.0
    transcript: str = field(default="", compare=False)

    @property
    def whole(self) -> bool:
        """Whether it is said of the whole recording."""
        return self.start_s < 0


@dataclass(frozen=True)
class Annotation:
    """What one annotator says of a recording.

    Attributes:
        labels: of its stretches, or of the whole where there is no stretch.
        problems: (which, reason) of regions that cannot be used.
        doubt: why it is not clear what is said, where something is.
    """

    labels: frozenset[Label] = frozenset()
    problems: tuple[tuple[str, str], ...] = ()
    doubt: str = ""


@dataclass
class _Region:
    """Results with one id."""

    name: str
    results: list[dict[str, Any]] = field(default_factory=list)
    parent: str = ""
    has_parts: bool = False

    @property
    def times(self) -> list[tuple[object, object]]:
        """Different pairs of start and end, as they are written."""
        values = [mapping(result.get("value")) for result in self.results]
        pairs = [(value.get("start"), value.get("end")) for value in values if "start" in value or "end" in value]
        return [pair for place, pair in enumerate(pairs) if pair not in pairs[:place]]

    @property
    def is_whole(self) -> bool:
        """Whether it says something of the whole recording: no times, and nothing that is drawn."""
        drawn = any(answer.kind == "labels" for answer in self.answers)
        return not self.times and not drawn

    @property
    def is_general(self) -> bool:
        """Whether it says where somebody speaks or nobody does, not what is said."""
        return all(answer.is_general for answer in self.answers)

    @property
    def is_open(self) -> bool:
        """Whether it says where somebody speaks, not what."""
        return self.is_general and any(answer.is_open for answer in self.answers)

    @property
    def answers(self) -> list[Answer]:
        """What was answered, question by question."""
        merged: dict[tuple[str, Kind], list[str]] = {}
        for result in self.results:
            for kind, words in _words(result):
                merged.setdefault((text(result.get("from_name")), kind), []).extend(words)
        return [Answer(question, kind, tuple(words)) for (question, kind), words in merged.items()]


def annotation_of(results: Sequence[Any], length_s: float | None) -> Annotation:
    """What the results of an annotation say.

    Args:
        results: as the export has them.
        length_s: of the recording; None where it cannot be read.
    """
    regions, problems = _joined(results)
    found: dict[Label, _Region] = {}
    for region in regions:
        if not region.is_whole:
            label, reason = _label(region, length_s)
            found |= {label: region} if label else {}
            problems += [(_which(region), reason)] if reason else []
    whole = _Region("", [result for region in regions if region.is_whole for result in region.results])
    answers = [answer for answer in whole.answers if not (found and answer.is_aside)]
    said = word_among(answers) if answers else Word()
    if not found:
        doubt = f"whole recording {said.reason}" if said.reason else ""
        labels = {Label(said.word, transcript=said.transcript)} if said.word else set()
        return Annotation(frozenset(labels), tuple(problems), doubt)
    labels, unclear = _with_whole(found, said)
    return Annotation(frozenset(labels), tuple(problems + unclear))


def _with_whole(found: Mapping[Label, _Region], said: Word) -> tuple[set[Label], list[tuple[str, str]]]:
    """Labels of stretches win over the word of the whole recording, but for those that say only where it is said."""
    open_ = [label for label, region in found.items() if region.is_open] if said.word else []
    labels = found.keys() - set(open_)
    if len(open_) == 1:
        return labels | {replace(open_[0], word=said.word, transcript=said.transcript)}, []
    said_of_all = f"and {shown(said.word)} is said of the whole recording"
    remedy = "label each region (JSON-MIN does not keep which text is whose: export as JSON)"
    return labels, [
        (_which(found[label]), f"is labelled {shown(label.word)} only, {said_of_all}: {remedy}") for label in open_
    ]


def _joined(results: Sequence[Any]) -> tuple[list[_Region], list[tuple[str, str]]]:
    """Results by id, those without times joined to the region they belong to; and those that are no result."""
    regions: dict[str, _Region] = {}
    problems = []
    for place, result in enumerate(results, 1):
        if not isinstance(result, dict):
            problems.append((f"result {place}", "is no result of Label Studio: export it again"))
        elif result.get("type") != "relation":
            key = text(result.get("id"))
            region = regions.setdefault(key or f"\0{place}", _Region(key or f"{place}"))
            region.results.append(result)
            region.parent = region.parent or text(result.get("parentID"))
    for key, region in list(regions.items()):
        above = regions.get(region.parent)
        if above is None or above is region:
            continue
        if region.times:
            above.has_parts = True
        elif above.times:
            above.results += region.results
            del regions[key]
    return list(regions.values()), problems


def _label(region: _Region, length_s: float | None) -> tuple[Label | None, str]:
    """The label of a region, or the reason why there is none."""
    if len(region.times) != 1:
        return None, "has no start and end: draw it again" if not region.times else "has two different times: leave one"
    start_s, end_s = map(_seconds, region.times[0])
    said = word_among(region.answers)
    if start_s is None or end_s is None:
        return None, "has no start or no end in seconds: draw it again"
    if reason := _misplaced(start_s, end_s, length_s) or said.reason:
        return None, reason
    if region.has_parts and region.is_general:
        return None, "has smaller regions in it: those are taken, and it is not"
    return Label(said.word, start_s, end_s, said.transcript), ""


def _misplaced(start_s: float, end_s: float, length_s: float | None) -> str:
    """Why there is no such stretch; empty when there is."""
    if start_s < 0:
        return "begins before the recording: correct it"
    if end_s <= start_s:
        return "ends before it begins: correct it"
    if length_s is None or (end_s <= length_s + NEAR_S and start_s < length_s):
        return ""
    unit = "percent or milliseconds" if end_s <= 100 else "milliseconds"
    hint = f" (is it in {unit}?)" if end_s <= max(100, 1_000 * (length_s + NEAR_S)) else ""
    return f"lies outside of the recording of {length_s:.3f} s{hint}: correct it"


def _which(region: _Region) -> str:
    times = ", ".join(f"{shown(start, 20)} to {shown(end, 20)}" for start, end in region.times)
    return f"region {shown(region.name)}" + (f" ({times})" if times else "")


def _seconds(value: object) -> float | None:
    """A time, rounded to milliseconds; it may be written as text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,20})?", value.strip()):
        value = float(value)
    found = number(value)
    return None if found is None else round(found, 3)


def _words(result: dict[str, Any]) -> Iterator[tuple[Kind, list[str]]]:
    """(kind, words) of one result; ratings, numbers and the like hold none."""
    value = mapping(result.get("value"))
    for key, said in value.items():
        if key == "choices":
            yield "choices", _texts(said)
        elif key == "taxonomy":
            yield "choices", [text(listed(path)[-1]) for path in listed(said) if listed(path)]
        elif key == "text":
            yield "text", _texts(said)
        elif key.endswith("labels"):
            yield "labels", _texts(said)


def _texts(value: object) -> list[str]:
    return [said for said in map(text, [value] if isinstance(value, str) else listed(value)) if said]
