from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar

from kws_data.errors import DataError
from kws_data.statistics.paired import compare, mcnemar


def test_mcnemar_is_the_binomial_test_of_the_clips_that_differ() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(6, 0) == pytest.approx(2 / 2**6)
    assert mcnemar(3, 3) == 1.0
    assert mcnemar(1, 9) == mcnemar(9, 1) == pytest.approx(2 * (1 + 10) / 2**10)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_statsmodels_exact_one(only_first: int, only_second: int) -> None:
    table = [[40, only_first], [only_second, 7]]
    assert mcnemar(only_first, only_second) == pytest.approx(exact_mcnemar(table, exact=True).pvalue, abs=1e-12)


@given(seed=st.integers(0, 999), clips=st.integers(1, 60), seeds=st.integers(1, 3))
def test_swapped_models_swap_the_result(seed: int, clips: int, seeds: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, seeds, clips)) < 0.8
    speakers = [f"s{n}" for n in rng.integers(0, 5, clips)]
    one, other = compare(first, second, speakers), compare(second, first, speakers)
    assert one.difference == pytest.approx(-other.difference)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.p == other.p and one.only_first == other.only_second
    assert one.low - 1e-12 <= one.difference <= one.high + 1e-12 or clips < 5


def test_a_model_is_not_told_apart_from_itself() -> None:
    right = np.random.default_rng(0).random((2, 50)) < 0.9
    same = compare(right, right, ["a"] * 25 + ["b"] * 25)
    assert same.difference == same.low == same.high == 0.0 and same.verdict == "not told apart" and same.p == (1.0, 1.0)


def test_a_clear_difference_is_seen_and_a_small_one_is_not() -> None:
    speakers = [f"s{n // 5}" for n in range(500)]
    second = np.random.default_rng(1).random((1, 500)) < 0.8
    better = second | (np.random.default_rng(2).random((1, 500)) < 0.5)
    assert compare(better, second, speakers).verdict == "better"
    assert compare(second, better, speakers).verdict == "worse"
    barely = second.copy()
    barely[0, np.flatnonzero(~second[0])[0]] = True
    assert compare(barely, second, speakers).verdict == "not told apart"


def test_clips_of_one_person_count_as_one_witness() -> None:
    """40 clips gained by one person say less than 40 gained by 40 people."""
    second, first = np.zeros((1, 400), bool), np.zeros((1, 400), bool)
    first[0, :40] = True
    alone = compare(first, second, ["one"] * 40 + [f"s{n}" for n in range(360)])
    many = compare(first, second, [f"s{n}" for n in range(400)])
    assert alone.difference == many.difference
    assert alone.high - alone.low > many.high - many.low


def test_other_clips_are_refused() -> None:
    with pytest.raises(DataError, match="same clips"):
        compare(np.ones((1, 3), bool), np.ones((1, 4), bool), ["a"] * 3)
