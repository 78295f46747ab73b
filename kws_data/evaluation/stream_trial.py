"""Validation streams at one average: what is missed at the lowest thresholds that the negatives allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log

from kws_data.evaluation.listening import Listened
from kws_data.evaluation.lowest_threshold import Lowest, lowest_shift
from kws_data.evaluation.sweep import Sweep, Tally, sweep_of

HIGHEST_INT8 = 127
LOGIT_STEP = 0.015  # from one threshold that is tried to the next


def even_levels(average: int, least_int8: int) -> list[int]:
    """Thresholds on sums of ``average`` scores, the lowest first, evenly spaced in the logit of the probability.

    There the rate of false accepts falls by about the same share with each step, so that its tail can be extrapolated;
    close to a probability of one, thresholds that are evenly spaced in the score are ever further apart.
    """
    low, high = (log((score + 128.5) / (127.5 - score)) for score in (least_int8, HIGHEST_INT8))
    count = max(1, ceil((high - low) / LOGIT_STEP))  # one where the lowest is the highest already
    logits = (low + (high - low) * step / count for step in range(count + 1))
    return [ceil(average * (256 / (1 + exp(-logit)) - 128.5) - 1e-6) for logit in logits]


@dataclass(frozen=True)
class SplitStreams:
    """One split's streams, scored: negatives by themselves, and keywords laid into them."""

    negatives: tuple[Listened, ...]
    laid: tuple[Listened, ...]

    def half(self, which: int) -> SplitStreams:
        """Every second recording, from the first (0) or the second (1) on; of negatives, every second of a kind."""
        by_kind: dict[str, list[Listened]] = {}
        for stream in self.negatives:
            by_kind.setdefault(stream.kind, []).append(stream)
        kept = [stream for those in by_kind.values() for stream in those[which::2]]
        return SplitStreams(tuple(kept), self.laid[which::2])


@dataclass(frozen=True)
class Detecting:
    """What does not change while thresholds are chosen.

    Attributes:
        labels: of the model.
        rate_hz: of the streams.
        refractory_samples: nothing is detected for so long after a detection.
        wish_per_hour: false accepts of each kind of negative, at most.
        least_int8: no average score below it is a detection.
    """

    labels: tuple[str, ...]
    rate_hz: int
    refractory_samples: int
    wish_per_hour: float
    least_int8: int


@dataclass(frozen=True)
class Trial:
    """Streams prepared for one average."""

    how: Detecting
    average: int
    negatives: Sweep
    laid: Sweep

    @classmethod
    def of(cls, streams: SplitStreams, how: Detecting, average: int) -> Trial:
        """Sum the scores."""
        least = how.least_int8 * average
        args = (how.labels, how.rate_hz, average, how.refractory_samples, least)
        return cls(how, average, sweep_of(streams.negatives, *args), sweep_of(streams.laid, *args))

    def lowest(self, offsets: Sequence[int]) -> Lowest:
        """The lowest thresholds within the wish that differ between keywords by ``offsets``."""
        shifts = [level - min(offsets) for level in even_levels(self.average, self.how.least_int8)]
        return lowest_shift(self.negatives.aimed(offsets), self.how.wish_per_hour, shifts)

    def tally(self, offsets: Sequence[int], shift: int) -> Tally:
        """Keywords heard and missed at thresholds of ``shift`` plus the offsets."""
        return self.laid.aimed(offsets).tally(shift)

    def missed(self, offsets: Sequence[int]) -> int:
        """Keywords missed at the lowest thresholds within the wish."""
        return self.tally(offsets, self.lowest(offsets).shift).missed
