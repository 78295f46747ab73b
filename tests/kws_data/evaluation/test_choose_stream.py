"""Average and thresholds hold the wish on negatives, miss little, and say how sure that is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scored_streams import laid, negatives, quiet, split_of, stream_of
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.detector import FirmwareDetector
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.config.stream import StreamSettings
from kws_data.errors import DataError
from kws_data.evaluation.choose_stream import AVERAGES, choose_stream, steadiest
from kws_data.evaluation.keyword_offsets import exchanged
from kws_data.evaluation.stream_trial import Detecting, SplitStreams

BUNDLE = tiny_bundle()
HEIGHTS = {"yes": list(range(0, 120, 2)), "no": list(range(1, 121, 2))}


def false_accepts(streams: SplitStreams, spec: StreamSpec) -> int:
    """As the board's detector counts them."""
    detector = FirmwareDetector(4, 0, spec)
    found = 0
    for stream in streams.negatives:
        detector.reset()
        found += len(detector.run(stream.scores, stream.ends))
    return found


def test_what_can_be_observed_is_held_as_observed() -> None:
    streams = split_of(negatives("speech", 4.0, 60.0, 30.0, 2, seed=1), HEIGHTS)
    wish = StreamSettings(false_accepts_per_hour=5.0, average=3, per_keyword=False)
    chosen = choose_stream(BUNDLE, streams, wish)
    limit = chosen.lowest.limits["speech"]
    assert limit.basis == "observed" and limit.false_accepts == false_accepts(streams, chosen.spec) <= 20
    looser = StreamSpec(3, 3, 1_000, tuple(one - 3 for one in chosen.spec.sums or ()))
    assert false_accepts(streams, looser) > 20
    assert not chosen.notes()


def test_what_hours_cannot_show_is_extrapolated_from_the_tail_and_said() -> None:
    """60 peaks an hour of mean height 20: one in two hours is ln 120 * 20 above their ground. Never below the highest
    that was heard, the thresholds lie above that on the whole, but not by far."""
    found = []
    for seed in range(12):
        streams = split_of(negatives("speech", 1.0, 60.0, 20.0, 2, seed=seed), HEIGHTS)
        wish = StreamSettings(false_accepts_per_hour=0.5, average=1, per_keyword=False)
        chosen = choose_stream(BUNDLE, streams, wish)
        limit = chosen.lowest.limits["speech"]
        assert limit.basis == "extrapolated" and limit.false_accepts == false_accepts(streams, chosen.spec) == 0
        assert limit.expected_per_hour is not None and limit.expected_per_hour <= 0.5
        found.append(chosen.lowest.shift)
    assert np.log(120) * 20 - 64 < np.mean(found) < np.log(120) * 20 - 64 + 30
    assert "the threshold is extrapolated" in chosen.notes()[0] and "6 h without one" in chosen.notes()[0]


def test_no_threshold_lies_below_the_lowest_without_what_the_wish_forbids() -> None:
    """One loud peak in three quarters of an hour, and no tail to speak of."""
    scores = quiet(45_000)
    scores[1_000:1_020, 3] = 80
    streams = split_of([stream_of(scores, "a", "noise")], HEIGHTS)
    chosen = choose_stream(BUNDLE, streams, StreamSettings(average=2, per_keyword=False))
    limit = chosen.lowest.limits["noise"]
    assert (limit.basis, limit.false_accepts) == ("none heard", 0)
    assert 160 < chosen.lowest.shift <= 162


def test_each_kind_holds_the_wish_and_one_of_a_minute_sets_nothing() -> None:
    loud = quiet(1_000)
    loud[100:900, 2] = 127
    speech = negatives("speech", 2.0, 60.0, 10.0, 2, seed=3)
    noise = negatives("noise", 2.0, 60.0, 25.0, 3, seed=4)
    minute = stream_of(loud, "short", "music")
    settings = StreamSettings(false_accepts_per_hour=4.0, average=2, per_keyword=False)
    alone = choose_stream(BUNDLE, split_of(speech, HEIGHTS), settings)
    all_kinds = choose_stream(BUNDLE, split_of([*speech, *noise, minute], HEIGHTS), settings)
    assert all_kinds.lowest.shift > alone.lowest.shift
    limits = all_kinds.lowest.limits
    assert list(limits) == ["speech", "noise", "music"] and limits["music"].basis == "too short"
    assert limits["noise"].false_accepts <= 8 and limits["music"].false_accepts > 0
    assert any("too little" in note for note in all_kinds.notes())


def test_where_no_threshold_is_high_enough_that_is_said() -> None:
    streams = split_of(negatives("speech", 1.0, 200.0, 10_000.0, 2, seed=5), HEIGHTS)
    chosen = choose_stream(BUNDLE, streams, StreamSettings(average=1, per_keyword=False))
    assert chosen.lowest.shift == 127 and chosen.lowest.limits["speech"].basis == "not held"


def test_a_model_that_hears_nothing_below_the_highest_score_gets_thresholds_too() -> None:
    streams = split_of(negatives("speech", 1.0, 20.0, 1_000.0, 2, seed=5), HEIGHTS)
    chosen = choose_stream(BUNDLE, streams, StreamSettings(average=1, per_keyword=False), least_int8=127)
    assert chosen.lowest.shift == 127 and chosen.missed == chosen.words == 120


def test_the_average_is_the_one_that_misses_least() -> None:
    """False peaks as high as the words, but shorter: only an average that is longer than they are tells them apart."""
    rng = np.random.default_rng(8)
    scores = quiet(120_000)
    for at in rng.integers(0, 119_000, 300):
        scores[at : at + 4, 2] = rng.integers(60, 128)
    streams = split_of([stream_of(scores, "a", "speech")], {"yes": [100] * 40, "no": [90] * 40})
    chosen = choose_stream(BUNDLE, streams, StreamSettings(response_ms=1_000))
    assert tuple(chosen.missed_by_average) == AVERAGES
    assert chosen.spec.average >= 5 and chosen.missed == 0 < chosen.missed_by_average[1]


def test_averages_that_answer_too_late_are_not_taken() -> None:
    streams = split_of(negatives("speech", 4.0, 60.0, 40.0, 2, seed=6), HEIGHTS)
    soon, late = (choose_stream(BUNDLE, streams, StreamSettings(response_ms=ms)).spec for ms in (0.1, 2_000.0))
    assert soon.average == 1, "the quickest, where none is quick enough"
    assert choose_stream(BUNDLE, streams, StreamSettings(average=12, response_ms=10.0)).spec.average == 12
    assert late.average >= soon.average


def test_an_average_that_no_threshold_is_high_enough_for_is_not_taken_because_it_is_quick() -> None:
    """Windows that are sure, one at a time, and words that are sure for long: a single score cannot tell them apart."""
    scores = quiet(120_000)
    scores[np.random.default_rng(8).integers(0, 119_000, 300), 2] = 127
    streams = split_of([stream_of(scores, "a", "speech")], {"yes": [127] * 40, "no": [100] * 40})
    chosen = choose_stream(BUNDLE, streams, StreamSettings(per_keyword=False))
    assert chosen.spec.average > 1 and chosen.lowest.held and chosen.missed == 0


def test_offsets_that_are_known_are_taken() -> None:
    speech = negatives("speech", 6.0, 60.0, 40.0, 2, seed=6, parts=12)
    streams = SplitStreams(tuple(speech), tuple(laid({"yes": [120] * 60, "no": list(range(-40, 80, 2))}, parts=4)))
    chosen = choose_stream(BUNDLE, streams, StreamSettings(average=2), offsets=(0, -70))
    assert chosen.offsets == (0, -70) and chosen.per_keyword is None
    assert chosen.spec.sums is not None and chosen.spec.sums[3] == chosen.spec.sums[2] - 70


def test_of_averages_that_miss_alike_the_steadiest_is_taken() -> None:
    assert steadiest({1: 60, 3: 43, 5: 37, 8: 36, 12: 37}) == 12
    assert steadiest({1: 1, 2: 0, 3: 1}) == 2


def how(wish_per_hour: float) -> Detecting:
    return Detecting(BUNDLE.labels, 16_000, 16_000, wish_per_hour, -64)


def test_a_keyword_that_nothing_sounds_like_gets_a_lower_threshold() -> None:
    speech = negatives("speech", 6.0, 60.0, 40.0, 2, seed=6, parts=12)
    streams = SplitStreams(tuple(speech), tuple(laid({"yes": [120] * 60, "no": list(range(-40, 80, 2))}, parts=4)))
    found = exchanged(streams, how(5.0), 2)
    assert found.kept and found.gained > found.lost and found.offsets[1] < found.offsets[0]
    chosen = choose_stream(BUNDLE, streams, StreamSettings(false_accepts_per_hour=5.0, average=2))
    common = choose_stream(BUNDLE, streams, StreamSettings(false_accepts_per_hour=5.0, average=2, per_keyword=False))
    assert chosen.missed < common.missed and chosen.spec.sums is not None
    assert chosen.spec.sums[3] < chosen.spec.sums[2]
    assert false_accepts(streams, chosen.spec) <= 30


def test_chance_makes_no_thresholds_of_their_own() -> None:
    """Both keywords alike, few false accepts: whatever helps on one half does not on the other."""
    kept = 0
    for seed in range(8):
        half = [negatives("speech", 0.5, 20.0, 25.0, label, seed=seed + label, parts=6) for label in (2, 3)]
        rng = np.random.default_rng(seed)
        heights = {word: rng.integers(0, 128, 30).tolist() for word in ("yes", "no")}
        streams = SplitStreams(tuple(half[0] + half[1]), tuple(laid(heights, parts=4)))
        kept += exchanged(streams, how(1.0), 1).kept
    assert kept <= 1


def test_the_document_is_json_with_hours_bounds_and_basis() -> None:
    streams = split_of(negatives("speech", 1.0, 60.0, 20.0, 2, seed=2), HEIGHTS)
    document = json.loads(json.dumps(choose_stream(BUNDLE, streams, StreamSettings(average=2)).to_dict()))
    assert document["wish"] == {"false_accepts_per_hour": 1.0, "hours_of_proof": 3.0}
    speech = document["negatives"]["speech"]
    assert speech["hours"] == pytest.approx(1.0, rel=0.01)
    assert speech["upper95"] == pytest.approx(2.9957 / speech["hours"], rel=1e-3)
    assert len(document["sums"]) == 4 and document["average"] == 2
    assert document["per_keyword"] is None, "an hour shows too little of one false accept for thresholds of their own"
    counted = choose_stream(BUNDLE, streams, StreamSettings(average=2, false_accepts_per_hour=6.0)).to_dict()
    assert set(counted["per_keyword"]) >= {"kept", "gained", "lost"}
    stated = StreamSettings(average=2, hours_of_proof=7.5)
    assert choose_stream(BUNDLE, streams, stated).to_dict()["wish"]["hours_of_proof"] == 7.5


def test_without_words_or_negatives_there_is_nothing_to_choose_on() -> None:
    noise = negatives("noise", 0.2, 1.0, 10.0, 2, seed=0)
    for streams in (SplitStreams(tuple(noise), ()), SplitStreams((), tuple(laid(HEIGHTS)))):
        with pytest.raises(DataError, match="negatives and keywords"):
            choose_stream(BUNDLE, streams, StreamSettings())
