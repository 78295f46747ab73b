"""Whether marked words can be there: a keyword that cannot must never count as missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from kws_data.errors import DataError
from kws_data.evaluation.marks import Marked, Marks, refuse
from kws_data.evaluation.stream_truth import LONGEST_S, Spoken
from kws_data.labels import other_spellings, spelt

SLACK_S = 0.5  # a mark may end so long after its file: tools round, and clips are padded
SHORTEST_S = 0.05  # words are longer on average, in whatever unit
SAMPLES_S = 16_000
OVERLAP_S = 0.1  # two marks may overlap by so much: hands and tools are no better


def keywords_of(marks: Marks, keywords: Sequence[str]) -> tuple[list[Marked], list[str]]:
    """The marks of keywords, under the keywords' own spelling, and what to tell of the others.

    Raises:
        DataError: labels that differ from a keyword only in how they are written.
    """
    labelled = [(mark, spelt(mark.label)) for mark in marks.words]
    own = {spelt(keyword): keyword for keyword in keywords}
    other = other_spellings(list(own), (label for _, label in labelled))
    alike = [f"{mark.place}: {mark.label} for the keyword {other[w]}" for mark, w in labelled if w in other]
    refuse("labels differ from a keyword only in how they are written", alike, "write them as the keyword")
    found = [
        Marked(mark.place, mark.file, own[label], mark.start_s, mark.end_s) for mark, label in labelled if label in own
    ]
    others = Counter(label or "(none)" for _, label in labelled if label not in own)
    if not others:
        return found, []
    named = ", ".join(f"{label} ({count})" for label, count in others.most_common(3))
    if found:
        return found, [f"{sum(others.values())} marked words are no keywords of the detector: {named}"]
    known = ", ".join(keywords)
    return [], [f"no marked word is a keyword of the detector ({known}), but {named}: every detection counts as false"]


def check_times(marks: Sequence[Marked], length_s: Callable[[str], float]) -> None:
    """Raise DataError where words begin before their file, end before they begin, or lie beyond the end of it.

    Args:
        marks: of one table, or of all label tracks.
        length_s: seconds of a file by its name; infinite where nobody knows.
    """
    turned = [
        f"{mark.place}: {mark.start_s:g} to {mark.end_s:g} s"
        for mark in marks
        if mark.start_s < 0 or mark.end_s < mark.start_s
    ]
    refuse("times of words are negative or end before they begin", turned, "correct them")
    lengths = {file: length_s(file) for file in sorted({mark.file for mark in marks})}
    beyond = [mark for mark in marks if not _fits(mark, lengths[mark.file])]
    for scale, unit, remedy in (
        (1e-3, "milliseconds", "call the columns start_ms and end_ms"),
        (1 / SAMPLES_S, "numbers of samples", "divide them by the sample rate"),
    ):
        fit = all(_fits(mark, lengths[mark.file], scale) for mark in marks)
        spoken_s = scale * sum(mark.end_s - mark.start_s for mark in marks)
        if 2 * len(beyond) > len(marks) and fit and spoken_s >= SHORTEST_S * len(marks):
            first = beyond[0]
            times = f"{first.place}: {first.start_s:g} to {first.end_s:g} in a file of {lengths[first.file]:g} s"
            raise DataError(f"times of words look like {unit}", times, remedy)
    places = [f"{m.place}: {m.start_s:g} to {m.end_s:g} s of {lengths[m.file]:g} s" for m in beyond]
    refuse("words lie beyond the end of their file", places, "correct the times or the name of the file")


def without_end(words: Sequence[Marked]) -> list[str]:
    """What to tell of keywords whose marks no response can be timed from: without length, or too long for a word."""
    odd = [mark for mark in words if not Spoken(mark.label, mark.start_s, mark.end_s).has_end]
    if not odd:
        return []
    first = odd[0]
    named = f"{first.place}: {first.label} {first.start_s:g} to {first.end_s:g} s"
    told = f"{len(odd)} keywords are marked without length or longer than {LONGEST_S:g} s, such as {named}"
    return [f"{told}: no response time is made of them, and a detection anywhere in such a mark counts as right"]


def overlapping(words: Sequence[Marked]) -> list[str]:
    """What to tell of keywords that are marked while another one is said.

    A detector hears one keyword at a time, so that one of two may count as missed whatever it does.

    Raises:
        DataError: the same keyword is marked twice at once: that is one word, and nobody can hear it a second time.
    """
    twice: list[str] = []
    others: list[str] = []
    open_words: list[Marked] = []
    for word in sorted(words, key=lambda mark: (mark.file, mark.start_s, mark.end_s)):
        open_words = [one for one in open_words if one.file == word.file and one.end_s - word.start_s > OVERLAP_S]
        for one in open_words:
            (twice if one.label == word.label else others).append(_beside(one, word))
        open_words.append(word)
    refuse("the same keyword is marked twice at once", twice, "keep one of the two marks, or correct their times")
    if not others:
        return []
    told = f"{len(others)} keywords are marked while another one is said, such as {others[0]}"
    return [f"{told}: one may count as missed"]


def _beside(one: Marked, word: Marked) -> str:
    times = f"{one.label} {one.start_s:g} to {one.end_s:g} s and {word.label} {word.start_s:g} to {word.end_s:g} s"
    return f"{one.place} and {word.place}: {times}"


def _fits(mark: Marked, length_s: float, scale: float = 1.0) -> bool:
    return mark.start_s * scale < length_s and mark.end_s * scale <= length_s + SLACK_S
