"""Labels that were given before the guideline changed: which of them the change may touch, and how many others.

A label is listed when the rule that it names has changed, or its label is named in a line that has. What was said under
rules that stay, of labels that no changed line names, is counted only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.guidelines import Guideline
from kws_data.catalog.opinions import Opinion
from kws_data.labelling.guideline import changed_lines, changed_rules, names_label
from kws_data.labelling.labels import NOT_SURE
from kws_data.labelling.settle import PEOPLE


@dataclass(frozen=True)
class ToReview:
    """An opinion that the change may touch, and why: the rule, or the line, that changed."""

    opinion: Opinion
    why: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        one = self.opinion
        return {
            "clip": one.clip_id,
            "giver": one.giver,
            "label": one.label,
            "rule": one.rule,
            "guideline": one.guideline,
            "given_at": one.given_at,
            "why": self.why,
        }


@dataclass(frozen=True)
class Review:
    """Labels given under older versions.

    Attributes:
        latest: the version that holds; None where there is none.
        touched: those that its changes may touch, in the order in which they were given.
        others: how many others there are, by version; 0 is without one.
    """

    latest: Guideline | None
    touched: tuple[ToReview, ...]
    others: dict[int, int]

    @property
    def clip_ids(self) -> tuple[str, ...]:
        """Clips to hear again, each once."""
        return tuple(dict.fromkeys(one.opinion.clip_id for one in self.touched))


def to_review(catalog: Catalog) -> Review:
    """Labels of people that were given under an older version of the guideline than the one that holds."""
    versions = catalog.guidelines.all()
    if not versions:
        return Review(None, (), {})
    latest = versions[-1]
    older = [one for one in catalog.opinions.all(kinds=[*PEOPLE, "adjudicator"]) if one.guideline != latest.version]
    touched, others = list[ToReview](), Counter[int]()
    changes = {version.version: _Change(version, latest) for version in versions[:-1]}
    for one in older:
        why = changes[one.guideline].touches(one) if one.guideline in changes else ""
        if why:
            touched.append(ToReview(one, why))
        else:
            others[one.guideline or 0] += 1
    return Review(latest, tuple(touched), dict(sorted(others.items())))


class _Change:
    """What changed since a version."""

    def __init__(self, before: Guideline, after: Guideline) -> None:
        self._lines = changed_lines(before.text, after.text)
        self._rules = changed_rules(before.text, after.text)
        self._of_label: dict[str, str] = {}

    def touches(self, one: Opinion) -> str:
        """Why an opinion may be another one today; empty where nothing says so."""
        if one.rule in self._rules:
            return f"rule {one.rule} changed"
        if one.label == NOT_SURE:
            return ""
        if one.label not in self._of_label:
            self._of_label[one.label] = _first(line for line in self._lines if names_label(line, one.label))
        line = self._of_label[one.label]
        return f"its label is named in: {line}" if line else ""


def _first(lines: Iterable[str]) -> str:
    return next((" ".join(line.split()) for line in lines), "")
