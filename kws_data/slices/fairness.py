"""Whom a detector serves worst: the worst slice for a gate, and the equal-opportunity difference of each attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from kws_data.slices.rows import Ends, SliceRow

GATE_CLIPS = 30  # with fewer not even a slice without a miss is surely above 0.9


@dataclass(frozen=True)
class EqualOpportunity:
    """The groups of one attribute that are detected best and worst (equal opportunity: Hardt, Price & Srebro 2016).

    Attributes:
        attribute: whose values are the groups.
        difference: TPR of the best less TPR of the worst group.
        ci95: its interval (Newcombe 1998, Stat. Med. 17:873, method 10, from the groups' intervals by speaker). The two
            are the extremes of several groups, so of two equal ones it is above 0 too often: see the search for that.
        best, worst: values; best_tpr, worst_tpr: their TPR.
        groups: that have clips and speakers enough.
    """

    attribute: str
    difference: float
    ci95: Ends
    best: str
    best_tpr: float
    worst: str
    worst_tpr: float
    groups: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "ci95": list(self.ci95)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EqualOpportunity:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**values, "ci95": (float(values["ci95"][0]), float(values["ci95"][1]))})


def equal_opportunity(
    by: Mapping[str, Sequence[SliceRow]], least_clips: int, least_speakers: int
) -> tuple[EqualOpportunity, ...]:
    """The difference of each attribute with two groups or more that are large enough, the largest first.

    Args:
        by: attribute -> its groups, of keyword clips.
        least_clips, least_speakers: of a group.
    """
    found = []
    for attribute, rows in by.items():
        groups = [row for row in rows if row.clips >= least_clips and row.speakers >= least_speakers]
        if len(groups) < 2:
            continue
        best, worst = min(groups, key=lambda row: row.rate), max(groups, key=lambda row: row.rate)
        found.append(
            EqualOpportunity(
                attribute=attribute,
                difference=best.tpr - worst.tpr,
                ci95=_difference_ci95(best, worst),
                best=best.conditions[attribute],
                best_tpr=best.tpr,
                worst=worst.conditions[attribute],
                worst_tpr=worst.tpr,
                groups=len(groups),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.difference))


def _difference_ci95(best: SliceRow, worst: SliceRow) -> Ends:
    """Newcombe's interval of a difference of two shares, from the interval of each."""
    difference = best.tpr - worst.tpr
    (low, high), (other_low, other_high) = best.tpr_by_speaker95, worst.tpr_by_speaker95
    down = sqrt((best.tpr - low) ** 2 + (other_high - worst.tpr) ** 2)
    up = sqrt((high - best.tpr) ** 2 + (worst.tpr - other_low) ** 2)
    return max(-1.0, difference - down), min(1.0, difference + up)


def worst_slice(everything: SliceRow, alone: Iterable[SliceRow], found: Iterable[SliceRow], speakers: int) -> SliceRow:
    """The slice of keyword clips with the lowest TPR, of those that a gate may judge.

    These are all slices of one condition with :data:`GATE_CLIPS` clips and so many speakers, all that the search found,
    and all keyword clips. Of combinations only what was found counts: among thousands of small ones the worst is so by
    chance. Of equals it is the one with most clips.
    """
    large = (row for row in alone if row.clips >= GATE_CLIPS and row.speakers >= speakers)
    return min((everything, *found, *large), key=lambda row: (row.tpr, -row.clips))
