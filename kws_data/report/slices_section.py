"""Who is served worst: slices that fail beyond chance, and every group by every attribute with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from kws_data.pages.html import Html, Verdict, says, table, text
from kws_data.pages.numbers import interval, percent
from kws_data.slices.rows import SliceRow
from kws_data.slices.slice_report import MISSED, KindSlices, SliceReport
from kws_data.slices.words import short

TOLD = 3  # sentences below the first
WIDTH, HEIGHT = 120, 12
_HEADINGS = {MISSED: "Keywords that are missed", "false_accepts": "Other clips taken for a keyword"}


def slices_section(report: SliceReport) -> str:
    """Sentences, the worst slices of each kind of error, and each attribute's groups, folded up.

    Args:
        report: as the step *slices* left it.
    """
    first, *others = report.sentences or ("No clips were measured.",)
    more = "".join(f"<li>{text(line)}</li>" for line in others[:TOLD])
    listed = f"<ul>{more}</ul>" if more else ""
    return says(first, _verdict(report)) + listed + "".join(_kind(kind, report.alpha) for kind in report.kinds)


def _verdict(report: SliceReport) -> Verdict:
    if any(kind.found for kind in report.kinds):
        return "bad"
    return "doubt" if any(kind.everything.errors for kind in report.kinds) else "good"


def _kind(kind: KindSlices, alpha: float) -> str:
    every, top = kind.everything, _top([kind.everything, *kind.worst])
    said = (
        f"{every.errors:,} of {every.clips:,} ({percent(every.rate)}, {every.speakers:,} speakers). {kind.tested:,} "
        "slices of one to three conditions were tested together. Bars reach to the share of clips that are wrong, "
        "lines over its 95 % interval for other people."
    )
    worst = _table(kind.worst, top, alpha, "Worst slices") if kind.worst else "<p>No slice stands out at all.</p>"
    groups = "".join(_attribute(name, rows, alpha) for name, rows in kind.by.items())
    dropped = "; ".join(f"{name} ({why})" for name, why in kind.dropped.items())
    aside = f"<p>Not cut by: {text(dropped)}.</p>" if dropped else ""
    return f"<h3>{_HEADINGS[kind.kind]}</h3><p>{text(said)}</p>{worst}{groups}{aside}"


def _attribute(name: str, rows: Sequence[SliceRow], alpha: float) -> str:
    """The groups of one attribute, folded up under the least and the greatest share of those that are not thin."""
    rates = [row.rate for row in rows if not row.thin]
    span = f": {percent(min(rates))} to {percent(max(rates))}" if rates else ": too few clips"
    inside = _table(rows, _top(rows), alpha, f"By {name}")
    return f"<details><summary>By {text(name)}{text(span)}</summary>{inside}</details>"


def _table(rows: Sequence[SliceRow], top: float, alpha: float, caption: str) -> str:
    cells = [
        (
            short(row.conditions),
            Html(_bar(row, top)),
            percent(row.rate),
            interval(row.by_speaker95),
            f"{row.clips:,}",
            f"{row.speakers:,}",
            "" if row.rest is None else percent(row.rest),
            _mark(row, alpha),
        )
        for row in rows
    ]
    head = ("slice", "", "wrong", "95 %", "clips", "speakers", "others", "")
    few = [number for number, row in enumerate(rows) if row.thin]
    return table(cells, head, numbers=(2, 3, 4, 5, 6), caption=caption, few=few)


def _mark(row: SliceRow, alpha: float) -> str:
    doubt = row.doubt(alpha)
    return f'<span class="no">{doubt}</span>' if row.found else doubt


def _top(rows: Sequence[SliceRow]) -> float:
    """Where bars end: the greatest share, and a quarter at least, so that small ones look small."""
    return min(1.0, max(0.25, *(row.rate for row in rows)) if rows else 1.0)


def _bar(row: SliceRow, top: float) -> str:
    """A bar of the share with its interval; what it says stands in words beside it."""
    low, high, end = (min(1.0, share / top) * WIDTH for share in (*row.by_speaker95, row.rate))
    colour = "bad" if row.found else "soft" if row.thin else "main"
    middle = HEIGHT / 2
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" style="min-width:{WIDTH}px" '
        'aria-hidden="true">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="var(--line)" opacity=".35"/>'
        f'<rect width="{end:.1f}" height="{HEIGHT}" fill="var(--{colour})" opacity=".7"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle:g}" y2="{middle:g}" stroke="var(--ink)" stroke-width="1.5"/>'
        "</svg>"
    )
