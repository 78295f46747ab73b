"""95 % intervals of coefficients of agreement: a bootstrap over units, and Wilson's where that has nothing to go by.

Units (clips) are drawn anew with replacement, the raters stay: the interval says what these raters would reach on other
clips, not what other raters would. Its ends are percentiles (Efron & Tibshirani 1993, chapter 13; for α: Hayes &
Krippendorff 2007, Commun. Methods Meas. 1:77). Samples in which the coefficient is not defined do not count. The draws
depend on the seed and on what was rated, not on the order of the units.

Where all units agree alike, mostly wholly, every sample gives the same value and a bootstrap would claim certainty.
There the share of agreement gets Wilson's interval, and the coefficient what follows from it at the chance that was
seen. The share of agreement of two raters is a proportion, and has Wilson's interval always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kws_data.statistics.agreement import (
    Disagreement,
    Ints,
    Weights,
    coefficients,
    disagreement_by_fleiss,
    disagreement_by_krippendorff,
    disagreement_of_shares,
    disagreement_of_two,
    disagreement_on_label,
)
from kws_data.statistics.intervals import wilson

DRAWS = 2_000
BOOTSTRAP, WILSON = "bootstrap by clip", "Wilson"


@dataclass(frozen=True)
class Agreement:
    """A coefficient with its 95 % interval.

    Attributes:
        value: None where it is not defined.
        low, high: ends; None where it is not.
        units: that two raters or more rated.
        method: how the interval was found, or empty.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    method: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def percent_interval(counts: Ints, seed: int = 0) -> Agreement:
    """:func:`~kws_data.statistics.agreement.percent_agreement` with its interval."""
    rated = _rated(counts)
    if len(rated) and (rated.sum(axis=1) == 2).all():
        agreeing = int((rated.max(axis=1) == 2).sum())
        return Agreement(agreeing / len(rated), *wilson(agreeing, len(rated)), len(rated), WILSON)
    return _by_patterns(rated, disagreement_of_shares, seed)


def cohen_interval(table: Ints, weights: Weights | None = None, seed: int = 0) -> Agreement:
    """:func:`~kws_data.statistics.agreement.cohen_kappa` with its interval."""
    cells = table.ravel()
    units, same = int(cells.sum()), int(np.trace(table))
    alike = same == units or (same == 0 and weights is None)
    return _interval(disagreement_of_two(len(table), weights), cells, units, alike, seed)


def fleiss_interval(counts: Ints, seed: int = 0) -> Agreement:
    """:func:`~kws_data.statistics.agreement.fleiss_kappa` with its interval."""
    return _by_patterns(_rated(counts), disagreement_by_fleiss, seed)


def krippendorff_interval(counts: Ints, seed: int = 0) -> Agreement:
    """:func:`~kws_data.statistics.agreement.krippendorff_alpha` with its interval."""
    return _by_patterns(_rated(counts), disagreement_by_krippendorff, seed)


def specific_interval(counts: Ints, label: int, seed: int = 0) -> Agreement:
    """:func:`~kws_data.statistics.agreement.specific_agreement` with its interval, by units that got the label."""
    rated = _rated(counts)
    with_label = rated[rated[:, label] > 0]
    return _by_patterns(with_label, lambda patterns: disagreement_on_label(patterns, label), seed)


def _rated(counts: Ints) -> Ints:
    return np.asarray(counts[counts.sum(axis=1) >= 2], np.int64)


def _by_patterns(rated: Ints, disagreement: Callable[[Ints], Disagreement], seed: int) -> Agreement:
    """Units that were rated alike are drawn together: there are far fewer kinds of them than units."""
    if not len(rated):
        return Agreement(None, None, None, 0, "")
    patterns, times = np.unique(rated, axis=0, return_counts=True)
    raters = patterns.sum(axis=1)
    shares = (patterns * (patterns - 1)).sum(axis=1) / (raters * (raters - 1))
    return _interval(disagreement(patterns), times, len(rated), bool(np.ptp(shares) == 0), seed)


def _interval(disagreement: Disagreement, times: Ints, units: int, alike: bool, seed: int) -> Agreement:
    seen = times.astype(np.float64)
    value = float(coefficients(disagreement, seen))
    if np.isnan(value):
        return Agreement(None, None, None, units, "")
    if alike:
        observed, expected = (float(part) for part in disagreement(seen))
        low, high = wilson(round((1 - observed) * units), units)
        return Agreement(value, 1 - (1 - low) / expected, 1 - (1 - high) / expected, units, WILSON)
    draws = np.random.default_rng(seed).multinomial(units, seen / seen.sum(), size=DRAWS).astype(np.float64)
    found = coefficients(disagreement, draws)
    low, high = np.percentile(found[~np.isnan(found)], [2.5, 97.5])
    return Agreement(value, float(min(low, value)), float(max(high, value)), units, BOOTSTRAP)
