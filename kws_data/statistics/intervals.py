"""How sure a figure is: intervals of proportions, of rates, and of means over a few runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from kws_data.errors import DataError

Z95 = 1.959963984540054


def wilson(hits: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22:209); (0, 1) when nothing was counted.

    Each clip counts as if somebody new had said it; :func:`kws_data.statistics.clusters.speaker_interval` does not.
    """
    if total == 0:
        return 0.0, 1.0
    z = two_sided_z(level)
    share, z2 = hits / total, z * z
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = z * sqrt(share * (1 - share) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == total else min(1.0, centre + half)
    return low, high


def two_sided_z(level: float) -> float:
    """How many standard deviations to both sides hold this share of a normal distribution.

    Raises:
        DataError: ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise DataError("a level lies between 0 and 1", level, "0.95 is usual")
    if level == 0.95:
        return Z95
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def share(count: int, total: int) -> float:
    """count / total, and 0 of nothing is 0."""
    return count / total if total else 0.0


def measured_share(count: int, total: int) -> float | None:
    """count / total; None of nothing, which was not measured."""
    return count / total if total else None


def poisson_upper95(events: int) -> float:
    """One-sided 95 % upper bound of a Poisson mean after ``events`` were seen (exact, Garwood 1936)."""
    from scipy.stats import chi2

    return float(chi2.ppf(0.95, 2 * (events + 1)) / 2)


def poisson_interval(events: int, level: float = 0.95) -> tuple[float, float]:
    """Two-sided interval of a Poisson mean after ``events`` were seen (exact, Garwood 1936, Biometrika 28:437)."""
    from scipy.special import gammaincinv

    two_sided_z(level)  # refuses what is no level
    low = float(gammaincinv(events, (1 - level) / 2)) if events else 0.0
    return low, float(gammaincinv(events + 1, (1 + level) / 2))


@dataclass(frozen=True)
class MeanInterval:
    """Mean of a few runs and its 95 % interval by Student's t; one run alone has no interval (None)."""

    mean: float
    low: float | None
    high: float | None
    runs: int

    def to_dict(self) -> dict[str, float | None]:
        """For JSON."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "runs": self.runs}


def mean_interval(values: Sequence[float]) -> MeanInterval:
    """Mean over runs that differ by their seeds (Student 1908, Biometrika 6:1); raises DataError when there is none."""
    from scipy.stats import t

    if len(values) == 0:
        raise DataError("no values to take the mean of", 0, "run at least one seed")
    mean = float(np.mean(values))
    if len(values) == 1:
        return MeanInterval(mean, None, None, 1)
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / sqrt(len(values)))
    return MeanInterval(mean, mean - half, mean + half, len(values))


def mean_share(values: Sequence[float]) -> MeanInterval:
    """:func:`mean_interval` of shares (accuracy, TPR, FPR): its ends are not beyond 0 and 1."""
    found = mean_interval(values)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def mean_rate(values: Sequence[float]) -> MeanInterval:
    """:func:`mean_interval` of rates: its lower end is not below 0."""
    found = mean_interval(values)
    return found if found.low is None else replace(found, low=max(0.0, found.low))


def measured_mean(values: Sequence[float | None]) -> dict[str, float | None] | None:
    """:func:`mean_share` for JSON; None where a run did not measure it."""
    shares = [value for value in values if value is not None]
    return mean_share(shares).to_dict() if len(shares) == len(values) else None
