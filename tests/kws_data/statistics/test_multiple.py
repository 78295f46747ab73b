"""Adjusted p-values against statsmodels, and a case by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from kws_data.errors import DataError
from kws_data.statistics.multiple import holm

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(SHARES)
def test_as_statsmodels_has_them(p):
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=0, atol=1e-12)


def test_by_hand():
    p = [0.04, 0.01, 0.03, 0.5]
    np.testing.assert_allclose(holm(p), [0.09, 0.04, 0.09, 0.5], rtol=0, atol=1e-15)


def test_no_tests_are_no_error():
    assert len(holm([])) == 0


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_is_refused(wrong):
    with pytest.raises(DataError, match="not between 0 and 1"):
        holm([0.5, wrong])
