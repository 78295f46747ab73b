"""Validation streams at one average: what is missed at the lowest thresholds that the negatives allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kws_data.evaluation.listening import Listened
from kws_data.evaluation.lowest_threshold import Lowest, lowest_shift
from kws_data.evaluation.sweep import Sweep, Tally, sweep_of

STEPS_PER_SCORE = 4  # how fine thresholds are tried, of a step of an average int8 score
HIGHEST_INT8 = 127


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
        deepest = min(offsets)
        step = max(1, self.average // STEPS_PER_SCORE)
        low, high = (score * self.average - deepest for score in (self.how.least_int8, HIGHEST_INT8))
        shifts = [*range(low, high, step), high]
        return lowest_shift(self.negatives.aimed(offsets), self.how.wish_per_hour, shifts)

    def tally(self, offsets: Sequence[int], shift: int) -> Tally:
        """Keywords heard and missed at thresholds of ``shift`` plus the offsets."""
        return self.laid.aimed(offsets).tally(shift)

    def missed(self, offsets: Sequence[int]) -> int:
        """Keywords missed at the lowest thresholds within the wish."""
        return self.tally(offsets, self.lowest(offsets).shift).missed
