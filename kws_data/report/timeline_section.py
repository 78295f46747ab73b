"""Streams with a timeline to click and hear: where the detector was wrong in them, and where it was late or right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kws_data.audio import read_audio
from kws_data.config.config import Config
from kws_data.evaluation.moments import (
    FALSE,
    LATE,
    MISSED,
    MOST,
    RIGHT,
    SLOW_MS,
    WRONG,
    Moment,
    Moments,
    StreamLine,
    read_moments,
)
from kws_data.pages.html import Verdict, says, text
from kws_data.report.hear.card import Sound, facts, filters, pictures, player, voices
from kws_data.report.hear.lines import ScoreLine
from kws_data.report.hear.look import STYLE
from kws_data.report.hear.timeline import FINE, SIGNS, clock, describe, timeline
from kws_data.run_folder import MOMENTS_FOLDER

SHOWN_STREAMS = 8  # the others are folded up
OTHERS = 3  # keywords besides that of the moment that are drawn


def timeline_section(config: Config, audio: bool = True) -> str:
    """Sentence, timelines of streams, and what is heard at each of their moments.

    Give the page ``kws_data.report.hear.look.SCRIPT``.

    Args:
        config: of the run.
        audio: whether the sounds stand in the page.

    Raises:
        DataError: *evaluate* has not run.
        AudioError: a sound is missing or damaged.
    """
    folder = config.run_dir / "report"
    moments = read_moments(folder)
    if not moments.moments:
        return _says(moments, audio) + "<p>No stream was heard, or nothing happened in one.</p>"
    rate_hz = config.frontend.sample_rate_hz
    by_stream: dict[int, dict[int, Moment]] = {}
    for number, moment in enumerate(moments.moments):
        by_stream.setdefault(moment.stream, {})[number] = moment
    order = sorted(by_stream, key=lambda place: (-_weight(by_stream[place].values()), place))
    first = min(by_stream[order[0]], key=lambda number: (by_stream[order[0]][number].time_s, number))
    parts = []
    for place in order:
        stream, own = moments.streams[place], by_stream[place]
        cards = "".join(_card(number, one, stream, folder, rate_hz, audio) for number, one in own.items())
        parts.append(timeline(stream, own, first) + cards)
    counts = Counter(one.kind for one in moments.moments)
    kinds = [(kind, counts[kind]) for kind in MOST if counts[kind]]
    words = Counter(one.said or one.heard for one in moments.moments)
    return (
        f"{STYLE}{_says(moments, audio)}{voices(audio, _terms(moments.moments))}{_how_to_read(moments, audio)}"
        f'<div class="hearing" data-page-only>{filters("kind", kinds, "moments")}'
        f"{filters('word', sorted(words.items()), 'word')}"
        f'<p class="shown" role="status">{len(moments.moments)} of {len(moments.moments)} shown</p>'
        f"{''.join(parts[:SHOWN_STREAMS])}{_folded(parts[SHOWN_STREAMS:])}</div>"
    )


def _weight(moments: Iterable[Moment]) -> float:
    """How soon a stream is shown: false accepts count most, then what was taken for another, then misses."""
    weights = {FALSE: 10.0, WRONG: 3.0, MISSED: 1.0, LATE: 0.3, RIGHT: 0.1}
    return sum(weights[one.kind] for one in moments)


def _folded(parts: Sequence[str]) -> str:
    if not parts:
        return ""
    return f'<details class="more"><summary>{len(parts)} more recordings</summary>{"".join(parts)}</details>'


def _says(moments: Moments, audio: bool) -> str:
    found = {kind: moments.found.get(kind, 0) for kind in MOST}
    said = found[MISSED] + found[WRONG] + found[LATE] + found[RIGHT]
    wrong = found[FALSE] + found[WRONG]
    if not moments.moments:
        return says("There is no moment of a stream to listen to.", "doubt")
    share = (found[MISSED] + found[WRONG]) / said if said else 0.0
    heard = f"the detector missed {found[MISSED]} of {said} words" if said else "no word was said; the detector"
    false = {0: "never answered falsely", 1: "answered falsely once"}.get(wrong, f"answered falsely {wrong} times")
    times = "once" if found[LATE] == 1 else f"{found[LATE]} times"
    late = f" and answered late {times} ({SLOW_MS:.0f} ms or more after the word's end)" if found[LATE] else ""
    ask = (
        "listen to a few: where you hear the word and it did not, record more like that"
        if share or wrong
        else "the few moments below are there to be checked"
    )
    verdict: Verdict = "bad" if share > 0.2 or wrong > 10 else "doubt" if share > 0.05 or wrong else "good"
    what = f"In streams of test people {heard}{',' if said else ''} {false}{late}"
    return says(f"{what}; {ask}." if audio else f"{what}.", verdict)


def _how_to_read(moments: Moments, audio: bool) -> str:
    signs = ", ".join(f"{sign} {kind}" for kind, sign in SIGNS.items())
    return (
        "<p data-page-only>Each line is the score of the best keyword over time, the dashed one the lowest threshold. "
        "Below it stand the words that were said (green: heard, red: missed); short strokes at the top are detections. "
        f"A marker is a moment to {'hear' if audio else 'look at'} ({text(signs)}): click it, or go from one to the "
        f"next with the arrow keys and press Enter.{text(_selection(moments))}</p>"
    )


def _selection(moments: Moments) -> str:
    """That not every moment has a marker, where that is so."""
    shown = Counter(one.kind for one in moments.moments)
    kinds = [
        f"{shown[kind]} of {moments.found[kind]:,} {kind}" for kind in MOST if shown[kind] < moments.found.get(kind, 0)
    ]
    return f" The markers are a selection: {', '.join(kinds)}." if kinds else ""


def _terms(moments: Sequence[Moment]) -> list[tuple[str, str, bool]]:
    return [
        (source.get("licence", ""), source.get("consent", ""), _synthetic(source))
        for moment in moments
        for source in moment.sources
        if source.get("speaker")
    ]


def _synthetic(source: Mapping[str, str]) -> bool:
    return "synthetic" in source or source.get("consent") == "synthetic"


def _card(number: int, moment: Moment, stream: StreamLine, folder: Path, rate_hz: int, audio: bool) -> str:
    samples = read_audio(folder / MOMENTS_FOLDER / moment.audio, rate_hz)
    marks = [one.time_s - moment.begin_s for one in stream.fired if 0 <= one.time_s - moment.begin_s < moment.seconds]
    sound = Sound(samples, rate_hz, moment.seconds, _lines(moment), moment.threshold, marks)
    name = f"{moment.kind} at {clock(moment.time_s)}"
    tone = "fine" if moment.kind in FINE else "wrong"
    return (
        f'<article class="card moment" id="moment-{number}" hidden><h3><span class="kind {tone}">{text(moment.kind)}'
        f"</span> at {clock(moment.time_s)}: {text(describe(moment))}</h3>"
        f"<div>{pictures(sound)}{player(sound, name, audio)}</div><div>{_facts(moment, stream)}</div></article>"
    )


def _lines(moment: Moment) -> list[ScoreLine]:
    """The keyword that it is about, the best of the others, and a few more."""
    times = [at - moment.begin_s for at in moment.times_s]
    about = moment.said or moment.heard
    rest = sorted(
        (label for label in moment.scores if label != about),
        key=lambda label: (label != moment.heard, -max(moment.scores[label], default=0.0)),
    )
    roles = [(about, "said"), *((label, "other" if at else "best") for at, label in enumerate(rest[: 1 + OTHERS]))]
    lines = [ScoreLine(label, role, times, moment.scores[label]) for label, role in roles]
    return lines[2:] + lines[:2]  # those that matter are drawn last, above the others


def _facts(moment: Moment, stream: StreamLine) -> str:
    highest = sorted(((max(values, default=0.0), label) for label, values in moment.scores.items()), reverse=True)
    rows = [
        ("said", moment.said or "no keyword"),
        ("heard", moment.heard or "nothing"),
        ("score", f"{moment.score:.3f} (average), threshold {moment.threshold:.3f}"),
        ("answer", "" if moment.answer_ms is None else f"{moment.answer_ms:.0f} ms after the end of the word"),
        ("highest here", ", ".join(f"{label} {score:.3f}" for score, label in highest[:4])),
        ("in", f"{stream.name} ({stream.kind.replace('_', ' ')}, {stream.how})"),
    ]
    made = facts(rows)
    for source in moment.sources:
        own = [(key.replace("_", " "), value) for key, value in source.items() if key != "what"]
        made += f'<p class="silent">{text(source["what"])}:</p>{facts(own)}'
    return made
