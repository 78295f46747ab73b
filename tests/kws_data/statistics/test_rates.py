"""Two rates against each other: scipy's and statsmodels' figures, and what holds of every pair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from kws_data.errors import DataError
from kws_data.statistics.rates import compare_rates

COUNTS = st.integers(0, 40)
HOURS = st.floats(0.05, 50.0)


@pytest.mark.filterwarnings("ignore:divide by zero")  # theirs, of a ratio that the test does not need
@given(COUNTS, COUNTS, HOURS, HOURS)
def test_p_is_that_of_statsmodels(first: int, second: int, first_h: float, second_h: float) -> None:
    found = compare_rates((first, second), (first_h, second_h))
    if first + second == 0:
        assert found.p == 1.0
        return
    theirs = poisson_2indep(second, second_h, first, first_h, method="exact-cond").pvalue
    assert found.p == pytest.approx(float(theirs), abs=1e-12)


@given(COUNTS, COUNTS, HOURS, HOURS)
def test_the_ratio_lies_in_its_interval_and_turns_over_with_the_runs(a: int, b: int, a_h: float, b_h: float) -> None:
    found, turned = compare_rates((a, b), (a_h, b_h)), compare_rates((b, a), (b_h, a_h))
    assert found.p == pytest.approx(turned.p)
    if found.ratio is not None:
        assert found.low <= found.ratio <= (found.high or found.ratio)
    if found.high is not None and found.low:
        assert turned.low == pytest.approx(1 / found.high) and turned.high == pytest.approx(1 / found.low)


def test_by_hand() -> None:
    """Of 5 events in equal hours all are the second's: 2 / 2^5."""
    found = compare_rates((0, 5), (2.0, 2.0))
    assert found.p == pytest.approx(2 / 32) and found.ratio is None and found.high is None
    assert found.low == pytest.approx(0.025**0.2 / (1 - 0.025**0.2))
    assert compare_rates((0, 0), (1.0, 9.0)).p == 1.0
    with pytest.raises(DataError, match="rates cannot be compared"):
        compare_rates((0, 0), (0.0, 1.0))
