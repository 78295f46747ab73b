"""The lowest threshold that no kind of negative passes more often than is wished: observed, or extrapolated.

A quarter of an hour of speech cannot show half a false accept an hour. Where the wish allows fewer than five in the
hours that there are, the tail of what lower thresholds let through is extrapolated (:mod:`kws_data.evaluation.tail`);
the threshold never lies below the lowest one that lets no more through than the wish allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kws_data.evaluation.stream_truth import ALL
from kws_data.evaluation.sweep import Aimed
from kws_data.evaluation.tail import LEAST_PEAKS, MOST_PEAKS, fitted_tail
from kws_data.statistics.intervals import poisson_upper95

#: A kind of which there is less sets no threshold: what it lets through in so short a time says too little.
LEAST_HOURS = 3 / 60
OBSERVED, EXTRAPOLATED, BARE, SHORT, BROKEN = "observed", "extrapolated", "none heard", "too short", "not held"


@dataclass(frozen=True)
class Limit:
    """One kind of negative at the threshold.

    Attributes:
        hours: heard.
        false_accepts: that were heard in them.
        basis: ``observed`` (the wish allows five or more, and no more were heard), ``extrapolated`` (from the tail),
            ``none heard`` (too few even at low thresholds to extrapolate from), ``too short`` (sets no threshold),
            ``not held`` (no threshold is high enough).
        expected_per_hour: where it was extrapolated, what the tail says.
    """

    hours: float
    false_accepts: int
    basis: str
    expected_per_hour: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """With the upper bound of the rate (one-sided 95 %, Poisson)."""
        return {**asdict(self), "upper95": poisson_upper95(self.false_accepts) / self.hours}


@dataclass(frozen=True)
class Lowest:
    """A shift of all thresholds, and what each kind of negative says of it."""

    shift: int
    limits: Mapping[str, Limit]

    @property
    def held(self) -> bool:
        """Whether there is a threshold that is high enough for every kind."""
        return all(limit.basis != BROKEN for limit in self.limits.values())

    @property
    def observed(self) -> bool:
        """Whether the wish allows enough false accepts in the hours that were heard for them to be counted."""
        bases = {limit.basis for limit in self.limits.values()}
        return OBSERVED in bases and bases <= {OBSERVED, SHORT}


@dataclass(frozen=True)
class _Found:
    """Where on the grid one kind is within the wish, from its counts."""

    place: int
    basis: str
    counts: Sequence[int]
    expected: Sequence[float] | None


def lowest_shift(negatives: Aimed, wish_per_hour: float, shifts: Sequence[int]) -> Lowest:
    """The lowest of ``shifts`` within the wish for every kind of which there is enough; for all together else.

    The highest one where none is.
    """
    hours = {kind: heard for kind, heard in negatives.sweep.hours.items() if heard > 0}
    enough = [kind for kind, heard in hours.items() if heard >= LEAST_HOURS]
    if enough:
        found = {kind: _found(negatives, kind, hours[kind], wish_per_hour, shifts) for kind in enough}
    else:
        found = {ALL: _found(negatives, None, sum(hours.values()), wish_per_hour, shifts)}
    place = max(one.place for one in found.values())
    false = negatives.tally(shifts[place]).false
    limits = {kind: _limit(heard, false[kind].total(), found.get(kind), place) for kind, heard in hours.items()}
    return Lowest(shifts[place], limits)


def countable(hours: float, per_hour: float) -> bool:
    """Whether hours are enough to hold a rate by counting: they allow one false accept at least."""
    return hours >= LEAST_HOURS and hours * per_hour + 1e-9 >= 1


def allowed_in(hours: float, per_hour: float) -> int:
    """False accepts that a rate allows in so many hours, never more; where they allow less than one, to the nearest:
    0.19 h of 5 an hour are one, not none."""
    return int(per_hour * hours + (1e-9 if countable(hours, per_hour) else 0.5))


def _limit(hours: float, false_accepts: int, found: _Found | None, place: int) -> Limit:
    if found is None:
        return Limit(hours, false_accepts, SHORT)
    return Limit(hours, false_accepts, found.basis, found.expected[place] if found.expected else None)


def _found(negatives: Aimed, kind: str | None, hours: float, wish_per_hour: float, shifts: Sequence[int]) -> _Found:
    allowed = allowed_in(hours, wish_per_hour)
    counts = negatives.counts(kind, shifts, max(allowed, MOST_PEAKS))
    place = max((at + 1 for at, count in enumerate(counts) if count > allowed), default=0)
    if place == len(shifts):
        return _Found(place - 1, BROKEN, counts, None)
    if allowed >= LEAST_PEAKS:
        return _Found(place, OBSERVED, counts, None)
    tail = fitted_tail(counts, hours)
    if tail is None:
        return _Found(place, BARE, counts, None)
    far = max(place, tail.step_of(wish_per_hour))
    rates = [tail.rate(step) for step in range(len(shifts))]
    return _Found(min(far, len(shifts) - 1), EXTRAPOLATED if far < len(shifts) else BROKEN, counts, rates)
