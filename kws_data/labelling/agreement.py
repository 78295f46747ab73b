"""How far the people who label agree, and on what they do not: by label, by pair of people, by rule of the guideline.

What counts is what each said on their own: opinions of people, in the page or in another tool. An adjudicator has seen
the others' labels and does not count; a model does only where it is asked for, as one more rater. "Not sure" is no
label: it counts as a gap in the coefficients, and as a disagreement about its clip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.opinions import Opinion
from kws_data.errors import DataError
from kws_data.labelling.guideline import parts_of, parts_on
from kws_data.labelling.labels import NOT_SURE
from kws_data.labelling.settle import PEOPLE
from kws_data.labelling.take_over import opinions_by_clip
from kws_data.statistics.agreement import MISSING, Ints, confusion, counts_of, one_against_rest
from kws_data.statistics.agreement_intervals import (
    Agreement,
    cohen_interval,
    fleiss_interval,
    krippendorff_interval,
    percent_interval,
    specific_interval,
)


@dataclass(frozen=True)
class LabelAgreement:
    """One label: clips that somebody gave it, how many of these others call something else, and coefficients.

    ``specific`` is the chance that another rater says the same, ``alpha`` Krippendorff's α of this label against all
    others.
    """

    label: str
    clips: int
    disputed: int
    specific: Agreement
    alpha: Agreement


@dataclass(frozen=True)
class PairAgreement:
    """Two raters: the clips that both labelled, the share on which they agree, and Cohen's κ."""

    first: str
    second: str
    clips: int
    percent: Agreement
    kappa: Agreement


@dataclass(frozen=True)
class Confused:
    """Two labels that raters give to the same clips: on how many, and the rules of the guideline that name one of them
    (sections, where no rule does)."""

    first: str
    second: str
    clips: int
    guideline: tuple[str, ...]


@dataclass(frozen=True)
class RuleDoubt:
    """A rule of the guideline: clips for which it was named, and how many of these are disputed."""

    rule: str
    title: str
    clips: int
    disputed: int


@dataclass(frozen=True)
class Disputed:
    """A clip on which raters disagree, or one was not sure: who said what, and what an adjudicator decided since."""

    clip_id: str
    said: Mapping[str, str]
    decided: str = ""


@dataclass(frozen=True)
class AgreementReport:
    """How far raters agree.

    Attributes:
        raters: clips that each labelled.
        clips: that two raters or more labelled.
        not_sure: opinions that were "not sure".
        percent, fleiss, alpha: over all raters and labels.
        labels: by label, the one that is agreed on least first.
        pairs: by two raters.
        confused: labels that are given to the same clips, the most frequent first.
        rules: that were named, those with the most disputed clips first.
        disputed: clips, in the order of their ids.
    """

    raters: Mapping[str, int]
    clips: int
    not_sure: int
    percent: Agreement
    fleiss: Agreement
    alpha: Agreement
    labels: tuple[LabelAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    confused: tuple[Confused, ...]
    rules: tuple[RuleDoubt, ...]
    disputed: tuple[Disputed, ...]

    @property
    def undecided(self) -> int:
        """Disputed clips of which no adjudicator has decided."""
        return sum(not one.decided for one in self.disputed)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def agreement_of(catalog: Catalog, with_model: str | None = None, seed: int = 0) -> AgreementReport:
    """How far the people of a catalogue agree.

    Args:
        catalog: with their opinions.
        with_model: name of a model that counts as one more rater.
        seed: of the intervals.

    Raises:
        DataError: nobody labelled anything, or there is no opinion of such a model.
    """
    opinions = catalog.opinions.all(kinds=PEOPLE)
    if not opinions:
        raise DataError("nobody has labelled anything", str(catalog.folder), "call kws label, and label some clips")
    if with_model is not None:
        opinions += _of_model(catalog, with_model)
    guideline = catalog.guidelines.latest()
    report = agreement(opinions, guideline.text if guideline else "", seed)
    judged = catalog.opinions.all(kinds=["adjudicator"])
    decided = {one.clip_id: one.label for one in judged if one.label != NOT_SURE}
    return replace(report, disputed=tuple(replace(o, decided=decided.get(o.clip_id, "")) for o in report.disputed))


def _of_model(catalog: Catalog, name: str) -> list[Opinion]:
    every = catalog.opinions.all(kinds=["model"])
    found = [one for one in every if one.giver == name]
    if not found:
        there = ", ".join(sorted({one.giver for one in every})) or "none: call kws label auto"
        raise DataError("this model has labelled nothing", name, f"models that have: {there}")
    return found


def agreement(opinions: Iterable[Opinion], guideline: str = "", seed: int = 0) -> AgreementReport:
    """How far those who gave these opinions agree; of a giver's opinions of one clip the last counts."""
    by_clip = opinions_by_clip(opinions)
    said = {clip: {one.giver: one.label for one in own} for clip, own in by_clip.items()}
    raters = sorted({giver for own in said.values() for giver in own})
    labels = sorted({label for own in said.values() for label in own.values()} - {NOT_SURE})
    codes = _codes(said, raters, labels)
    counts = counts_of(codes, len(labels))
    disputed = [Disputed(clip, own) for clip, own in said.items() if _is_disputed(own)]
    places = {one.clip_id for one in disputed}
    of_labels = [_label(label, number, counts, seed) for number, label in enumerate(labels)]
    return AgreementReport(
        raters={rater: int((codes[:, number] != MISSING).sum()) for number, rater in enumerate(raters)},
        clips=int((counts.sum(axis=1) >= 2).sum()),
        not_sure=sum(label == NOT_SURE for own in said.values() for label in own.values()),
        percent=percent_interval(counts, seed),
        fleiss=fleiss_interval(counts, seed),
        alpha=krippendorff_interval(counts, seed),
        labels=tuple(sorted(of_labels, key=lambda one: (one.specific.value is None, one.specific.value, one.label))),
        pairs=tuple(_pairs(raters, codes, len(labels), seed)),
        confused=tuple(_confused(disputed, guideline)),
        rules=tuple(_rules(by_clip, places, guideline)),
        disputed=tuple(disputed),
    )


def _codes(said: Mapping[str, Mapping[str, str]], raters: Sequence[str], labels: Sequence[str]) -> Ints:
    """Codes of labels ``[clips, raters]``; "not sure" is a gap."""
    number = {label: place for place, label in enumerate(labels)}
    codes = [[number.get(own.get(rater, ""), MISSING) for rater in raters] for own in said.values()]
    return np.array(codes, np.int64).reshape(len(said), len(raters))


def _is_disputed(own: Mapping[str, str]) -> bool:
    return len(set(own.values())) > 1 or NOT_SURE in own.values()


def _label(label: str, number: int, counts: Ints, seed: int) -> LabelAgreement:
    with_label = counts[:, number] > 0
    against = one_against_rest(counts, number)
    return LabelAgreement(
        label,
        int(with_label.sum()),
        int((with_label & (against[:, 1] > 0)).sum()),
        specific_interval(counts, number, seed),
        krippendorff_interval(against, seed),
    )


def _pairs(raters: Sequence[str], codes: Ints, labels: int, seed: int) -> Iterable[PairAgreement]:
    """Pairs that have labelled a clip in common."""
    for one, other in combinations(range(len(raters)), 2):
        table = confusion(codes[:, one], codes[:, other], labels)
        if table.sum():
            percent = percent_interval(counts_of(codes[:, [one, other]], labels), seed)
            yield PairAgreement(raters[one], raters[other], int(table.sum()), percent, cohen_interval(table, seed=seed))


def _confused(disputed: Iterable[Disputed], guideline: str) -> list[Confused]:
    clips: Counter[tuple[str, str]] = Counter()
    for one in disputed:
        clips.update(combinations(sorted(set(one.said.values())), 2))
    parts = [part for part in parts_of(guideline) if part.rule or part.lines.start]
    ordered = sorted(clips.items(), key=lambda item: (-item[1], item[0]))
    return [Confused(*pair, count, tuple(part.name for part in parts_on(parts, pair))) for pair, count in ordered]


def _rules(by_clip: Mapping[str, Sequence[Opinion]], disputed: set[str], guideline: str) -> list[RuleDoubt]:
    titles = {part.rule: part.title for part in parts_of(guideline) if part.rule}
    named: dict[str, set[str]] = {}
    for clip, own in by_clip.items():
        for one in own:
            if one.rule:
                named.setdefault(one.rule, set()).add(clip)
    doubts = [RuleDoubt(rule, titles.get(rule, ""), len(c), len(c & disputed)) for rule, c in named.items()]
    return sorted(doubts, key=lambda doubt: (-doubt.disputed, doubt.rule))
