"""The strongest are chosen, but not all of one word or one speaker."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kws_data.evaluation.fair_choice import fair_choice

ROWS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.integers(0, 6)), max_size=40)


def test_one_word_does_not_take_all_places() -> None:
    strengths, words = [0.9, 0.8, 0.7, 0.2, 0.1], ["yes", "yes", "yes", "no", "go"]
    assert fair_choice(strengths, [[word] for word in words], 3) == [0, 3, 4]
    assert fair_choice(strengths, [[word] for word in words], 4) == [0, 1, 3, 4]
    assert fair_choice([0.5, 0.5], [["a"], ["b"]], 1) == [0]


@given(ROWS, st.integers(0, 45))
def test_as_many_as_there_are_and_no_group_before_its_turn(rows: list[tuple[float, int, int]], most: int) -> None:
    strengths, groups = [row[0] for row in rows], [row[1:] for row in rows]
    chosen = fair_choice(strengths, groups, most)
    assert len(chosen) == len(set(chosen)) == min(most, len(rows))
    assert [strengths[at] for at in chosen] == sorted((strengths[at] for at in chosen), reverse=True)
    one_group = fair_choice(strengths, [[0] for _ in rows], most)
    assert one_group == sorted(range(len(rows)), key=lambda at: (-strengths[at], at))[:most]


@given(ROWS, st.integers(0, 45))
def test_no_word_has_two_more_than_one_that_is_left_out(rows: list[tuple[float, int, int]], most: int) -> None:
    words = [row[1] for row in rows]
    chosen = fair_choice([row[0] for row in rows], [[word] for word in words], most)
    counts = Counter(words[at] for at in chosen)
    left_out = {words[at] for at in range(len(rows)) if at not in chosen}
    assert all(max(counts.values(), default=0) <= counts[word] + 1 for word in left_out)
