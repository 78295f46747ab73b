"""Evening out a draw of groups: every label and attribute in about its proportion, with as few changes as possible.

The aim is that of Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", ECML 2011: each part
of a data set holds each label in proportion. Theirs builds the parts anew, so one more clip may move everybody. Here a
draw by hash comes first, which hardly depends on other groups, and then single groups are exchanged, always those that
help most, until the proportions are near enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_ENOUGH = 0.02  # total variation distance, the mean over labels and attributes
MOST_MOVED = 0.15  # of the groups of a draw

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strata:
    """Clips of each group by the values of each attribute.

    Attributes:
        groups: names, in the order of the rows.
        counts: clips [groups, values] of each group.
        attribute: which attribute each value belongs to [values].
        names: attribute and value of each column.
    """

    groups: Sequence[str]
    counts: Floats
    attribute: NDArray[np.int64]
    names: Sequence[tuple[str, str]]


def strata_of(values: Mapping[str, Sequence[Mapping[str, str]]]) -> Strata:
    """From ``{group: [attributes of a clip, …]}``; empty values do not count."""
    names = sorted(
        {(key, value) for clips in values.values() for clip in clips for key, value in clip.items() if value}
    )
    column = {name: place for place, name in enumerate(names)}
    counts = np.zeros((len(values), len(names)))
    for row, clips in enumerate(values.values()):
        for clip in clips:
            for key, value in clip.items():
                if value:
                    counts[row, column[key, value]] += 1.0
    keys = sorted({key for key, _ in names})
    return Strata(list(values), counts, np.array([keys.index(key) for key, _ in names], np.int64), names)


def distances(part: Floats, whole: Floats, attribute: NDArray[np.int64]) -> Floats:
    """Total variation distance [..., attributes] between the shares of ``part`` [..., values] and of ``whole``."""
    count = int(attribute.max()) + 1 if len(attribute) else 0
    member = (attribute[:, None] == np.arange(count)).astype(np.float64)
    shares = part / np.maximum(part @ member, 1e-9)[..., attribute]
    expected = whole / np.maximum(whole @ member, 1e-9)[..., attribute]
    differences: Floats = 0.5 * np.abs(shares - expected) @ member
    return differences


def even_out(strata: Strata, drawn: Sequence[str], sizes: Mapping[str, int]) -> list[str]:
    """The drawn groups, some exchanged for others, so that they hold each value in about its share of the whole.

    Args:
        strata: of all groups.
        drawn: those of the draw.
        sizes: speakers of each group; the sum over the draw stays about the same.

    Returns:
        Groups of the part, in the order of ``strata``. Depends on no order and no random number.
    """
    if not len(strata.names) or not drawn or len(drawn) == len(strata.groups):
        return [group for group in strata.groups if group in set(drawn)]
    chosen = np.isin(strata.groups, list(drawn))
    weight = np.array([sizes[group] for group in strata.groups], np.float64)
    for _ in range(max(1, round(MOST_MOVED * len(drawn)))):
        now = _mismatch(strata, strata.counts[chosen].sum(axis=0))
        if now <= NEAR_ENOUGH:
            break
        exchange = _best_exchange(strata, chosen, weight)
        if exchange is None or exchange[2] >= now - 1e-9:
            break
        chosen[exchange[0]], chosen[exchange[1]] = False, True
    return [group for group, is_in in zip(strata.groups, chosen, strict=True) if is_in]


def _mismatch(strata: Strata, part: Floats) -> float:
    return float(distances(part, strata.counts.sum(axis=0), strata.attribute).mean())


def _best_exchange(strata: Strata, chosen: NDArray[np.bool_], weight: Floats) -> tuple[int, int, float] | None:
    """(leaves, comes, mismatch after): first who should leave, then who of about its size should come instead."""
    whole, part = strata.counts.sum(axis=0), strata.counts[chosen].sum(axis=0)
    inside = np.flatnonzero(chosen)
    without = distances(part - strata.counts[inside], whole, strata.attribute).mean(axis=1)
    for leaves in inside[np.argsort(without, kind="stable")][:8]:
        outside = np.flatnonzero(~chosen & (np.abs(weight - weight[leaves]) <= 0.5 * weight[leaves]))
        if len(outside):
            after = distances(part - strata.counts[leaves] + strata.counts[outside], whole, strata.attribute).mean(
                axis=1
            )
            best = int(np.argmin(after))
            return int(leaves), int(outside[best]), float(after[best])
    return None
