"""The search: which slices of a run's clips are decided wrongly more often than chance explains.

A slice is one to three conditions ``attribute = value``. Keyword clips that are missed and other clips that are taken
for a keyword are two searches, with one control over all slices of both:

1. all cells of all cross tables with enough clips and speakers are slices (:mod:`kws_data.slices.cells`);
2. each has a strength, and chance its greatest (:mod:`kws_data.slices.chance`);
3. the strongest slice is found if chance alone gets so far in at most ``alpha`` of the draws. A parent takes its place
   when the slice is not worse than the rest of that parent: then the parent says as much;
4. its clips are set aside, and the next one is sought among the others: what overlaps a found slice is found only for
   what is wrong beyond it (Zhang, Assunção & Kulldorff 2010, J. Probab. Stat. 642379);
5. within a found slice the same search goes on with further conditions: a part is found where it is significantly worse
   than the rest of its slice (tests down a tree: Yekutieli 2008, J. Am. Stat. Assoc. 103:309).

Slices of data are those of SliceFinder (Chung et al. 2019, ICDE) and SliceLine (Sagadeeva & Boehm 2021, SIGMOD), which
rank by effect or by a weighted score; neither knows that clips of one speaker hang together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.slices.cells import Cells, named, people_in
from kws_data.slices.chance import Floats, design_effect, intraclass_correlation, strength
from kws_data.slices.cut import Chance, Cut, Part, SearchSettings
from kws_data.slices.table import AttributeTable

MOST_FOUND = 12  # of each kind of error; more is no longer a list of slices but a broken detector
SUSPECTS = 5  # of each kind: the strongest slices beside those that are found; they may be chance
NO_WORSE = 1.6448536269514722  # one-sided 5 %: a slice that is not so far from the rest of its parent says nothing new


@dataclass(frozen=True)
class FoundSlice:
    """A slice that fails beyond chance.

    Attributes:
        kind: of its part.
        conditions: attribute -> value.
        clips, speakers, errors: of all clips of the part for which the conditions hold.
        rest: error rate of all other clips, those of slices found before it among them; for a part of a slice of the
            rest of that slice. None where there are none.
        p: how often chance alone makes some slice so strong, over all slices of the search.
        within: conditions of the found slice whose part it is; empty for none.
    """

    kind: str
    conditions: Mapping[str, str]
    clips: int
    speakers: int
    errors: int
    rest: float | None
    p: float
    within: Mapping[str, str]


@dataclass(frozen=True)
class SearchResult:
    """What a search found, the strongest first, parts of a slice after it.

    Attributes:
        found: slices that fail beyond chance.
        suspects: the strongest of the others, which may be chance.
        alone: for each kind p of each slice with one condition, by (attribute, value).
        tested: slices of each kind that were tested.
        folded: slices of each kind as strong as chance seldom is, of which a found one says as much.
        correlation: of the clips of one speaker, of each kind.
        weakest: for each kind the least strength a slice of so many conditions needs to be found.
    """

    found: tuple[FoundSlice, ...]
    suspects: tuple[FoundSlice, ...]
    alone: Mapping[str, Mapping[tuple[str, str], float]]
    tested: Mapping[str, int]
    folded: Mapping[str, int]
    correlation: Mapping[str, float]
    weakest: Mapping[str, Mapping[int, float]]


def search(parts: Sequence[Part], settings: SearchSettings | None = None) -> SearchResult:
    """All slices of some parts that fail beyond chance.

    Args:
        parts: kinds of errors; their clips are apart.
        settings: how deep and how surely.

    Raises:
        DataError: settings that nothing can answer to, or a part whose table, errors and speakers do not fit.
    """
    settings = settings or SearchSettings()
    _check(parts, settings)
    cuts = [Cut.of(part, settings) for part in parts]
    chance = Chance.of([cut for cut in cuts if cut.searched], settings)
    listed: list[FoundSlice] = []
    alone, folded = {}, {}
    for cut in cuts:
        own = _listed_in(cut, chance, settings) if cut.searched else []
        strengths = [(cells, chance.p(cut.part.kind, s, cells)) for cells, s in cut.strengths()] if own else []
        beyond = sum(int((p <= settings.alpha).sum()) for _, p in strengths)
        folded[cut.part.kind] = max(0, beyond - sum(one.p <= settings.alpha for one in own))
        alone[cut.part.kind] = _alone(cut.part.table, strengths)
        listed += own
    ordered = sorted(listed, key=lambda one: one.p)  # stable: the strongest of a kind stay first
    found = [one for one in ordered if one.p <= settings.alpha]
    return SearchResult(
        found=tuple(deeper for one in found for deeper in (one, *_within(parts, one, settings))),
        suspects=tuple(ordered[len(found) :]),
        alone=alone,
        tested={cut.part.kind: cut.tested for cut in cuts},
        folded=folded,
        correlation={cut.part.kind: cut.correlation for cut in cuts},
        weakest={cut.part.kind: chance.weakest(cut.part.kind, settings.alpha) for cut in cuts},
    )


def _alone(table: AttributeTable, strengths: Sequence[tuple[Cells, Floats]]) -> dict[tuple[str, str], float]:
    """p of each slice with one condition."""
    return {
        next(iter(named(table, cells.attributes, values).items())): float(one)
        for cells, p in strengths
        if len(cells.attributes) == 1
        for values, one in zip(cells.values.tolist(), p, strict=True)
    }


def _check(parts: Sequence[Part], settings: SearchSettings) -> None:
    if not 1 <= settings.depth <= 3:
        raise DataError("slices have one to three conditions", settings.depth, "give a depth of 1, 2 or 3")
    if settings.least_clips < 1 or settings.least_speakers < 1:
        least = [settings.least_clips, settings.least_speakers]
        raise DataError("a slice needs a clip and a speaker", least, "ask for at least one of each")
    for part in parts:
        if not part.table.clips == len(part.wrong) == len(part.speaker):
            sizes = [part.table.clips, len(part.wrong), len(part.speaker)]
            raise DataError("attributes, errors and speakers do not fit", sizes, "give one of each for each clip")


def _listed_in(cut: Cut, chance: Chance, settings: SearchSettings) -> list[FoundSlice]:
    """Slices of one part, one after the other, each without the clips of those before, and so never a smaller p."""
    left, listed = np.ones(len(cut.part.wrong), np.bool_), list[FoundSlice]()
    usual = float(cut.part.wrong.mean())
    while sum(one.p <= settings.alpha for one in listed) < MOST_FOUND:
        best = _strongest(cut, chance, left)
        if best is None or sum(one.p > settings.alpha for one in listed) == SUSPECTS:
            break
        best = _simplest(cut.part, replace(best, p=max([best.p, *(one.p for one in listed)])), left)
        if best.errors <= usual * best.clips:  # worse than what is left, but no worse than all clips together
            break
        listed.append(best)
        left = left & ~cut.part.table.holding(best.conditions)
    return listed


def _strongest(cut: Cut, chance: Chance, left: NDArray[np.bool_]) -> FoundSlice | None:
    """The slice that stands farthest above chance, of equals the first with the fewest conditions."""
    top, chosen = -np.inf, None
    for cells, strengths in cut.strengths(None if left.all() else left):
        scaled = chance.scaled(cut.part.kind, strengths, cells)
        place = int(scaled.argmax())
        if strengths[place] > 0 and scaled[place] > top:
            top, chosen = float(scaled[place]), (cells, place, float(chance.p(cut.part.kind, strengths, cells)[place]))
    if chosen is None:
        return None
    cells, place, p = chosen
    return _counted(cut.part, named(cut.part.table, cells.attributes, cells.values[place].tolist()), p)


def _counted(part: Part, conditions: Mapping[str, str], p: float) -> FoundSlice:
    """A slice with what there is of it in all of the part, beside all the rest of it."""
    held = part.table.holding(conditions)
    rest = part.wrong[~held]
    return FoundSlice(
        kind=part.kind,
        conditions=conditions,
        clips=int(held.sum()),
        speakers=len(np.unique(part.speaker[held])),
        errors=int(part.wrong[held].sum()),
        rest=float(rest.mean()) if len(rest) else None,
        p=p,
        within={},
    )


def _simplest(part: Part, found: FoundSlice, left: NDArray[np.bool_]) -> FoundSlice:
    """The slice, or a parent that says as much: it is not worse than the rest of that parent."""
    worst: tuple[float, dict[str, str]] | None = None
    for left_out in found.conditions if len(found.conditions) > 1 else ():
        parent = {name: value for name, value in found.conditions.items() if name != left_out}
        apart = _apart(part, parent, left_out, found.conditions[left_out], left)
        if apart < NO_WORSE and (worst is None or apart < worst[0]):
            worst = apart, parent
    return found if worst is None else _simplest(part, _counted(part, worst[1], found.p), left)


def _apart(part: Part, parent: Mapping[str, str], name: str, value: str, left: NDArray[np.bool_]) -> float:
    """Strength of a slice within its parent: its clips for which one more condition holds, against its rest."""
    inside = part.table.holding(parent) & left
    own = part.table.holding({name: value})[inside]
    wrong, (_, speaker) = part.wrong[inside], np.unique(part.speaker[inside], return_inverse=True)
    if own.all() or not wrong.any() or wrong.all():
        return 0.0
    cell = Cells((0,), np.zeros((1, 1), np.int64), np.array([own.sum()]), np.where(own, 0, 1))
    spread = people_in(cell, speaker, np.bincount(speaker)).spread
    effect = design_effect(cell.clips, spread, len(own), intraclass_correlation(wrong, speaker))
    rate = float(wrong.mean())
    errors = np.array([wrong[own].sum()])
    return float(
        strength(errors, np.asarray(cell.clips * rate, np.float64), float(wrong.sum()), (1 - rate) * effect)[0]
    )


def _within(parts: Sequence[Part], found: FoundSlice, settings: SearchSettings) -> list[FoundSlice]:
    """Parts of a found slice that are significantly worse than the rest of it."""
    depth = settings.depth - len(found.conditions)
    if depth < 1 or found.clips < 2 * settings.least_clips:
        return []
    (part,) = (one for one in parts if one.kind == found.kind)
    inside = part.rows(part.table.holding(found.conditions), tuple(found.conditions))
    deeper = search([inside], replace(settings, depth=depth)).found
    above = found.conditions
    return [replace(one, conditions={**above, **one.conditions}, within={**above, **one.within}) for one in deeper]
