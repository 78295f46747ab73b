"""How a stream is decided on for a stated wish, on validation people's words laid into negatives.

With false accepts an hour it is what *export* does (:mod:`kws_data.evaluation.choose_stream`). With a TPR alone, of all
thresholds that have it those with the fewest false accepts are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bundle import ModelBundle
from kws_data.config.stream import StreamSettings
from kws_data.evaluation.calibration_notes import notes_of, problems_of
from kws_data.evaluation.choose_stream import AVERAGES, choose_stream, how_of, in_time
from kws_data.evaluation.keyword_floor import by_chance, common_floor, fewest_missed, keyword_floors
from kws_data.evaluation.lowest_threshold import LEAST_HOURS, OBSERVED, SHORT
from kws_data.evaluation.stream_calibration import Heard, StreamCalibration, StreamPoint
from kws_data.evaluation.stream_evaluation import ResponseTimes
from kws_data.evaluation.stream_trial import SplitStreams, Trial, even_levels
from kws_data.evaluation.sweep import Tally
from kws_data.evaluation.wishes import Wishes
from kws_data.scores import FIRST_KEYWORD, probability
from kws_data.statistics.enough import hours_to_prove, hours_to_tell

AROUND = (-64, -48, -32, -16, 0, 16, 32, 48, 64)  # levels from the threshold, of LOGIT_STEP each


@dataclass(frozen=True)
class _Chosen:
    """Thresholds on sums of each keyword, for so many scores, and what each kind of negative said of them."""

    trial: Trial
    thresholds: tuple[int, ...]
    basis: Mapping[str, tuple[str, float | None]]
    missed_by_average: Mapping[int, int]
    notes: tuple[str, ...] = ()


def calibrate_stream(
    bundle: ModelBundle,
    streams: SplitStreams,
    settings: StreamSettings,
    wishes: Wishes,
    least_int8: int,
    offsets: tuple[int, ...] | None = None,
) -> StreamCalibration | None:
    """Average and thresholds for what is wished of streams; None where nothing is.

    Args:
        bundle: whose scores the streams hold.
        streams: of validation people, scored every ``settings.stride_frames`` frames.
        settings: what may be chosen; its wish is not asked.
        wishes: ``false_accepts_per_hour``, ``tpr`` and ``tpr_first`` concern streams.
        least_int8: no average score below it is a detection.
        offsets: of the keywords' thresholds, when they are known already.

    Raises:
        DataError: no keywords were laid into negatives, or there are no negatives.
    """
    if wishes.false_accepts_per_hour is not None:
        chosen = _within(bundle, streams, settings, wishes.false_accepts_per_hour, least_int8, offsets)
    elif wishes.floor:
        chosen = _hearing(bundle, streams, settings, wishes, least_int8)
    else:
        return None
    return measured(bundle, chosen, settings, wishes)


def _within(
    bundle: ModelBundle,
    streams: SplitStreams,
    settings: StreamSettings,
    per_hour: float,
    least_int8: int,
    offsets: tuple[int, ...] | None,
) -> _Chosen:
    """What misses least within so many false accepts an hour."""
    own = settings.model_copy(update={"false_accepts_per_hour": per_hour})
    found = choose_stream(bundle, streams, own, least_int8, offsets)
    trial = Trial.of(streams, how_of(bundle, own, least_int8), found.spec.average)
    notes, sums = [], (found.spec.sums or ())[FIRST_KEYWORD:]
    if settings.per_keyword and found.per_keyword is None and len(sums) > 1:
        notes.append("one threshold for all keywords: too few false accepts are allowed in these hours to share out")
    elif found.per_keyword is not None and not found.per_keyword.kept:
        notes.append("one threshold for all keywords: others miss no less on recordings that they were not found on")
    basis = {kind: (limit.basis, limit.expected_per_hour) for kind, limit in found.lowest.limits.items()}
    return _Chosen(trial, sums, basis, found.missed_by_average, tuple(notes))


def _hearing(
    bundle: ModelBundle, streams: SplitStreams, settings: StreamSettings, wishes: Wishes, least_int8: int
) -> _Chosen:
    """The fewest false accepts with which enough keywords are heard, or as many as can be."""
    how = how_of(bundle, settings, least_int8)
    averages = AVERAGES if settings.average == "auto" else (settings.average,)
    trials = {average: Trial.of(streams, how, average) for average in averages}
    none = (0,) * (len(bundle.labels) - FIRST_KEYWORD)
    words = sum(len(stream.spoken) for stream in streams.laid)
    fewest = {one: fewest_missed(trial, even_levels(one, least_int8)) for one, trial in trials.items()}
    allowed = by_chance(min(fewest.values()))
    if wishes.tpr is not None:
        allowed = int((1.0 - wishes.tpr) * words + 1e-9)
    shifts = {one: common_floor(trial, allowed) for one, trial in trials.items()}
    reached = {one: shift for one, shift in shifts.items() if shift is not None}
    if not reached:  # the fewest that any threshold misses stand in for the wish, which is said to be not met
        best = min(fewest, key=lambda one: (fewest[one], -one))
        reached = {best: common_floor(trials[best], by_chance(fewest[best])) or even_levels(best, least_int8)[0]}
    tallies = {one: trials[one].laid.aimed(none).tally(shift) for one, shift in reached.items()}
    timely = in_time(tallies, settings.response_ms)
    false = {one: trials[one].negatives.aimed(none).tally(reached[one]).false_accepts for one in timely}
    average = min(timely, key=lambda one: (false[one], -one))
    thresholds = (reached[average],) * len(none)
    if settings.per_keyword and wishes.tpr is not None and len(none) > 1:
        thresholds = keyword_floors(trials[average], reached[average], wishes.tpr)
    hours = trials[average].negatives.hours
    basis = {kind: (OBSERVED if heard >= LEAST_HOURS else SHORT, None) for kind, heard in hours.items() if heard > 0}
    return _Chosen(trials[average], thresholds, basis, {one: tally.missed for one, tally in tallies.items()})


def measured(bundle: ModelBundle, chosen: _Chosen, settings: StreamSettings, wishes: Wishes) -> StreamCalibration:
    """What was chosen gives on the streams that it was chosen on."""
    trial, thresholds = chosen.trial, chosen.thresholds
    negatives, laid = (part.aimed(thresholds) for part in (trial.negatives, trial.laid))
    tally, false = laid.tally(), negatives.tally().false
    rate = wishes.false_accepts_per_hour
    kinds = {
        kind: _heard(hours, false[kind].total(), chosen.basis.get(kind, (SHORT, None)), rate)
        for kind, hours in trial.negatives.hours.items()
        if hours > 0
    }
    sums = (min(thresholds),) * FIRST_KEYWORD + thresholds
    curve = []
    for shift in _shifts(trial, min(thresholds)):
        moved, heard = negatives.tally(shift).false, laid.tally(shift)
        at = probability((min(thresholds) + shift) / trial.average)
        curve.append(StreamPoint(at, heard.missed, {kind: one.total() for kind, one in moved.items()}, _p95(heard)))
    said = Counter(word.label for word in tally.words)
    lost = Counter(word.label for word in tally.words if not word.heard)
    keywords = {word: (said[word], lost[word]) for word in bundle.labels[FIRST_KEYWORD:]}
    times = tally.response_ms()
    p50, p95 = np.percentile(times, (50, 95)) if times else (0.0, 0.0)
    return StreamCalibration(
        spec=StreamSpec(settings.stride_frames, trial.average, settings.refractory_ms, sums, bundle.stream.gate),
        words=len(tally.words),
        missed=tally.missed,
        per_keyword=keywords,
        negatives=kinds,
        response_ms=ResponseTimes(round(float(p50), 1), round(float(p95), 1), len(times), len(tally.words)),
        curve=tuple(curve),
        missed_by_average=chosen.missed_by_average,
        problems=tuple(problems_of(kinds, tally, keywords, settings, wishes)),
        notes=(*chosen.notes, *notes_of(kinds, rate)),
    )


def _heard(hours: float, count: int, basis: tuple[str, float | None], per_hour: float | None) -> Heard:
    if per_hour is None:
        return Heard(hours, count, *basis)
    at_this_rate = hours_to_tell(count, hours, per_hour)
    return Heard(hours, count, *basis, hours_to_prove(per_hour), at_this_rate if np.isfinite(at_this_rate) else None)


def _shifts(trial: Trial, lowest: int) -> list[int]:
    """By which thresholds are moved for the curve around them, 0 among them."""
    levels = even_levels(trial.average, trial.how.least_int8)
    place = int(np.searchsorted(levels, lowest))
    near = {levels[min(max(place + step, 0), len(levels) - 1)] - lowest for step in AROUND if step}
    return sorted(near | {0})


def _p95(tally: Tally) -> float | None:
    times = tally.response_ms()
    return round(float(np.percentile(times, 95)), 1) if times else None


def raised_for(calibration: StreamCalibration, again: StreamCalibration) -> StreamCalibration:
    """The thresholds that two files of one model need, each keyword's the higher one; figures stay those of the first:
    the second has learnt from the validation people's words."""
    sums = zip(calibration.spec.sums or (), again.spec.sums or (), strict=True)
    return replace(calibration, spec=replace(calibration.spec, sums=tuple(max(pair) for pair in sums)))
