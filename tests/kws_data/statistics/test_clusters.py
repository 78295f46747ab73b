"""Intervals by speaker: what they do not depend on, and that they cover the truth where Wilson's does not."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.statistics.clusters import by_speaker, share_intervals, speaker_interval
from kws_data.statistics.intervals import wilson

CLIPS = st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), min_size=1, max_size=60)


def _of(clips: list[tuple[bool, str]]) -> tuple[float, float]:
    return speaker_interval(np.array([hit for hit, _ in clips]), [speaker for _, speaker in clips])


@given(CLIPS, st.randoms())
def test_the_order_of_clips_and_the_names_of_speakers_change_nothing(clips, random):
    shuffled = random.sample(clips, len(clips))
    assert _of(clips) == _of(shuffled) == _of([(hit, f"speaker {who}") for hit, who in shuffled])


@given(CLIPS)
def test_it_holds_the_share_and_lies_in_0_to_1(clips):
    low, high = _of(clips)
    assert 0 <= low <= np.mean([hit for hit, _ in clips]) <= high <= 1


@given(CLIPS)
def test_misses_are_the_mirror_of_hits(clips):
    low, high = _of(clips)
    assert _of([(not hit, who) for hit, who in clips]) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_clips_said_again_by_the_same_people_tell_nothing_new():
    hits, speakers = np.array([True, True, False, True] * 5), [f"s{k}" for k in range(20)]
    low, high = speaker_interval(hits, speakers)
    again = speaker_interval(np.repeat(hits, 50), np.repeat(speakers, 50).tolist())
    assert again == pytest.approx((low, high), abs=0.03)
    by_clip = wilson(int(hits.sum()) * 50, 20 * 50)
    assert again[1] - again[0] > 4 * (by_clip[1] - by_clip[0])


def test_one_clip_of_each_of_many_people_is_wilson():
    hits = np.arange(2_000) % 10 > 0
    assert speaker_interval(hits, [str(k) for k in range(2_000)]) == pytest.approx(wilson(1_800, 2_000), abs=1e-4)


def test_it_is_wider_at_a_higher_level():
    hits, speakers = np.arange(300) % 7 > 0, [str(k % 13) for k in range(300)]
    (low90, high90), (low99, high99) = speaker_interval(hits, speakers, 0.9), speaker_interval(hits, speakers, 0.99)
    assert low99 < low90 < high90 < high99


def test_one_speaker_says_nothing_of_others():
    assert speaker_interval(np.ones(500, np.bool_), ["she"] * 500) == (0.0, 1.0)
    assert speaker_interval(np.ones(0, np.bool_), []) == (0.0, 1.0)


def test_all_clips_right_leaves_room_below():
    low, high = speaker_interval(np.ones(200, np.bool_), [str(k % 10) for k in range(200)])
    assert high == 1.0 and low < wilson(200, 200)[0]


def test_a_clip_without_a_speaker_is_refused():
    with pytest.raises(DataError, match="each clip needs its speaker"):
        speaker_interval(np.ones(3, np.bool_), ["a", "b"])


def test_counts_of_each_speaker():
    hit, clips = by_speaker(np.array([True, False, True, True]), ["b", "a", "b", "c"])
    assert sorted(zip(hit.tolist(), clips.tolist(), strict=True)) == [(0, 1), (1, 1), (2, 2)]


@pytest.mark.parametrize(("rate", "speakers"), [(0.5, 20), (0.9, 40), (0.95, 20), (0.97, 80)])
def test_it_covers_the_truth_where_wilson_by_clip_does_not(rate, speakers):
    rng = np.random.default_rng(3)
    clips = 1 + rng.geometric(1 / 30, (4_000, speakers))
    hits = rng.binomial(clips, rng.beta(19 * rate, 19 * (1 - rate), clips.shape))  # a correlation of 0.05
    low, high = share_intervals(hits, clips)
    assert 0.93 <= np.mean((low <= rate) & (rate <= high)) <= 0.97
    by_clip = [wilson(int(h), int(n)) for h, n in zip(hits.sum(axis=1), clips.sum(axis=1), strict=True)]
    assert np.mean([a <= rate <= b for a, b in by_clip]) < 0.85


def test_a_hundred_thousand_clips_of_two_thousand_speakers_take_well_under_a_second():
    rng = np.random.default_rng(0)
    hits, speakers = rng.random(100_000) < 0.95, [f"speaker-{k:08}" for k in rng.integers(2_000, size=100_000)]
    begun = time.process_time()
    speaker_interval(hits, speakers)
    assert time.process_time() - begun < 0.5
