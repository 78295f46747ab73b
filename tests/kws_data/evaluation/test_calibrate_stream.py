"""A stream's thresholds for a wish: as export's where it is false accepts, else the fewest false accepts that a TPR
allows; how sure they are is said."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from scored_streams import laid, negatives, split_of
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.detector import FirmwareDetector
from kws_data.config.stream import StreamSettings
from kws_data.errors import DataError
from kws_data.evaluation.calibrate_stream import calibrate_stream
from kws_data.evaluation.calibration_notes import notes_of, problems_of
from kws_data.evaluation.choose_stream import LEAST_INT8, choose_stream
from kws_data.evaluation.keyword_floor import highest
from kws_data.evaluation.lowest_threshold import EXTRAPOLATED, OBSERVED, allowed_in
from kws_data.evaluation.stream_calibration import Heard, StreamCalibration
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.evaluation.sweep import Tally
from kws_data.evaluation.wishes import Wishes
from kws_data.statistics.intervals import poisson_upper95

BUNDLE = tiny_bundle()
HEIGHTS = {"yes": list(range(0, 120, 2)), "no": list(range(1, 121, 2))}
STREAMS = split_of(negatives("speech", 4.0, 60.0, 30.0, 2, seed=1), HEIGHTS)


def calibrated(wishes: Wishes, streams: SplitStreams = STREAMS, **settings: object) -> StreamCalibration:
    found = calibrate_stream(
        BUNDLE, streams, StreamSettings(average=2, refractory_ms=2_000, **settings), wishes, LEAST_INT8
    )  # type: ignore[arg-type]
    assert found is not None
    return found


def detected(streams: SplitStreams, found: StreamCalibration) -> tuple[int, Counter[str]]:
    """False accepts in negatives, and words heard where they are laid, as the board's detector counts them."""
    detector = FirmwareDetector(4, 0, found.spec)
    false, heard = 0, Counter[str]()
    for stream in streams.negatives:
        detector.reset()
        false += len(detector.run(stream.scores, stream.ends))
    for stream in streams.laid:
        detector.reset()
        heard.update(BUNDLE.labels[one.label] for one in detector.run(stream.scores, stream.ends))
    return false, heard


def test_false_accepts_are_held_as_export_holds_them() -> None:
    found = calibrated(Wishes(false_accepts_per_hour=5.0), per_keyword=False)
    settings = StreamSettings(average=2, refractory_ms=2_000, false_accepts_per_hour=5.0, per_keyword=False)
    chosen = choose_stream(BUNDLE, STREAMS, settings)
    assert (found.spec, found.missed) == (chosen.spec, chosen.missed) and not found.problems
    assert detected(STREAMS, found)[0] == found.negatives["speech"].false_accepts <= 20


def test_a_tpr_is_had_with_as_few_false_accepts_as_it_allows() -> None:
    found = calibrated(Wishes(tpr=0.8), per_keyword=False)
    assert found.missed <= 0.2 * found.words and not found.problems
    false, heard = detected(STREAMS, found)
    assert false == found.negatives["speech"].false_accepts and heard.total() == found.words - found.missed
    stricter = calibrated(Wishes(tpr=0.9), per_keyword=False)
    assert stricter.spec.sums < found.spec.sums  # type: ignore[operator]
    assert stricter.negatives["speech"].false_accepts > false
    higher = next(point for point in found.curve if point.threshold > found.curve[len(found.curve) // 2].threshold)
    assert higher.missed > 0.2 * found.words


def test_a_tpr_of_each_keyword_raises_each_as_high_as_it_goes() -> None:
    """Of "yes" all are loud, of "no" all are soft: one threshold for both is that of "no"."""
    streams = split_of(negatives("speech", 2.0, 60.0, 30.0, 2, seed=1), {"yes": [90] * 20, "no": [20] * 20})
    one = calibrated(Wishes(tpr=0.9), streams, per_keyword=False)
    each = calibrated(Wishes(tpr=0.9), streams, per_keyword=True)
    assert len(set(one.spec.sums or ())) == 1 and each.missed == one.missed == 0
    yes, no = (each.spec.sums or ())[2:]
    assert yes > 150 and no <= 40 and not each.problems
    assert each.negatives["speech"].false_accepts < one.negatives["speech"].false_accepts


def test_tpr_first_misses_as_few_as_can_be() -> None:
    found = calibrated(Wishes(tpr_first=True), per_keyword=False)
    assert found.missed == 0 and detected(STREAMS, found)[1].total() == found.words


def test_what_cannot_be_met_is_said() -> None:
    silent = split_of(negatives("speech", 1.0, 60.0, 30.0, 2, seed=1), {"yes": [-128] * 9, "no": [100] * 11})
    found = calibrated(Wishes(tpr=0.9), silent, per_keyword=False)
    assert "a TPR of 90 % is not reached: 55.0 % of 20 are heard" in found.problems[0] and found.missed == 9
    each = calibrated(Wishes(tpr=0.9), silent, per_keyword=True)
    assert any(line.startswith("stream: yes: no threshold hears 90 %") for line in each.problems)
    both = calibrated(Wishes(false_accepts_per_hour=5.0, tpr=0.99), per_keyword=False)
    assert "is not reached within 5 false accepts an hour" in both.problems[0]
    loud = split_of(negatives("speech", 1.0, 400.0, 9_000.0, 2, seed=1), HEIGHTS)
    assert "no threshold is high enough" in calibrated(Wishes(false_accepts_per_hour=1.0), loud).problems[0]


def test_how_many_hours_prove_it_and_how_many_there_are() -> None:
    few = split_of(negatives("speech", 0.5, 60.0, 20.0, 2, seed=2), HEIGHTS)
    found = calibrated(Wishes(false_accepts_per_hour=0.1), few)
    speech = found.negatives["speech"]
    assert speech.hours_without == pytest.approx(29.957, abs=1e-2) and not found.proven
    told = "\n".join(found.notes)
    assert "0.1 an hour needs 30 h without a false accept to be proven; there are 0.50 h" in told
    assert "by extrapolation only" in told
    plenty = calibrated(Wishes(false_accepts_per_hour=20.0))
    heard = plenty.negatives["speech"]
    assert plenty.proven == (poisson_upper95(heard.false_accepts) / heard.hours <= 20.0)


def test_the_curve_falls_and_holds_the_choice() -> None:
    found = calibrated(Wishes(false_accepts_per_hour=5.0), per_keyword=False)
    false = [point.false["speech"] for point in found.curve]
    assert false == sorted(false, reverse=True)
    assert found.missed in [point.missed for point in found.curve] and len(found.curve) > 5
    assert found.per_keyword["yes"][0] == 60 and json.loads(json.dumps(found.to_dict()))["words"] == 120


def test_nothing_wished_of_streams_leaves_them_and_nothing_to_choose_on_is_refused() -> None:
    assert calibrate_stream(BUNDLE, STREAMS, StreamSettings(), Wishes(fpr=0.01), LEAST_INT8) is None
    for streams in (SplitStreams((), tuple(laid(HEIGHTS))), SplitStreams(STREAMS.negatives, ())):
        with pytest.raises(DataError, match="a stream cannot be decided on"):
            calibrated(Wishes(false_accepts_per_hour=1.0), streams)


def test_the_highest_level_that_holds_is_found_where_they_are_not_in_order() -> None:
    levels = list(range(100))
    assert highest(levels, lambda level: level <= 41) == 41
    assert highest(levels, lambda level: level == 0) == 0
    assert highest(levels, lambda level: False) is None
    assert highest(levels, lambda level: level <= 10 or level == 97) in (10, 97)


@pytest.mark.parametrize(
    ("hours", "per_hour", "allowed"), [(9.6, 1.0, 9), (10.0, 1.0, 10), (0.3, 10.0, 3), (0.19, 5.0, 1)]
)
def test_no_more_are_allowed_than_the_wish_says(hours: float, per_hour: float, allowed: int) -> None:
    assert allowed_in(hours, per_hour) == allowed


@pytest.mark.parametrize("hours", [1.6, 3.6, 7.7])
def test_in_hours_enough_to_count_the_wish_holds_for_each_kind(hours: float) -> None:
    streams = split_of(negatives("speech", hours, 60.0, 30.0, 2, seed=3), HEIGHTS)
    for rate in (1.0, 2.0, 5.0):
        heard = calibrated(Wishes(false_accepts_per_hour=rate), streams).negatives["speech"]
        assert heard.false_accepts <= rate * heard.hours


def test_what_breaks_the_wish_is_a_problem_and_those_heard_count_in_the_proof() -> None:
    tally = Tally()
    kinds = {"speech": Heard(9.6, 10, OBSERVED, None, 3.0, None), "noise": Heard(9.6, 3, EXTRAPOLATED, 0.9, 3.0, 12.0)}
    settings, wish = StreamSettings(), Wishes(false_accepts_per_hour=1.0)
    (problem,) = problems_of(kinds, tally, {}, settings, wish)
    assert problem == "stream: speech: 10 false accepts in 9.60 h, where 1 an hour allows 9"
    told = "\n".join(notes_of(kinds, 1.0))
    assert "speech: after 10 false accepts 1 an hour needs 17 h without a further one to be proven, at the rate" in told
    assert "noise: 3 false accepts in 9.60 h, within the wish;" in told and "only" not in told
    assert "or 12 h in all at this rate" in told
