"""How far a slice is from the rest, and how far the farthest of all slices gets by chance alone.

**Strength.** Errors of a slice against those of all other clips: the log likelihood ratio of two rates against one,
given the number of all errors (Kulldorff 1997, Commun. Stat. 26:1481, the scan statistic), as a signed root, divided by
the root of the design effect: clips of one speaker are no independent draws (Kish 1965; intraclass correlation by
analysis of variance, Donner 1986, Int. Stat. Rev. 54:67). Where all is well it is about a standard normal number. The
likelihood ratio is chosen over a z-score because slices of a dozen clips expect less than one error, where a z-score
has far too long a tail.

**Chance.** Errors are dealt anew a few hundred times: whole speakers change places with speakers of about as many
clips, and each speaker's errors then fall on clips of his at random. So speakers keep their differences, and no
attribute of speaker or clip can matter. Each time the greatest strength over all slices is noted (Westfall & Young
1993, Resampling-based multiple testing: single-step max-T). Slices overlap heavily, a child shares its clips with its
parents: max-T takes account of that, where Benjamini-Hochberg over dependent slices would only promise a share of false
findings that nobody can point at. There are a thousand triples for ten single values, so each depth has a scale of its
own: the mean and the deviation of its greatest strength by chance. Else what holds for a single value would drown in
the noise of the triples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.slices.cells import Ints

Floats = NDArray[np.float64]
STRATUM = 12  # speakers that change places among themselves, at least
MOST_DRAWN = 6_000_000  # errors over all draws; beyond that there are fewer draws, 100 at least
LEAST_DRAWS = 100


def intraclass_correlation(wrong: NDArray[np.bool_], speaker: Ints) -> float:
    """How much alike clips of one speaker are, 0 to 1: the analysis of variance estimator (Donner 1986).

    Args:
        wrong: bool ``[clips]``.
        speaker: int64 ``[clips]``, numbers from 0, each with clips.
    """
    sizes, errors = np.bincount(speaker).astype(np.float64), np.bincount(speaker, wrong)
    clips, people = float(sizes.sum()), len(sizes)
    if people < 2 or clips <= people:
        return 0.0
    rates, rate = errors / sizes, errors.sum() / clips
    between = float((sizes * (rates - rate) ** 2).sum()) / (people - 1)
    within = float((errors * (1 - rates)).sum()) / (clips - people)
    typical = (clips - float((sizes**2).sum()) / clips) / (people - 1)
    total = between + (typical - 1) * within
    return min(1.0, max(0.0, (between - within) / total)) if total > 0 else 0.0


def design_effect(clips: Ints, spread: Floats, total: int, correlation: float) -> Floats:
    """By how much speakers widen the variance of (errors of a slice, less those expected): ``[cells]``.

    Args:
        clips: of each cell.
        spread: of each cell, as :class:`kws_data.slices.cells.People` has it.
        total: clips in all.
        correlation: intraclass, 0 to 1.
    """
    alone = clips * (1 - clips / total)
    return np.asarray((1 - correlation) + correlation * spread / alone)


def strength(errors: NDArray[np.integer], expected: Floats, total: Floats | float, variance: Floats | float) -> Floats:
    """Signed root of the likelihood ratio; 0 where a slice has no more errors than expected.

    Args:
        errors: of each cell, ``[..., cells]``.
        expected: were its rate that of all clips.
        total: all errors, ``[..., 1]`` or one number.
        variance: by which the ratio is divided: (1 - rate of all) times the design effect.
    """
    from scipy.special import xlogy

    seen = np.asarray(errors, np.float64)
    rest, rest_expected = total - seen, np.maximum(total - expected, 1e-12)
    ratio = xlogy(seen, seen / np.maximum(expected, 1e-12)) + xlogy(rest, rest / rest_expected)
    return np.where(seen > expected, np.sqrt(2 * np.maximum(ratio, 0.0) / np.maximum(variance, 1e-12)), 0.0)


@dataclass(frozen=True)
class Shuffled:
    """Errors dealt anew: in draw d clips ``index[starts[d] : starts[d + 1]]`` are wrong."""

    index: Ints
    starts: Ints

    @property
    def totals(self) -> Ints:
        """Errors of each draw."""
        return np.diff(self.starts)


def shuffled_errors(wrong: NDArray[np.bool_], speaker: Ints, draws: int, seed: int) -> Shuffled:
    """Deal the errors anew, ``draws`` times, fewer where there are very many errors.

    Speakers are sorted by how many clips they have; each of a stratum takes the share of errors of another of it (whole
    errors; a fraction is drawn), so that speakers of one clip do not lend their all or nothing to one of a hundred.

    Args:
        wrong: bool ``[clips]``.
        speaker: int64 ``[clips]``, numbers from 0.
        draws: how often.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    by_speaker = np.argsort(speaker, kind="stable")
    sizes, errors = np.bincount(speaker), np.bincount(speaker, wrong).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    strata = _strata(sizes)
    indices = []
    for _ in range(draws):
        donor = np.arange(len(sizes))
        for stratum in strata:
            donor[stratum] = rng.permutation(stratum)
        lent = errors[donor] * sizes / sizes[donor]
        own = np.minimum(np.floor(lent + rng.random(len(sizes))).astype(np.int64), sizes)
        indices.append(by_speaker[_places(rng, own, sizes, starts)])
    return Shuffled(np.concatenate(indices), np.cumsum([0, *map(len, indices)]))


def how_many_draws(wanted: int, errors: int) -> int:
    """Draws that :func:`shuffled_errors` should make of so many errors."""
    return max(min(wanted, LEAST_DRAWS), min(wanted, MOST_DRAWN // max(errors, 1)))


def _strata(sizes: Ints) -> list[Ints]:
    """Speakers in groups of about as many clips each: all of one size together, small groups joined to the next."""
    order = np.argsort(sizes, kind="stable")
    ends = [n for n in range(1, len(order)) if sizes[order[n]] != sizes[order[n - 1]]]
    strata, start = [], 0
    for end in [*ends, len(order)]:
        if end - start >= STRATUM:
            strata.append(order[start:end])
            start = end
    if start < len(order):
        last = order[start:]
        strata = [*strata[:-1], np.concatenate([strata[-1], last])] if strata else [last]
    return strata


def _places(rng: np.random.Generator, own: Ints, sizes: Ints, starts: Ints) -> Ints:
    """For each speaker as many different places of his clips as ``own`` says, at random."""
    have = np.flatnonzero(own)
    widths = sizes[have]
    begin = np.cumsum(widths) - widths
    who = np.repeat(np.arange(len(have)), widths)
    order = np.argsort(who + rng.random(len(who)))  # sorted by speaker, within him at random
    rank = np.arange(len(who)) - begin[who]  # who is sorted, so is the rank of each sorted place
    chosen = rank < own[have][who]
    within = order[chosen] - begin[who[chosen]]
    return np.asarray(starts[have][who[chosen]] + within)
