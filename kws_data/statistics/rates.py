"""Two rates of rare events, as false accepts an hour are: could they be one?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kws_data.errors import DataError


@dataclass(frozen=True)
class RateComparison:
    """A rate against another one.

    Attributes:
        events, hours: of the first, and of the second.
        p: exact, two-sided, that both are one rate.
        ratio: second to first; None where the first had no event.
        low, high: of its 95 % interval; None where there is no end.
    """

    events: tuple[int, int]
    hours: tuple[float, float]
    p: float
    ratio: float | None
    low: float
    high: float | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "events": list(self.events), "hours": list(self.hours)}


def compare_rates(events: tuple[int, int], hours: tuple[float, float]) -> RateComparison:
    """Whether two Poisson rates differ, by the exact conditional test (Przyborowski and Wilenski 1940, Biometrika
    31:313): of all events, those of the second are binomial with its share of the hours.

    The interval of the ratio is that of Clopper and Pearson (1934, Biometrika 26:404) for that share.

    Raises:
        DataError: no hours were heard.
    """
    from scipy.stats import beta, binomtest

    (first, second), (first_h, second_h) = events, hours
    if min(hours) <= 0 or min(events) < 0:
        raise DataError("rates cannot be compared", [list(events), list(hours)], "hear some hours with both")
    total = first + second
    p = float(binomtest(second, total, second_h / (first_h + second_h)).pvalue) if total else 1.0
    low = float(beta.ppf(0.025, second, first + 1)) if second else 0.0
    high = float(beta.ppf(0.975, second + 1, first)) if first else 1.0

    def ratio(share: float) -> float:
        return share / (1.0 - share) * first_h / second_h

    measured = (second / second_h) / (first / first_h) if first else None
    return RateComparison(events, hours, p, measured, ratio(low), ratio(high) if high < 1.0 else None)
