import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kws_data.coverage.thin_cells import adjusted_p, fit_margins, table_of, thin_cells

TABLES = st.sampled_from([(2, 3), (4, 4), (2, 2, 2), (2, 3, 4)]).flatmap(
    lambda shape: st.lists(st.integers(0, 50), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))).map(
        lambda values: np.array(values, np.int64).reshape(shape)
    )
)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_independence_is_the_product_of_the_shares(table: NDArray[np.int64]) -> None:
    expected = fit_margins(table, 1)
    total = table.sum()
    for index in np.ndindex(table.shape):
        shares = [table.sum(axis=tuple(a for a in range(table.ndim) if a != axis))[n] for axis, n in enumerate(index)]
        product = total * np.prod([share / total for share in shares]) if total else 0.0
        assert expected[index] == pytest.approx(product, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=12, max_size=12).map(lambda v: np.array(v, np.int64).reshape(2, 2, 3)))
def test_the_pairs_model_keeps_the_totals_of_each_pair(table: NDArray[np.int64]) -> None:
    expected = fit_margins(table, 2, rounds=2_000)
    for axis in range(3):
        assert expected.sum(axis=axis) == pytest.approx(table.sum(axis=axis), abs=1e-3)
    # no three-way interaction: the odds ratio of the first two is the same for each value of the third
    odds = expected[0, 0] * expected[1, 1] / (expected[0, 1] * expected[1, 0])
    assert odds == pytest.approx(odds[0], rel=1e-3)


def test_false_discovery_rates_are_those_of_the_textbook() -> None:
    p = np.array([[0.01, 0.04], [0.03, 0.2]])
    assert adjusted_p(p) == pytest.approx(np.array([[0.04, 0.16 / 3], [0.16 / 3, 0.2]]))


def test_a_missing_combination_is_found_although_every_total_is_balanced() -> None:
    """Women, the old and each accent are as many as can be: only the old women of one accent are missing."""
    table = np.full((2, 2, 8), 30, np.int64)
    table[0, 1, 3] = 1
    found = thin_cells(table, table * 4)
    assert [cell.index for cell in found] == [(0, 1, 3)]
    expected = 931 * (451 / 931) * (451 / 931) * (91 / 931)
    assert found[0].speakers == 1 and found[0].expected_speakers == pytest.approx(expected, abs=0.01)
    assert found[0].expected_clips == pytest.approx(4 * expected, abs=0.1) and found[0].q < 0.02
    assert found[0].reason == "combination" and 5 < found[0].expected_by_pairs < expected


def test_a_balanced_table_and_chance_are_not_marked() -> None:
    assert thin_cells(np.full((3, 5), 20), np.full((3, 5), 40)) == []
    rng = np.random.default_rng(3)
    marked = sum(bool(thin_cells(t, t, floor=0)) for t in (rng.poisson(12, (3, 4, 5)) for _ in range(100)))
    assert marked <= 8  # one in twenty is allowed


def test_too_few_to_measure_on() -> None:
    table = np.array([[9, 9, 9], [9, 4, 9]])
    assert [(cell.index, cell.reason) for cell in thin_cells(table, table, floor=5)] == [((1, 1), "few")]
    assert thin_cells(table, table, floor=0) == []


def test_values_that_were_not_said_are_left_out() -> None:
    levels, speakers, _ = table_of([(("a", "x"), 3, 9), (("b", ""), 5, 5), (("b", "y"), 2, 2)])
    assert levels == [["a", "b"], ["x", "y"]] and speakers.tolist() == [[3, 0], [0, 2]]
    assert table_of([(("a", ""), 3, 9)])[0] == []
