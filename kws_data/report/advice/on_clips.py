"""Advice on clips: false accepts, the weakest keyword, what int8 lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kws_data.evaluation.metrics import ends_in
from kws_data.evaluation.predictions import FLOAT, INT8
from kws_data.pages.numbers import interval, percent
from kws_data.report.advice.finding import MISTAKES, THIN, TWO_RESULTS, WEAKEST, Evidence, Finding
from kws_data.report.mistakes import NOTHING, Mistake, missed_as, taken_for_keywords

#: Of a keyword's clips; below it a keyword is called weak.
DETECTED_AT_LEAST = 0.95
LOST_BY_INT8 = 0.01
#: Expected calibration error above which a score must not be read as a probability.
MISCALIBRATED = 0.05


def on_clips(evidence: Evidence) -> Iterator[Finding]:
    """Findings, in no order."""
    shipped = evidence.report["host"][INT8]
    yield from _false_accepts(evidence, shipped)
    yield from _weakest_keyword(evidence.mistakes, shipped)
    yield from _lost_by_int8(evidence.report["host"])
    yield from _calibration(shipped)


def _false_accepts(evidence: Evidence, shipped: Mapping[str, Any]) -> Iterator[Finding]:
    fpr, ends, wanted = shipped["fpr"], ends_in(shipped, "fpr"), evidence.max_fpr
    if fpr is None:
        said = "How often other words are taken for a keyword was not measured, because nobody says one"
        yield Finding("false accepts", "bad", said, "add folders of other words to data.folder", "results", MISTAKES, 1)
        return
    if fpr <= wanted:
        return
    proven = ends[0] > wanted
    worst = next(iter(taken_for_keywords(evidence.mistakes)), None)
    most = f", most often “{worst.said}” for “{worst.heard}” ({_of(worst)})" if worst else ""
    said = (
        f"{percent(fpr)} of clips without a keyword are taken for one {interval(ends)}, "
        f"where the threshold was set for {percent(wanted)} on validation people{most}"
    )
    remedy = "train on more such sounds, or set the threshold for other people than these (kws calibrate)"
    size = 1.0 - wanted / fpr
    yield Finding("false accepts", "bad" if proven else "doubt", said, remedy, "results", MISTAKES, size)


def _weakest_keyword(mistakes: Sequence[Mistake], shipped: Mapping[str, Any]) -> Iterator[Finding]:
    known = {word: one for word, one in shipped["per_keyword"].items() if one["tpr"] is not None}
    for word, one in shipped["per_keyword"].items():
        if one["tpr"] is None:
            said = f"Nobody says “{word}” in the test set, so nothing is known of it"
            yield Finding("keyword", "bad", said, "record people who say it", "results", THIN, 1)
    if not known:
        return
    word = min(known, key=lambda name: (known[name]["tpr"], name))
    tpr, ends, clips = known[word]["tpr"], ends_in(known[word], "tpr"), known[word]["clips"]
    missed = round((1.0 - tpr) * clips)
    if not missed:
        said = f"Every keyword is found in all of its clips; “{word}” has {clips:,}, which proves {percent(ends[0])}"
        yield Finding("keyword", "good", said, "add people to prove more", "results", WEAKEST, 1.0 - ends[0])
        return
    verdict = "bad" if ends[1] < DETECTED_AT_LEAST else "doubt" if ends[0] < DETECTED_AT_LEAST else "good"
    worst = missed_as(mistakes, word)
    said = f"“{word}” is missed most: {percent(1.0 - tpr)} of its clips ({missed:,} of {clips:,}; TPR {interval(ends)}"
    said += f"), {_became(worst[0])}" if worst else ")"
    remedy = _keyword_remedy(word, worst)
    yield Finding("keyword", verdict, said, remedy, "clips", WEAKEST if verdict == "good" else MISTAKES, 1.0 - tpr)  # type: ignore[arg-type]


def _became(worst: Mistake) -> str:
    if worst.heard == NOTHING:
        return f"of which {worst.clips:,} are heard as no keyword at all"
    return f"most often taken for “{worst.heard}” ({worst.clips:,})"


def _keyword_remedy(word: str, worst: Sequence[Mistake]) -> str:
    if worst and worst[0].heard != NOTHING:
        return f"record more people saying “{word}” and “{worst[0].heard}”, and listen to these clips first"
    return f"listen to these clips, then record more people saying “{word}” as they do"


def _lost_by_int8(host: Mapping[str, Any]) -> Iterator[Finding]:
    before, after = host[FLOAT]["tpr"], host[INT8]["tpr"]
    if before is None or after is None or before - after < LOST_BY_INT8:
        return
    said = f"The int8 file finds {percent(after)} of keywords where the float model finds {percent(before)}"
    remedy = "train with the rounding (export.method: aware), or give a layer more bits"
    yield Finding("int8", "doubt", said, remedy, "results", TWO_RESULTS, before - after)


def _calibration(shipped: Mapping[str, Any]) -> Iterator[Finding]:
    told = shipped.get("calibration")
    if not told or told["ece"] <= MISCALIBRATED:
        return
    said = f"Its scores are no probabilities: they are {100 * told['ece']:.0f} points off on average (ECE)"
    remedy = "choose thresholds by a wish (kws calibrate), never by a score that looks high enough"
    yield Finding("calibration", "doubt", said, remedy, "curves", MISTAKES, told["ece"])


def _of(one: Mistake) -> str:
    return f"{one.clips:,} of {one.of:,} clips"
