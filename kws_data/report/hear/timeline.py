"""One stream from left to right: the best keyword's score, the words said, the detections, and a marker a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kws_data.evaluation.moments import FALSE, LATE, MISSED, RIGHT, WRONG, Moment, Said, StreamLine
from kws_data.pages.html import text

WIDTH, HEIGHT, LANE = 1_000, 64, 8
NAMED_WORDS = 16  # a stream with more words shows them without their names
SIGNS = {FALSE: "!", WRONG: "≠", MISSED: "○", LATE: "›", RIGHT: "✓"}
FINE = (RIGHT, LATE)
MARKER_SHARE = 0.066  # of the line that a marker needs for itself, on a phone
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600)


def timeline(stream: StreamLine, moments: Mapping[int, Moment], first: int) -> str:
    """The stream with a marker for each of its moments.

    Args:
        stream: to be drawn.
        moments: of it, by their number.
        first: number of the moment whose marker is reached by the tab key.
    """
    seconds = max(stream.seconds, 1e-3)
    markers, lanes = _markers(moments, seconds, first)
    return (
        f'<figure class="stream"><figcaption>{_caption(stream)}</figcaption><div class="tl">'
        f'<div class="marks" style="height:{26 * lanes}px" role="group" '
        f'aria-label="moments of {text(stream.name)}">{markers}</div>'
        f"{_picture(stream, seconds)}{_names(stream, seconds)}{_axis(seconds)}</div></figure>"
    )


def _caption(stream: StreamLine) -> str:
    kind = stream.kind.replace("_", " ")
    parts = [f"{kind}, {stream.how}", clock(stream.seconds)]
    if stream.words:
        missed = sum(word.heard_s is None for word in stream.words)
        parts.append(f"{len(stream.words)} words, {missed} missed")
    parts.append(f"{sum(one.verdict == 'false' for one in stream.fired)} false")
    return f"<b>{text(stream.name)}</b> · {text(' · '.join(parts))}"


def describe(moment: Moment) -> str:
    """What happened, in a few words."""
    if moment.kind == MISSED:
        return f"{moment.said} reached only {moment.score:.3f}"
    if moment.kind == WRONG:
        return f"said {moment.said}, heard {moment.heard} ({moment.score:.3f})"
    if moment.kind == FALSE:
        again = ", which was heard already" if moment.said else ", which nobody said"
        return f"heard {moment.heard} ({moment.score:.3f}){again}"
    after = f"{moment.answer_ms:.0f} ms after the word" if moment.answer_ms is not None else ""
    return f"heard {moment.heard} ({moment.score:.3f}) {after}"


def _markers(moments: Mapping[int, Moment], seconds: float, first: int) -> tuple[str, int]:
    """Buttons in order of time, those that would lie on each other in lanes; and how many lanes there are."""
    ends: list[float] = []
    made = []
    for number, moment in sorted(moments.items(), key=lambda one: (one[1].time_s, one[0])):
        at = moment.time_s / seconds
        lane = next((lane for lane, end in enumerate(ends) if at >= end), len(ends))
        ends[lane : lane + 1] = [at + MARKER_SHARE]
        tone = "fine" if moment.kind in FINE else "wrong"
        name = f"{moment.kind} at {clock(moment.time_s)}: {describe(moment)}"
        made.append(
            f'<button type="button" class="mk {tone}" data-kind="{moment.kind}" '
            f'data-word="{text(moment.said or moment.heard)}" style="left:{100 * at:.2f}%;top:{26 * lane}px" '
            f'tabindex="{0 if number == first else -1}" aria-expanded="false" aria-controls="moment-{number}" '
            f'aria-label="{text(name)}" title="{text(name)}">{SIGNS[moment.kind]}</button>'
        )
    return "".join(made), max(1, len(ends))


def _picture(stream: StreamLine, seconds: float) -> str:
    shown = [value for value in stream.line if value is not None]
    best = f"the best keyword's score, at most {max(shown):.3f}" if shown else "no score was made"
    label = f"{clock(seconds)} of {stream.name}: {best}; {_heard_words(stream.words)}"
    words = "".join(_word(word, seconds) for word in stream.words)
    hits = "".join(
        f'<path class="{"hit" if one.verdict == "right" else "miss"}" d="M{WIDTH * one.time_s / seconds:.0f} 0V9"/>'
        for one in stream.fired
    )
    level = (HEIGHT - LANE) * (1 - stream.threshold)
    dashed = f'<path class="threshold" d="M0 {level:.1f}H{WIDTH}"/>' if stream.threshold <= 1 else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-label="{text(label)}">'
        f'{words}<path class="line" d="{_line(stream.line)}"/>{dashed}{hits}</svg>'
    )


def _heard_words(words: Sequence[Said]) -> str:
    if not words:
        return "no keyword is said"
    return f"{sum(word.heard_s is not None for word in words)} of {len(words)} words heard"


def _word(word: Said, seconds: float) -> str:
    left, right = (WIDTH * at / seconds for at in (word.start_s, word.end_s))
    return (
        f'<rect class="{"no" if word.heard_s is None else "ok"}" x="{left:.1f}" y="{HEIGHT - LANE}" '
        f'width="{max(right - left, 2):.1f}" height="{LANE}"/>'
    )


def _line(line: Sequence[float | None]) -> str:
    """The score where there is one; a stretch without one is left open."""
    parts, pen = [], "M"
    for at, value in enumerate(line):
        if value is None:
            pen = "M"
            continue
        x, y = WIDTH * (at + 0.5) / len(line), (HEIGHT - LANE) * (1 - value)
        parts.append(f"{pen}{x:.0f} {y:.0f}")
        pen = "L" if pen == "M" else " "
    return "".join(parts) or "M0 0"


def _names(stream: StreamLine, seconds: float) -> str:
    """The words below the picture, where there are few."""
    if not stream.words or len(stream.words) > NAMED_WORDS:
        return ""
    named = "".join(
        f'<span style="left:{50 * (word.start_s + word.end_s) / seconds:.2f}%">{text(word.label)}</span>'
        for word in stream.words
    )
    return f'<div class="axis said" aria-hidden="true">{named}</div>'


def _axis(seconds: float) -> str:
    step = next((step for step in STEPS_S if seconds / step <= 6), STEPS_S[-1])
    ticks = range(0, int(seconds) + 1, step)
    marks = "".join(f'<span style="left:{100 * tick / seconds:.2f}%">{clock(tick)}</span>' for tick in ticks)
    return f'<div class="axis" aria-hidden="true">{marks}</div>'


def clock(seconds: float) -> str:
    """Minutes and seconds, tenths where there are some."""
    tenths = round(10 * seconds)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes}:{rest // 10:02d}" + (f".{rest % 10}" if rest % 10 else "")
