"""Coefficients of agreement against scikit-learn, statsmodels, and the examples of those who published them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from kws_data.errors import DataError
from kws_data.statistics.agreement import (
    cohen_kappa,
    confusion,
    counts_of,
    fleiss_kappa,
    krippendorff_alpha,
    one_against_rest,
    percent_agreement,
    specific_agreement,
)

#: Fleiss 1971, Table 1: 30 patients, 6 psychiatrists each; depression, personality disorder, schizophrenia, neurosis,
#: other.
PSYCHIATRISTS = np.array(
    [
        *([0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0]),
        *([0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0]),
        *([0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0]),
        *([0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0]),
        *([1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6]),
    ]
)


def coded(*raters: str) -> np.ndarray:
    """Codes [units, raters] of one line a rater; a point is a gap."""
    signs = sorted({sign for line in raters for sign in line if sign not in " ."})
    return np.array([[-1 if s == "." else signs.index(s) for s in line.replace(" ", "")] for line in raters]).T


def alpha(*raters: str) -> float | None:
    codes = coded(*raters)
    return krippendorff_alpha(counts_of(codes, int(codes.max()) + 1))


def test_krippendorffs_own_examples():
    """Krippendorff 2011, examples A, B and C."""
    assert alpha("0100000010", "1110010000") == pytest.approx(0.095, abs=5e-4)
    assert alpha("aabbdcccedda", "babbbccceddd") == pytest.approx(0.692, abs=5e-4)
    gaps = alpha("1233214 12 . . .", "1233224125.3", ".333234 2251.", "123324 41251.")
    assert gaps == pytest.approx(0.743, abs=5e-4)


def test_fleiss_own_example():
    """Fleiss 1971, Tables 1 and 2: 0.430 over all, and of each diagnosis against the others."""
    assert fleiss_kappa(PSYCHIATRISTS) == pytest.approx(0.430, abs=5e-4)
    each = [fleiss_kappa(one_against_rest(PSYCHIATRISTS, label)) for label in range(5)]
    assert each == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)


def test_cohens_own_example():
    """Cohen 1960, Table 1: observed 0.70, by chance 0.41."""
    assert cohen_kappa(np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])) == pytest.approx(0.29 / 0.59, abs=1e-12)


def test_fleiss_example_of_two_raters():
    """Fleiss, Statistical Methods for Rates and Proportions, chapter 18: κ of 100 patients is 0.68."""
    assert cohen_kappa(np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])) == pytest.approx(0.23 / 0.34, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60))
def test_cohen_as_scikit_learn_has_it(pairs):
    first, second = np.array(pairs).T
    table = confusion(first, second, 4)
    for weights in (None, "linear", "quadratic"):
        value = cohen_kappa(table, weights)
        if value is None:
            assert len({*first, *second}) == 1
        else:
            expected = cohen_kappa_score(first, second, labels=[0, 1, 2, 3], weights=weights)
            assert value == pytest.approx(expected, abs=1e-12)


@given(st.integers(2, 7), st.lists(st.lists(st.integers(0, 3), min_size=7, max_size=7), min_size=2, max_size=40))
def test_fleiss_as_statsmodels_has_it(raters, rows):
    codes = np.array(rows)[:, :raters]
    counts = counts_of(codes, 4)
    value = fleiss_kappa(counts)
    if value is None:
        assert len(np.unique(codes)) == 1
    else:
        assert value == pytest.approx(statsmodels_fleiss(counts), abs=1e-12)


def slow_alpha(codes: np.ndarray) -> float | None:
    """Krippendorff 2011, step by step: the matrix of coincidences, pair by pair."""
    labels = int(codes.max()) + 1
    together = np.zeros((labels, labels))
    for row in codes:
        given_here = [code for code in row if code >= 0]
        for i, one in enumerate(given_here):
            for j, other in enumerate(given_here):
                if i != j:
                    together[one, other] += 1 / (len(given_here) - 1)
    n = together.sum(axis=1)
    chance = n.sum() ** 2 - (n**2).sum()
    if chance == 0:
        return None
    return float(1 - (n.sum() - 1) * (together.sum() - np.trace(together)) / chance)


@given(st.lists(st.lists(st.integers(-1, 3), min_size=4, max_size=4), min_size=1, max_size=30))
def test_alpha_as_by_coincidences(rows):
    codes = np.array(rows)
    codes[0, 0] = 3
    value, expected = krippendorff_alpha(counts_of(codes, 4)), slow_alpha(codes)
    assert (value is None) == (expected is None)
    assert value is None or value == pytest.approx(expected, abs=1e-12)


def test_shares_of_two_raters():
    counts = counts_of(coded("aabbb", "abbb."), 2)
    assert percent_agreement(counts) == 3 / 4  # the last was rated once
    assert specific_agreement(counts, 0) == pytest.approx(2 / 3)  # 2a / (2a + b + c)
    assert specific_agreement(counts, 1) == pytest.approx(4 / 5)


@pytest.mark.parametrize("kappa", [fleiss_kappa, krippendorff_alpha])
def test_one_label_for_all_is_not_defined(kappa):
    assert kappa(np.array([[2, 0], [3, 0]])) is None
    assert kappa(np.zeros((0, 2), np.int64)) is None
    assert kappa(np.array([[1, 0], [0, 1]])) is None  # nobody rated with another


def test_what_is_not_defined_is_none_and_never_nan():
    assert cohen_kappa(np.array([[5, 0], [0, 0]])) is None
    assert cohen_kappa(np.zeros((3, 3), np.int64)) is None
    assert percent_agreement(np.array([[1, 0]])) is None
    assert specific_agreement(np.array([[2, 0]]), 1) is None


def test_a_code_that_is_no_label_is_refused():
    with pytest.raises(DataError, match="no number of a label"):
        counts_of(np.array([[0, 4]]), 4)
