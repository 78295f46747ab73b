"""What a clip's opinions add up to: one label, a disagreement, or a wait for more.

An adjudicator decides. Without one, everybody who has heard the clip must say the same, and as many as it needs. What
models say counts only where no person has spoken, above a confidence that the caller states.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kws_data.catalog.opinions import Opinion
from kws_data.labelling.labels import NOT_SURE

#: ``settled``: the label holds. ``open``: more people are to hear it. ``disagreement``: an adjudicator is needed.
State = Literal["settled", "open", "disagreement"]
PEOPLE = ("person", "imported")  # kinds of opinions that count as a person's; an adjudicator's counts alone


@dataclass(frozen=True)
class Verdict:
    """What follows for a clip.

    Attributes:
        label: that holds; empty unless settled.
        by: who settled it: ``adjudicator``, ``people``, ``automatic``, or empty.
        agreeing: opinions that give this label.
        of: opinions that were asked: of people, or of models where it is automatic.
        state: see :data:`State`.
        start: first sample of the word where all of ``agreeing`` cut it (the earliest), or None.
        stop: the sample after its last (the latest), or None.
    """

    label: str
    by: str
    agreeing: int
    of: int
    state: State = "settled"
    start: int | None = None
    stop: int | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the label holds."""
        return self.state == "settled"


def settled(opinions: Iterable[Opinion], needed: int = 1, automatic: float | None = None) -> Verdict:
    """What the opinions of one clip add up to.

    Args:
        opinions: of one clip; those that were withdrawn do not count.
        needed: how many people must say the same.
        automatic: the confidence from which labels of models hold where no person has spoken; None: never.
    """
    held = [one for one in opinions if not one.withdrawn_at]
    people = [one for one in held if one.kind in PEOPLE]
    deciding = [one for one in held if one.kind == "adjudicator" and one.label != NOT_SURE]
    if deciding:
        last = deciding[-1]
        asked = [*people, last]
        same = [one for one in asked if one.label == last.label]
        return Verdict(last.label, "adjudicator", len(same), len(asked), start=last.start, stop=last.stop)
    if people:
        return _of_people(people, needed)
    return _of_models([one for one in held if one.kind == "model"], automatic)


def _of_people(people: Sequence[Opinion], needed: int) -> Verdict:
    labels = {one.label for one in people}
    most = max(sum(one.label == label for one in people) for label in labels)
    if len(labels) > 1 or NOT_SURE in labels:
        return Verdict("", "", most, len(people), "disagreement")
    if len({one.giver for one in people}) < needed:
        return Verdict("", "", most, len(people), "open")
    return Verdict(people[0].label, "people", most, len(people), "settled", *_cut(people))


def _of_models(models: Sequence[Opinion], automatic: float | None) -> Verdict:
    sure = [] if automatic is None else [one for one in models if (one.confidence or 0.0) >= automatic]
    if not sure or len({one.label for one in sure}) > 1 or sure[0].label == NOT_SURE:
        return Verdict("", "", 0, 0, "open")
    return Verdict(sure[0].label, "automatic", len(sure), len(models), "settled", *_cut(sure))


def _cut(agreeing: Sequence[Opinion]) -> tuple[int | None, int | None]:
    """From the earliest start to the latest end, so that nothing is lost that one of them kept; None unless all cut."""
    starts = [one.start for one in agreeing if one.start is not None]
    stops = [one.stop for one in agreeing if one.stop is not None]
    return (min(starts), max(stops)) if len(starts) == len(stops) == len(agreeing) else (None, None)
