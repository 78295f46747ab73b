"""The page of :mod:`kws_data.labelling.agreement`: how far people agree, and what they confuse."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kws_data.labelling.agreement import AgreementReport, Confused
from kws_data.labelling.labels import shown_label
from kws_data.pages.heat import heat_table
from kws_data.pages.html import Section, Verdict, page, says, table
from kws_data.statistics.agreement_intervals import Agreement

#: From where agreement is good enough to build on, and below what it is not (Krippendorff 2004, Reliability in Content
#: Analysis, Hum. Commun. Res. 30:411).
GOOD, POOR = 0.8, 0.667
MOST_CLIPS = 200


def agreement_page(report: AgreementReport) -> str:
    """HTML of the whole page; needs nothing else."""
    lead = f"{report.clips:,} clips that two people or more labelled: {_people(report)}"
    sections = [
        Section("overall", "Over all", _overall(report)),
        Section("labels", "By label", _labels(report)),
        Section("confused", "What is confused", _confused(report)),
        Section("people", "By pair of people", _pairs(report)),
        Section("rules", "Rules of the guideline", _rules(report)),
        Section("clips", "Disputed clips", _clips(report)),
    ]
    foot = "Intervals are 95 %: a bootstrap by clip, Wilson's where all clips agree alike. Made by kws agreement."
    return page("Agreement of labels", lead, sections, foot=foot)


def _people(report: AgreementReport) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in report.raters.items())


def _overall(report: AgreementReport) -> str:
    rows = [
        ("same label", *_cells(report.percent)),
        ("Fleiss' kappa", *_cells(report.fleiss)),
        ("Krippendorff's alpha", *_cells(report.alpha)),
    ]
    return says(*_judged(report.alpha)) + table(rows, ("", "value", "95 %", "interval by"), numbers=(1,))


def _judged(alpha: Agreement) -> tuple[str, Verdict]:
    """What alpha means for the data, by the end of its interval that is worse."""
    if alpha.value is None or alpha.low is None:
        return "Nothing can be said yet: too few clips have two labels, or all have the same one.", "doubt"
    if alpha.low >= GOOD:
        return f"People agree far beyond chance: alpha is {alpha.value:.3f}. These labels can be built on.", "good"
    if alpha.value < POOR:
        told = "The guideline does not settle what a label is; mend it before more is labelled."
        return f"Alpha is {alpha.value:.3f}, below {POOR}. {told}", "bad"
    told = "See below what is confused, and let a rule settle it."
    return f"Alpha is {alpha.value:.3f}, and may be {alpha.low:.3f}: below {GOOD}. {told}", "doubt"


def _labels(report: AgreementReport) -> str:
    head = ("label", "clips", "disputed", "another says the same", "95 %", "alpha against the rest", "95 %")
    rows = [
        (
            shown_label(one.label),
            f"{one.clips:,}",
            f"{one.disputed:,}",
            *_cells(one.specific)[:2],
            *_cells(one.alpha)[:2],
        )
        for one in report.labels
    ]
    few = [number for number, one in enumerate(report.labels) if one.clips < 10]
    return table(rows, head, numbers=(1, 2, 3, 5), few=few)


def _confused(report: AgreementReport) -> str:
    if not report.confused:
        return says("Nobody disagrees about any clip.", "good")
    first = report.confused[0]
    told = f"Most often {shown_label(first.first)} and {shown_label(first.second)}: {first.clips:,} clips."
    names = sorted({label for one in report.confused for label in (one.first, one.second)})
    counts = np.zeros((len(names), len(names)), np.int64)
    for one in report.confused:
        a, b = names.index(one.first), names.index(one.second)
        counts[a, b] = counts[b, a] = one.clips
    shown = [shown_label(name) for name in names]
    rows = [
        (
            f"{shown_label(one.first)} / {shown_label(one.second)}",
            f"{one.clips:,}",
            "; ".join(one.guideline) or "nothing",
        )
        for one in report.confused
    ]
    caption = "clips that one person gave the label of the row and another that of the column"
    head = ("labels", "clips", "parts of the guideline that name one of them")
    return says(told) + heat_table(counts, shown, shown, caption) + table(rows, head, numbers=(1,))


def _both(one: Confused) -> str:
    return f"{shown_label(one.first)} / {shown_label(one.second)}"


def _pairs(report: AgreementReport) -> str:
    if not report.pairs:
        return says("No two people labelled the same clip.", "doubt")
    rows = [
        (f"{one.first}, {one.second}", f"{one.clips:,}", *_cells(one.percent)[:2], *_cells(one.kappa)[:2])
        for one in report.pairs
    ]
    return table(rows, ("pair", "clips", "same label", "95 %", "Cohen's kappa", "95 %"), numbers=(1, 2, 4))


def _rules(report: AgreementReport) -> str:
    if not report.rules:
        return says("Nobody named a rule.")
    rows = [(f"{one.rule} {one.title}".strip(), f"{one.clips:,}", f"{one.disputed:,}") for one in report.rules]
    return says("A rule that is named for disputed clips is not clear.") + table(
        rows, ("rule", "clips it was named for", "disputed"), numbers=(1, 2)
    )


def _clips(report: AgreementReport) -> str:
    if not report.disputed:
        return says("None.", "good")
    rows = [
        (one.clip_id, _said(one.said.items()), shown_label(one.decided) if one.decided else "")
        for one in report.disputed[:MOST_CLIPS]
    ]
    more = f" The first {MOST_CLIPS} of them:" if len(report.disputed) > MOST_CLIPS else ""
    settled = len(report.disputed) - report.undecided
    told = f"{report.undecided:,} clips wait for an adjudicator in kws label, {settled:,} were settled by one.{more}"
    return says(told) + table(rows, ("clip", "said", "decided"))


def _said(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{who}: {shown_label(label)}" for who, label in pairs)


def _cells(one: Agreement) -> tuple[str, str, str]:
    if one.value is None or one.low is None or one.high is None:
        return "not defined", "", ""
    return f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", one.method
