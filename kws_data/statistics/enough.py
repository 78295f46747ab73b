"""How many clips, or hours, it takes before an interval says what the figure itself says already."""

from __future__ import annotations

from math import ceil, inf, log

from kws_data.statistics.intervals import Z95


def clips_to_tell(rate: float, limit: float) -> float:
    """Clips at which the end of Wilson's interval that faces ``limit`` reaches it, at the same rate; rounded up.

    An end L of that interval solves (rate - L)^2 = z^2 L (1 - L) / n (Wilson 1927, J. Am. Stat. Assoc. 22:209), so
    n = z^2 L (1 - L) / (rate - L)^2. Infinite where rate and limit are equal, or the limit is 0 or 1: no interval of a
    rate beside them ever reaches those.
    """
    if rate == limit or limit in (0.0, 1.0):
        return inf
    return ceil(Z95 * Z95 * limit * (1.0 - limit) / (rate - limit) ** 2 - 1e-9)


def design_effect(by_speaker: tuple[float, float], by_clip: tuple[float, float]) -> float:
    """By how much fewer clips speakers' clips are worth: the square of how much wider their interval is; at least 1.

    Clips of one person are alike (Kish 1965, Survey Sampling, section 5.4).
    """
    narrow = by_clip[1] - by_clip[0]
    return max(1.0, ((by_speaker[1] - by_speaker[0]) / narrow) ** 2) if narrow > 0 else 1.0


def hours_to_prove(per_hour: float) -> float:
    """Hours without one event that prove a rate with 95 % confidence: -ln(0.05) / rate (Poisson)."""
    return -log(0.05) / per_hour


def hours_to_tell(events: int, hours: float, per_hour: float) -> float:
    """Hours in all after which the upper bound (one-sided 95 %, Poisson) is ``per_hour``, at the same rate of events.

    The bound after k events is that of Garwood (1936, Biometrika 28:437); between whole numbers of events it is taken
    from the same formula. Infinite where the rate itself is not below.
    """
    rate = events / hours if events else 0.0
    if rate >= per_hour:
        return inf

    def bound(heard: float) -> float:
        from scipy.stats import chi2

        return float(chi2.ppf(0.95, 2 * (rate * heard + 1)) / 2 / heard)

    low, high = 0.0, hours_to_prove(per_hour)
    while bound(high) > per_hour:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if bound(middle) > per_hour else (low, middle)
    return high


def clips_to_differ(difference: float, low: float, high: float, clips: int) -> float:
    """Clips at which the interval of a difference no longer holds 0, at the same difference and spread; rounded up.

    Its ends come closer with the square root of the clips. Infinite for no difference.
    """
    if difference == 0.0:
        return inf
    reach = difference - low if difference > 0 else high - difference
    return ceil(clips * (reach / difference) ** 2 - 1e-9)
