"""How a stream is decided on: average and thresholds that miss least of those within the wish, on validation people.

For every number of scores that may be averaged the lowest threshold is found that no kind of negative passes more often
than is wished, what is missed there, and how late the rest is answered. Of those that hold the wish and answer in time,
the largest number of those that miss least is taken. Then each keyword may get a threshold of its own
(:mod:`kws_data.evaluation.keyword_offsets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, sqrt
from typing import Any

import numpy as np

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bundle import ModelBundle
from kws_data.config.stream import StreamSettings
from kws_data.errors import DataError
from kws_data.evaluation.keyword_offsets import Exchange, exchanged
from kws_data.evaluation.lowest_threshold import LEAST_HOURS, OBSERVED, Lowest
from kws_data.evaluation.stream_evaluation import Wish
from kws_data.evaluation.stream_trial import Detecting, SplitStreams, Trial
from kws_data.evaluation.sweep import Tally
from kws_data.evaluation.tail import wish_of
from kws_data.scores import FIRST_KEYWORD
from kws_data.statistics.intervals import share, wilson

AVERAGES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)
LEAST_INT8 = -64  # a probability of a quarter: where nothing is false at any threshold, no lower one is taken


@dataclass(frozen=True)
class StreamChoice:
    """What was chosen, and what it gives where it was chosen.

    Attributes:
        spec: for the bundle.
        wish: false accepts of each kind of negative, at most.
        lowest: what each kind of negative says of the thresholds.
        words, missed: keywords of validation people, laid into negatives.
        missed_by_average: keywords missed within the wish, with one threshold for all.
        per_keyword: what a threshold for each keyword gave; None where it was not tried.
    """

    spec: StreamSpec
    wish: Wish
    lowest: Lowest
    words: int
    missed: int
    missed_by_average: Mapping[int, int]
    per_keyword: Exchange | None

    @property
    def offsets(self) -> tuple[int, ...]:
        """Of each keyword's threshold from the common one."""
        return tuple(one - self.lowest.shift for one in (self.spec.sums or ())[FIRST_KEYWORD:])

    def to_dict(self) -> dict[str, Any]:
        """As in ``export.json``."""
        return {
            **self.spec.to_dict(),
            "wish": asdict(self.wish),
            "words": self.words,
            "frr": share(self.missed, self.words),
            "frr_ci95": list(wilson(self.missed, self.words)),
            "negatives": {kind: limit.to_dict() for kind, limit in self.lowest.limits.items()},
            "missed_by_average": {str(average): missed for average, missed in self.missed_by_average.items()},
            "per_keyword": None if self.per_keyword is None else self.per_keyword.to_dict(),
            "notes": self.notes(),
        }

    def notes(self) -> list[str]:
        """A line for each kind of negative whose threshold is not simply what was heard."""
        proof = f"{self.wish.hours_of_proof:.3g} h without one would prove {self.wish.false_accepts_per_hour:g}"
        lines = []
        for kind, limit in self.lowest.limits.items():
            plural = "" if limit.false_accepts == 1 else "s"
            heard = f"{kind}: {limit.false_accepts} false accept{plural} in {limit.hours:.2f} h of validation"
            if limit.hours < LEAST_HOURS:
                lines.append(f"{heard}, too little to choose a threshold by")
            elif limit.basis != OBSERVED:
                told = "" if limit.expected_per_hour is None else f" to {limit.expected_per_hour:.2g} an hour"
                lines.append(f"{heard}; the threshold is {limit.basis}{told}: {proof}")
        return lines


def choose_stream(
    bundle: ModelBundle,
    streams: SplitStreams,
    settings: StreamSettings,
    least_int8: int = LEAST_INT8,
    offsets: tuple[int, ...] | None = None,
) -> StreamChoice:
    """Average and thresholds for a stream.

    Args:
        bundle: whose scores the streams hold.
        streams: of the validation split, scored every ``settings.stride_frames`` frames.
        settings: the wish, and what may be chosen.
        least_int8: no average score below it is a detection.
        offsets: of the keywords' thresholds, when they are known already.

    Raises:
        DataError: no keywords were laid into negatives, or there are no negatives.
    """
    if not any(stream.spoken for stream in streams.laid) or not streams.negatives:
        counts = [len(streams.negatives), len(streams.laid)]
        raise DataError("a stream cannot be decided on", counts, "the validation split needs negatives and keywords")
    how = how_of(bundle, settings, least_int8)
    none = (0,) * (len(bundle.labels) - FIRST_KEYWORD)
    average, missed = _average(streams, how, settings)
    trial, per_keyword = Trial.of(streams, how, average), None
    if offsets is None:
        offsets = none
        if settings.per_keyword and len(none) > 1 and trial.lowest(none).observed:
            per_keyword = exchanged(streams, how, average)
            offsets = per_keyword.offsets
    lowest = trial.lowest(offsets)
    tally = trial.tally(offsets, lowest.shift)
    sums = (lowest.shift,) * FIRST_KEYWORD + tuple(lowest.shift + offset for offset in offsets)
    return StreamChoice(
        spec=StreamSpec(settings.stride_frames, average, settings.refractory_ms, sums, bundle.stream.gate),
        wish=wish_of(settings),
        lowest=lowest,
        words=len(tally.words),
        missed=tally.missed,
        missed_by_average=missed,
        per_keyword=per_keyword,
    )


def _average(streams: SplitStreams, how: Detecting, settings: StreamSettings) -> tuple[int, dict[int, int]]:
    """The average, and what each that may be taken misses within the wish, with one threshold for all keywords."""
    averages = AVERAGES if settings.average == "auto" else (settings.average,)
    none = (0,) * (len(how.labels) - FIRST_KEYWORD)
    tallies, held = dict[int, Tally](), list[int]()
    for average in averages:
        trial = Trial.of(streams, how, average)
        lowest = trial.lowest(none)
        tallies[average] = trial.tally(none, lowest.shift)
        held += [average] if lowest.held else []
    missed = {average: tally.missed for average, tally in tallies.items()}
    timely = in_time({average: tallies[average] for average in held or averages}, settings.response_ms)
    return steadiest({average: missed[average] for average in timely}), missed


def in_time(tallies: Mapping[int, Tally], wish_ms: float) -> list[int]:
    """The averages whose 95th percentile of the response is within the wish; the quickest where none is."""
    said = {one: tally.response_ms() for one, tally in tallies.items()}
    late = {one: float(np.percentile(times, 95)) if times else inf for one, times in said.items()}
    return [one for one, ms in late.items() if ms <= wish_ms] or [min(late, key=lambda one: (late[one], one))]


def steadiest(missed: Mapping[int, int]) -> int:
    """The largest average that misses no more than the best by more than chance (one standard error of a count): sums
    of more scores leave room above the threshold where single scores are at their highest already."""
    best = min(missed.values())
    return max(average for average, count in missed.items() if count <= best + sqrt(best))


def how_of(bundle: ModelBundle, settings: StreamSettings, least_int8: int) -> Detecting:
    """What does not change while thresholds are chosen; no average score below ``least_int8`` is a detection."""
    rate_hz = bundle.frontend.sample_rate_hz
    refractory = StreamSpec(refractory_ms=settings.refractory_ms).refractory_samples(rate_hz)
    return Detecting(bundle.labels, rate_hz, refractory, settings.false_accepts_per_hour, least_int8)
