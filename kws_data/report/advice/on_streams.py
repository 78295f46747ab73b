"""Advice on streams: false accepts an hour against the wish, keywords missed in running speech, hours that lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kws_data.pages.numbers import interval, percent, plural
from kws_data.report.advice.finding import FORBIDDEN, MISTAKES, THIN, Evidence, Finding
from kws_data.statistics.intervals import poisson_interval

#: Of keywords said over other sounds; above it a detector is called deaf in streams.
MISSED_AT_MOST = 0.10
ONE_SIDED = 0.9  # the level whose lower end is a one-sided 95 % bound


def on_streams(evidence: Evidence) -> Iterator[Finding]:
    """Findings, in no order."""
    stream = evidence.report["stream"]
    if stream["false_accepts_per_hour"] is None:
        why = (stream.get("not_measured") or "nobody says another word").partition(": ")[0]
        said = f"False accepts an hour were not measured, because {why}"
        remedy = "name folders of speech, noise and music without a keyword as data.negatives"
        yield Finding("hours", "bad", said, remedy, "streams", FORBIDDEN)
        return
    yield from _false_accepts(stream)
    yield from _too_few_hours(stream)
    yield from _missed(stream, evidence.report)


def _false_accepts(stream: Mapping[str, Any]) -> Iterator[Finding]:
    wish = (stream.get("wish") or {}).get("false_accepts_per_hour")
    for kind, heard in sorted(stream.get("negatives", {}).items()):
        rate = heard["false_accepts_per_hour"]
        if wish is None or rate <= wish:
            continue
        words = sorted(heard["per_keyword"].items(), key=lambda pair: (-pair[1], pair[0]))
        most = f", mostly “{words[0][0]}” ({words[0][1]:,})" if heard["false_accepts"] > 1 and words else ""
        said = (
            f"In {kind.replace('_', ' ')} it falsely hears a keyword {rate:.3g} times an hour "
            f"({heard['false_accepts']:,} in {heard['hours']:.2f} h{most}) where {wish:g} was wished for"
        )
        proven = poisson_interval(heard["false_accepts"], ONE_SIDED)[0] / heard["hours"] > wish
        remedy = (
            f"add more {kind.replace('_', ' ')} to data.negatives and train again, or give up some keywords with "
            "kws calibrate"
        )
        verdict = "bad" if proven else "doubt"
        yield Finding("hours", verdict, said, remedy, "streams", MISTAKES, 1.0 - wish / rate)  # type: ignore[arg-type]


def _too_few_hours(stream: Mapping[str, Any]) -> Iterator[Finding]:
    wish = stream.get("wish")
    kinds = stream.get("negatives", {})
    if not wish or not kinds:
        return
    kind = min(kinds, key=lambda name: (kinds[name]["hours"], name))
    hours, needed = kinds[kind]["hours"], wish["hours_of_proof"]
    if hours >= needed:
        return
    said = (
        f"{hours:.2f} h of {kind.replace('_', ' ')} without a keyword cannot prove "
        f"{plural(wish['false_accepts_per_hour'], 'false accept')} an hour, which takes {needed:.3g} h without one"
    )
    remedy = f"add {needed - hours:.2g} h of it to data.negatives"
    yield Finding("too few hours", "doubt", said, remedy, "streams", THIN, 1.0 - hours / needed)


def _missed(stream: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[Finding]:
    frr, ends = stream["frr"], stream["frr_ci95"]
    if frr is None or frr <= MISSED_AT_MOST:
        return
    tpr = report["host"]["int8"]["tpr"]
    beside = "" if tpr is None else f", and {percent(1.0 - tpr)} in single clips"
    said = f"In streams {percent(frr)} of {stream['keywords_said']:,} keywords are missed {interval(ends)}{beside}"
    remedy = (
        "state the false accepts that you can bear (kws calibrate), and train on keywords laid into speech and noise"
    )
    verdict = "bad" if ends[0] > MISSED_AT_MOST else "doubt"
    yield Finding("missed in streams", verdict, said, remedy, "streams", MISTAKES, frr)  # type: ignore[arg-type]
