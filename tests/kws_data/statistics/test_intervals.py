"""Intervals of shares and rates against statsmodels and scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from kws_data.errors import DataError
from kws_data.statistics.intervals import poisson_interval, poisson_upper95, wilson


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_as_statsmodels_has_it(hits, total, level):
    hits = min(hits, total)
    assert wilson(hits, total, level) == pytest.approx(
        proportion_confint(hits, total, 1 - level, method="wilson"), abs=1e-12
    )


@given(st.integers(0, 3_000), st.sampled_from([0.8, 0.95, 0.99]))
def test_garwood_as_by_chi_squares(events, level):
    low, high = poisson_interval(events, level)
    outside = (1 - level) / 2
    assert high == pytest.approx(chi2.ppf(1 - outside, 2 * events + 2) / 2, rel=1e-12)
    assert low == pytest.approx(chi2.ppf(outside, 2 * events) / 2 if events else 0.0, rel=1e-12)


def test_both_ends_of_90_percent_are_one_end_of_95():
    assert poisson_interval(3, 0.9)[1] == pytest.approx(poisson_upper95(3), rel=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_what_is_no_level_is_refused(level):
    for interval in (lambda: wilson(1, 2, level), lambda: poisson_interval(1, level)):
        with pytest.raises(DataError, match="a level lies between 0 and 1"):
            interval()
