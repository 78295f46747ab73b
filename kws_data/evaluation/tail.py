"""How often a threshold would be passed that was passed never, or a few times: the tail of the false accepts.

The rate of false accepts falls about exponentially with the logit of the threshold. Of the highest peaks, those above a
level that is passed a few dozen times, the mean height above that level gives how fast (maximum likelihood of a Poisson
process whose heights are geometric: "peaks over a threshold", Davison and Smith 1990, J. R. Stat. Soc. B 52:393).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

from kws_data.config.stream import StreamSettings
from kws_data.evaluation.stream_evaluation import Wish

#: Peaks that a tail is fitted to: with fewer than the first it says nothing, with more than the second it is no tail.
LEAST_PEAKS, MOST_PEAKS = 5, 30
LEAST_LEVELS = 3  # different heights among the peaks


@dataclass(frozen=True)
class Tail:
    """A rate that falls by the same share with every step of the threshold.

    Attributes:
        step: at which it begins, counted from the lowest threshold.
        per_hour: the rate there.
        ratio: by which it falls a step, between 0 and 1.
    """

    step: int
    per_hour: float
    ratio: float

    def rate(self, step: int) -> float:
        """False accepts an hour at a threshold, so many steps up."""
        return self.per_hour * self.ratio ** (step - self.step)

    def step_of(self, per_hour: float) -> int:
        """The first step at which the rate is at most so much; never below that at which the tail begins."""
        return self.step + max(0, ceil(log(per_hour / self.per_hour) / log(self.ratio) - 1e-9))


def fitted_tail(counts: Sequence[int], hours: float) -> Tail | None:
    """The tail of ``counts`` of false accepts at evenly spaced thresholds, the lowest first; None of too few.

    Args:
        counts: how often each threshold was passed; may begin where they are many.
        hours: heard.
    """
    begin = next((step for step, count in enumerate(counts) if count <= MOST_PEAKS), len(counts))
    peaks = counts[begin] if begin < len(counts) else 0
    above = counts[begin + 1 :]
    if peaks < LEAST_PEAKS or len({count for count in counts[begin:] if count}) < LEAST_LEVELS:
        return None
    return Tail(begin, peaks / hours, sum(above) / (sum(above) + peaks))


def hours_of_proof(false_accepts_per_hour: float) -> float:
    """Hours without a false accept that prove a rate with 95 % confidence: the rule of three."""
    return 3.0 / false_accepts_per_hour


def wish_of(settings: StreamSettings) -> Wish:
    """What was wished for, and the hours without a false accept that would prove it."""
    per_hour, proof = settings.false_accepts_per_hour, settings.hours_of_proof
    return Wish(per_hour, hours_of_proof(per_hour) if proof == "auto" else proof)
