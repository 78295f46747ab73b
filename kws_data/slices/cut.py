"""Clips cut into slices: all slices of one kind of error with their strengths, and how far chance alone gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.slices.cells import Cells, Ints, all_cells, people_in
from kws_data.slices.chance import (
    Floats,
    design_effect,
    how_many_draws,
    intraclass_correlation,
    shuffled_errors,
    strength,
)
from kws_data.slices.table import AttributeTable


@dataclass(frozen=True)
class SearchSettings:
    """What is searched, and how surely.

    Attributes:
        depth: most conditions of a slice, 1 to 3.
        least_clips, least_speakers: of a slice.
        alpha: chance of at least one false finding among all slices of a search where nothing fails.
        draws: how often chance is tried.
        seed: of these draws.
    """

    depth: int = 3
    least_clips: int = 10
    least_speakers: int = 3
    alpha: float = 0.05
    draws: int = 400
    seed: int = 0


@dataclass(frozen=True)
class Part:
    """Clips that can be wrong in one way. ``kind`` names it, ``wrong`` is bool ``[clips]``, ``speaker`` int64
    ``[clips]`` with numbers from 0 without gaps."""

    kind: str
    table: AttributeTable
    wrong: NDArray[np.bool_]
    speaker: Ints

    def rows(self, chosen: NDArray[np.bool_], without: Sequence[str] = ()) -> Part:
        """Some of the clips, without some attributes."""
        _, speaker = np.unique(self.speaker[chosen], return_inverse=True)
        return Part(self.kind, self.table.rows(chosen, without), self.wrong[chosen], speaker)


@dataclass(frozen=True)
class Cut:
    """A part with its cells: all slices that are large enough, and the design effect of each."""

    part: Part
    cells: tuple[Cells, ...]
    effects: tuple[Floats, ...]
    correlation: float

    @classmethod
    def of(cls, part: Part, settings: SearchSettings) -> Cut:
        if not len(part.wrong) or not len(part.table.names):
            return cls(part, (), (), 0.0)
        correlation = intraclass_correlation(part.wrong, part.speaker)
        clips_of = np.bincount(part.speaker)
        cells, effects = [], []
        for own in all_cells(part.table, settings.depth, settings.least_clips):
            people = people_in(own, part.speaker, clips_of)
            enough = people.speakers >= settings.least_speakers
            if enough.any():
                kept = own.kept(enough)
                cells.append(kept)
                effects.append(design_effect(kept.clips, people.spread[enough], len(part.wrong), correlation))
        return cls(part, tuple(cells), tuple(effects), correlation)

    @property
    def tested(self) -> int:
        return sum(map(len, self.cells))

    @property
    def searched(self) -> bool:
        """Whether there is anything to find: slices, and both right and wrong clips."""
        return self.tested > 0 and 0 < self.part.wrong.sum() < len(self.part.wrong)

    def strengths(self, left: NDArray[np.bool_] | None = None) -> list[tuple[Cells, Floats]]:
        """Strength of each cell, by combination; of the clips that are ``left`` only."""
        wrong = self.part.wrong if left is None else self.part.wrong & left
        clips = len(wrong) if left is None else int(left.sum())
        errors, there = np.flatnonzero(wrong), None if left is None else np.flatnonzero(left)
        if not 0 < len(errors) < clips:
            return []
        rate, found = len(errors) / clips, []
        for cells, effect in zip(self.cells, self.effects, strict=True):
            own = cells.clips if there is None else cells.count(there)
            found.append(
                (
                    cells,
                    strength(cells.count(errors), np.asarray(own * rate, np.float64), len(errors), (1 - rate) * effect),
                )
            )
        return found


@dataclass(frozen=True)
class Chance:
    """The greatest strength by chance: mean and deviation of each kind and depth, and the greatest of all of these.

    ``scale`` is (kind, depth) -> (mean, deviation); ``greatest`` float ``[draws]``, in deviations from the mean.
    """

    scale: Mapping[tuple[str, int], tuple[float, float]]
    greatest: Floats

    @classmethod
    def of(cls, cuts: Sequence[Cut], settings: SearchSettings) -> Chance:
        draws = min((how_many_draws(settings.draws, int(cut.part.wrong.sum())) for cut in cuts), default=0)
        tops: dict[tuple[str, int], Floats] = {}
        for cut in cuts:
            drawn = shuffled_errors(cut.part.wrong, cut.part.speaker, draws, settings.seed)
            clips, totals = len(cut.part.wrong), drawn.totals[:, np.newaxis].astype(np.float64)
            variance = np.maximum(1 - totals / clips, 1e-12)
            for cells, effect in zip(cut.cells, cut.effects, strict=True):
                errors = cells.count_draws(drawn.index, drawn.starts)
                most = strength(errors, totals / clips * cells.clips, totals, variance * effect).max(axis=1)
                key = cut.part.kind, len(cells.attributes)
                tops[key] = np.maximum(tops[key], most) if key in tops else most
        scale = {key: (float(most.mean()), float(most.std()) or 1.0) for key, most in tops.items()}
        scaled = [(most - scale[key][0]) / scale[key][1] for key, most in tops.items()]
        return cls(scale, np.sort(np.max(scaled, axis=0)) if scaled else np.zeros(0))

    def scaled(self, kind: str, strengths: Floats, cells: Cells) -> Floats:
        """Strengths in deviations from the mean of the greatest by chance, which makes depths comparable."""
        mean, deviation = self.scale[kind, len(cells.attributes)]
        return (strengths - mean) / deviation

    def p(self, kind: str, strengths: Floats, cells: Cells) -> Floats:
        """How often chance alone makes some slice so strong (the observed draw counts as one: Phipson & Smyth 2010)."""
        above = len(self.greatest) - np.searchsorted(self.greatest, self.scaled(kind, strengths, cells), side="left")
        return np.asarray((1 + above) / (1 + len(self.greatest)))

    def weakest(self, kind: str, alpha: float) -> dict[int, float]:
        """Depth -> least strength that is found."""
        if not len(self.greatest):
            return {}
        needed = float(np.quantile(self.greatest, 1 - alpha))
        return {depth: m + needed * s for (own, depth), (m, s) in sorted(self.scale.items()) if own == kind}
