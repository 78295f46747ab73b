"""How many more it takes: by hand, and by the intervals themselves."""

from __future__ import annotations

from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.statistics.enough import clips_to_differ, clips_to_tell, design_effect, hours_to_prove, hours_to_tell
from kws_data.statistics.intervals import Z95, poisson_upper95, wilson


def test_clips_by_hand() -> None:
    """z^2 * 0.95 * 0.05 / 0.01^2 = 3.8415 * 475 = 1824.7; all right: n / (n + z^2) = 0.95 at n = 19 z^2 = 72.99."""
    assert clips_to_tell(0.96, 0.95) == 1_825
    assert clips_to_tell(1.0, 0.95) == 73
    assert clips_to_tell(0.005, 0.01) == 1_522  # 3.8415 * 0.0099 / 0.005^2 = 1521.2
    assert clips_to_tell(0.9, 0.9) == inf and clips_to_tell(0.9, 1.0) == inf and clips_to_tell(0.1, 0.0) == inf


@given(st.integers(1, 99), st.integers(1, 99))
def test_at_so_many_clips_wilsons_end_is_at_the_limit_and_a_little_before_it_is_not(rate: int, limit: int) -> None:
    if rate == limit:
        return
    clips = 100 * int(clips_to_tell(rate / 100, limit / 100) // 100 + 1)  # whole hits at this rate
    low, high = wilson(rate * clips // 100, clips)
    assert low >= limit / 100 if rate > limit else high <= limit / 100
    fewer = clips - 200
    if fewer > 0:
        low, high = wilson(rate * fewer // 100, fewer)
        assert low < limit / 100 if rate > limit else high > limit / 100


def test_hours_without_an_event_are_the_rule_of_three() -> None:
    assert hours_to_prove(0.1) == pytest.approx(29.957, abs=1e-3)
    assert hours_to_tell(0, 5.0, 0.1) == pytest.approx(-log(0.05) / 0.1)
    assert poisson_upper95(0) / hours_to_prove(0.5) == pytest.approx(0.5)


def test_hours_with_events_by_the_table() -> None:
    """2 in 10 h: in 20 h there are 4, whose bound is 9.1535 (Garwood's table): 0.4577 an hour."""
    assert hours_to_tell(2, 10.0, 9.1535 / 20) == pytest.approx(20.0, abs=1e-3)
    assert hours_to_tell(2, 10.0, 0.2) == inf


def test_the_effect_of_speakers_is_the_square_of_the_widths() -> None:
    assert design_effect((0.90, 0.98), (0.92, 0.96)) == pytest.approx(4.0)
    assert design_effect((0.93, 0.95), (0.92, 0.96)) == 1.0
    assert design_effect((1.0, 1.0), (1.0, 1.0)) == 1.0


def test_a_difference_needs_its_interval_to_be_as_narrow_as_it_is_large() -> None:
    assert clips_to_differ(0.01, -0.01, 0.03, 100) == 400
    assert clips_to_differ(-0.01, -0.03, 0.01, 100) == 400
    assert clips_to_differ(0.0, -0.1, 0.1, 100) == inf
    assert pytest.approx(1.96, abs=1e-3) == Z95
