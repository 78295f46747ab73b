"""The search finds what was planted, nothing where nothing fails, and counts as one counts by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_slices import part_of

from kws_data.errors import DataError
from kws_data.slices.cut import Part, SearchSettings
from kws_data.slices.search import search
from kws_data.slices.table import table_of

VALUES = {"accent": 5, "snr": 4, "word": 6, "gender": 2}
FAST = SearchSettings(draws=200)


def planted(part: Part, *slices: dict[str, str], rate: float, seed: int = 0) -> Part:
    rng = np.random.default_rng(seed)
    held = np.any([part.table.holding(one) for one in slices], axis=0)
    return replace(part, wrong=np.where(held, rng.random(len(held)) < rate, part.wrong))


def test_a_planted_slice_is_found_first_and_alone() -> None:
    slice_ = {"accent": "accent2", "snr": "snr1"}
    result = search([planted(part_of(0, 4_000, 150, VALUES, 0.05), slice_, rate=0.3)], FAST)
    first = result.found[0]
    assert [dict(one.conditions) for one in result.found] == [slice_]
    assert first.p <= 0.05 and not first.within
    assert result.folded["missed"] > 0, "its parents and children are strong too, and folded"


def test_a_failing_parent_is_reported_and_not_its_children() -> None:
    result = search([planted(part_of(1, 4_000, 150, VALUES, 0.05), {"word": "word3"}, rate=0.25)], FAST)
    assert [dict(one.conditions) for one in result.found] == [{"word": "word3"}]


def test_two_slices_apart_are_both_found() -> None:
    slices = {"word": "word0"}, {"accent": "accent4", "snr": "snr3"}
    result = search([planted(part_of(2, 5_000, 200, VALUES, 0.04), *slices, rate=0.3)], FAST)
    assert {tuple(one.conditions.items()) for one in result.found} == {tuple(one.items()) for one in slices}


def test_a_part_that_is_worse_than_its_slice_is_found_within_it() -> None:
    part = planted(part_of(3, 6_000, 200, VALUES, 0.03), {"word": "word1"}, rate=0.3)
    part = planted(part, {"word": "word1", "snr": "snr0"}, rate=0.9, seed=1)
    found = search([part], FAST).found
    conditions = [dict(one.conditions) for one in found]
    assert {"word": "word1", "snr": "snr0"} in conditions and {"word": "word1"} in conditions


def test_speakers_who_are_always_missed_are_no_slice() -> None:
    """Six of sixty people are missed in each clip, whatever they say: their accents are drawn."""
    false = 0
    for seed in range(8):
        part = part_of(seed, 1_500, 60, {"snr": 4, "word": 5}, 0.0)
        rng = np.random.default_rng(seed)
        accents, rooms = rng.integers(4, size=60), rng.integers(3, size=60)
        people = {"accent": [f"a{accents[s]}" for s in part.speaker], "room": [f"r{rooms[s]}" for s in part.speaker]}
        own = {
            name: [part.table.levels[place][code] for code in part.table.codes[place]]
            for place, name in enumerate(part.table.names)
        }
        false += len(search([replace(part, table=table_of({**own, **people}), wrong=part.speaker < 6)], FAST).found)
    assert false <= 2


def test_clean_sets_give_next_to_no_finding() -> None:
    false = sum(len(search([part_of(seed, 800, 40, VALUES, 0.1)], FAST).found) for seed in range(30))
    assert false <= 5  # at 5 % one in twenty sets is expected; six of thirty has a chance of 0.3 %


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 300), st.integers(3, 30), st.floats(0, 1), st.sampled_from([0.0, 0.4]))
def test_counts_equal_a_recount(seed: int, clips: int, people: int, rate: float, missing: float) -> None:
    part = part_of(seed, clips, people, {"a": 3, "b": 2, "c": 4, "d": 1}, rate, missing)
    asked = SearchSettings(least_clips=5, least_speakers=2, draws=30, alpha=0.5)
    result = search([part], asked)
    for one in (*result.found, *result.suspects):
        held = np.ones(clips, np.bool_)
        for name, value in one.conditions.items():
            place = part.table.names.index(name)
            held &= np.array([c >= 0 and part.table.levels[place][c] == value for c in part.table.codes[place]])
        assert (one.clips, one.errors) == (held.sum(), part.wrong[held].sum())
        assert one.speakers == len(set(part.speaker[held].tolist())) >= 2
        assert one.clips >= 5 and 0 < one.p <= 1
        assert one.errors / one.clips > (part.wrong.mean() if not one.within else 0)


def test_the_same_clips_give_the_same_result_in_any_order_of_attributes() -> None:
    part = planted(part_of(5, 2_000, 80, VALUES, 0.05), {"snr": "snr2"}, rate=0.3)
    turned = replace(
        part,
        table=replace(
            part.table,
            names=part.table.names[::-1],
            levels=part.table.levels[::-1],
            codes=part.table.codes[::-1],
        ),
    )
    first, again, other = search([part], FAST), search([part], FAST), search([turned], FAST)
    assert first == again
    assert [(dict(o.conditions), o.p) for o in first.found] == [(dict(o.conditions), o.p) for o in other.found]


@pytest.mark.parametrize("wrong", [0.0, 1.0])
def test_nothing_or_everything_wrong_finds_nothing(wrong: float) -> None:
    result = search([part_of(6, 200, 10, VALUES, wrong)], FAST)
    assert not result.found and not result.suspects and result.tested["missed"] > 0


def test_no_attributes_few_clips_and_no_parts() -> None:
    bare = Part("missed", table_of({"a": ["x"] * 30}), np.arange(30) % 3 == 0, np.arange(30) % 5)
    few = part_of(7, 8, 3, VALUES, 0.5)
    for parts in ([bare], [few], []):
        result = search(parts, FAST)
        assert not result.found and sum(result.tested.values()) == 0


def test_two_kinds_share_one_control() -> None:
    clean, failing = part_of(8, 1_000, 50, VALUES, 0.05), part_of(9, 3_000, 120, VALUES, 0.05)
    failing = replace(planted(failing, {"word": "word2"}, rate=0.3), kind="false_accepts")
    result = search([clean, failing], FAST)
    assert [(one.kind, dict(one.conditions)) for one in result.found] == [("false_accepts", {"word": "word2"})]
    assert result.tested.keys() == {"missed", "false_accepts"}


@pytest.mark.parametrize("asked", [{"depth": 0}, {"depth": 4}, {"least_clips": 0}, {"least_speakers": 0}])
def test_settings_that_nothing_answers_to_are_refused(asked: dict[str, int]) -> None:
    with pytest.raises(DataError):
        search([part_of(0, 50, 5, VALUES)], replace(FAST, **asked))


def test_a_part_that_does_not_fit_is_refused() -> None:
    part = part_of(0, 50, 5, VALUES)
    with pytest.raises(DataError, match="do not fit"):
        search([replace(part, wrong=part.wrong[:-1])], FAST)
