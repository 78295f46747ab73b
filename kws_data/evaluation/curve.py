"""Misses against false accepts: what a stream's thresholds would give, all raised and lowered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kws_data.bundle import ModelBundle
from kws_data.evaluation.listening import Listened
from kws_data.evaluation.stream_evaluation import CurvePoint, Sweeps
from kws_data.evaluation.stream_truth import ALL
from kws_data.evaluation.sweep import Aimed, sweep_of
from kws_data.scores import FIRST_KEYWORD
from kws_data.statistics.intervals import share, wilson

RATES_PER_HOUR = (0.1, 0.5, 1.0, 5.0)
SPEECH = "speech"
LEAST_INT8, HIGHEST_INT8 = -64, 127  # averages of scores between which thresholds are moved
SWEEP_POINTS, SWEEP_PER_HOUR = 24, 100.0  # of a picture, and up to where it goes
SWEEP_GROWTH = 1.2  # from one count of false accepts to the next


@dataclass(frozen=True)
class Curves:
    """Negatives and words at the thresholds of a bundle, to be moved.

    Attributes:
        negatives: what false accepts are counted in.
        words: what misses are counted in; may be the same.
        shifts: by which the thresholds are moved, the lowest first; at the last nothing is detected.
    """

    negatives: Aimed
    words: Aimed
    shifts: Sequence[int]

    @classmethod
    def of(cls, bundle: ModelBundle, negatives: Sequence[Listened], words: Sequence[Listened]) -> Curves:
        """Streams that were scored at the stride of ``bundle.stream``."""
        stream, rate_hz = bundle.stream, bundle.frontend.sample_rate_hz
        thresholds = stream.thresholds(len(bundle.labels), bundle.streaming_int8)[FIRST_KEYWORD:]
        least, highest = (score * stream.average for score in (LEAST_INT8, HIGHEST_INT8))
        args = (bundle.labels, rate_hz, stream.average, stream.refractory_samples(rate_hz), least)
        heard, said = (sweep_of(streams, *args).aimed(thresholds) for streams in (negatives, words))
        return cls(heard, said, range(least - min(thresholds), highest - min(thresholds) + 2))

    def points(self, rates: Sequence[float] = RATES_PER_HOUR) -> tuple[CurvePoint, ...]:
        """Misses at so many false accepts an hour of speech, or of all where no speech was heard; 0 is none at all.

        Nothing where no word was said at a known time.
        """
        if not self.words.tally(self.shifts[-1]).words:
            return ()
        return tuple(self._point(rate, *self.counted_in) for rate in rates)

    @property
    def counted_in(self) -> tuple[str | None, float]:
        """What false accepts are counted in for :meth:`points`: speech, or all (None) without any; hours of it."""
        hours = self.negatives.sweep.hours
        kind = SPEECH if hours.get(SPEECH) else None
        return kind, sum(hours.values()) if kind is None else hours[kind]

    def counted_rates(self) -> list[float]:
        """Rates of whole false accepts for :meth:`points`, from none to ``SWEEP_PER_HOUR``, few and then ever more."""
        _, hours = self.counted_in
        most, counts = max(SWEEP_POINTS, int(SWEEP_PER_HOUR * hours)), [0]
        while (more := max(counts[-1] + 1, round(SWEEP_GROWTH * counts[-1]))) <= most:
            counts.append(more)
        return [count / hours for count in counts]

    def _point(self, rate: float, kind: str | None, hours: float) -> CurvePoint:
        allowed, name = int(rate * hours + 1e-9), kind or ALL
        if rate > 0 and allowed < 1:
            reason = f"{hours:.2f} h of {name} heard, {rate:g} an hour needs {1 / rate:.3g} h"
            return CurvePoint(rate, name, None, None, reason)
        counts = self.negatives.counts(kind, self.shifts, allowed)
        place = max((at + 1 for at, count in enumerate(counts) if count > allowed), default=0)
        tally = self.words.tally(self.shifts[place])
        missed, said = tally.missed, len(tally.words)
        return CurvePoint(rate, name, share(missed, said), wilson(missed, said))

    def sweeps(self) -> Sweeps:
        """By kind, (false accepts an hour, share of keywords missed) for a picture; the last has no false accept."""
        if not self.words.tally(self.shifts[-1]).words:
            return {}
        return {kind: self._sweep(kind, hours) for kind, hours in self.negatives.sweep.hours.items() if hours > 0}

    def _sweep(self, kind: str, hours: float) -> tuple[tuple[float, float], ...]:
        most = max(SWEEP_POINTS, int(SWEEP_PER_HOUR * hours))
        lowest: dict[int, int] = {}  # false accepts -> the lowest shift that lets no more through
        for shift, count in zip(self.shifts, self.negatives.counts(kind, self.shifts, most), strict=True):
            if count <= most:
                lowest.setdefault(count, shift)
        counts = sorted(lowest, reverse=True)
        kept = [count for at, count in enumerate(counts) if count < 5 or at % max(1, len(counts) // SWEEP_POINTS) == 0]
        points = []
        for count in kept:
            tally = self.words.tally(lowest[count])
            points.append((count / hours, share(tally.missed, len(tally.words))))
        return tuple(points)
