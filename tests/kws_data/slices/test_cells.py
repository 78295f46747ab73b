"""Cells of cross tables hold the clips for which their conditions hold, counted here one by one."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from made_slices import part_of

from kws_data.slices.cells import all_cells, named, people_in


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(5, 80), st.integers(1, 12), st.sampled_from([0.0, 0.3, 0.9]), st.integers(1, 6)
)
def test_all_slices_and_their_clips_are_those_of_a_count_one_by_one(
    seed: int, clips: int, people: int, missing: float, least: int
) -> None:
    part = part_of(seed, clips, people, {"a": 2, "b": 3, "c": 4, "d": 1}, missing=missing)
    table = part.table
    expected = {}
    for depth in (1, 2, 3):
        for chosen in combinations(table.names, depth):
            for values in product(*(table.levels[table.place(name)] for name in chosen)):
                conditions = dict(zip(chosen, values, strict=True))
                held = table.holding(conditions)
                parents = [{k: v for k, v in conditions.items() if k != gone} for gone in chosen]
                same = depth > 1 and any(table.holding(one).sum() == held.sum() for one in parents)
                if least <= held.sum() < clips and not same:
                    expected[tuple(conditions.items())] = held
    found = {}
    for cells in all_cells(table, 3, least):
        for number, (values, count) in enumerate(zip(cells.values, cells.clips, strict=True)):
            conditions = tuple(named(table, cells.attributes, values.tolist()).items())
            found[conditions] = cells.of_clip == number
            assert count == found[conditions].sum()
    assert found.keys() == expected.keys()
    assert all((found[one] == expected[one]).all() for one in found)


def test_speakers_and_spread_by_hand() -> None:
    part = part_of(3, 60, 7, {"a": 2})
    (cells,) = all_cells(part.table, 1, 1)
    clips_of = np.bincount(part.speaker)
    people = people_in(cells, part.speaker, clips_of)
    for number in range(len(cells)):
        inside = np.bincount(part.speaker[cells.of_clip == number], minlength=len(clips_of))
        assert people.speakers[number] == (inside > 0).sum()
        expected = ((inside - clips_of * cells.clips[number] / 60) ** 2).sum()
        assert np.isclose(people.spread[number], expected, rtol=1e-12)


def test_draws_are_counted_as_one_by_one() -> None:
    part = part_of(4, 500, 20, {"a": 3, "b": 4}, missing=0.2)
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 90, 300)
    index, starts = rng.integers(0, 500, lengths.sum()), np.cumsum([0, *lengths])
    for cells in all_cells(part.table, 2, 5):
        counted = cells.count_draws(index, starts)
        for draw in (0, 17, 299):
            own = index[starts[draw] : starts[draw + 1]]
            assert counted[draw].tolist() == cells.count(own).tolist()
