"""A tail says how rare a false accept is that was never heard, as far as that can be known."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.evaluation.tail import MOST_PEAKS, Tail, fitted_tail, hours_of_proof


def counts_of(heights: np.ndarray, steps: int = 200) -> list[int]:
    return [int((heights >= step).sum()) for step in range(steps)]


@pytest.mark.parametrize("ratio", [0.8, 0.9, 0.95])
def test_a_geometric_tail_is_found_again(ratio: float) -> None:
    """An hour with 400 peaks at the lowest threshold: where one in ten hours is passed, within half of the distance."""
    far = np.log(0.1 / 400) / np.log(ratio)
    found = []
    for seed in range(60):
        heights = np.random.default_rng(seed).geometric(1 - ratio, 400) - 1
        tail = fitted_tail(counts_of(heights), 1.0)
        assert tail is not None and tail.per_hour <= MOST_PEAKS
        found.append(tail.step_of(0.1))
    assert np.mean(found) == pytest.approx(far, rel=0.1)
    assert np.percentile(found, 5) > 0.7 * far and np.percentile(found, 95) < 1.4 * far


def test_the_rate_at_its_step_is_within_the_wish_and_one_step_below_is_not() -> None:
    tail = Tail(step=10, per_hour=20.0, ratio=0.9)
    for wish in (0.1, 0.5, 1.0, 5.0):
        step = tail.step_of(wish)
        assert tail.rate(step) <= wish < tail.rate(step - 1)
    assert tail.step_of(1_000.0) == 10


@pytest.mark.parametrize(
    "heights",
    [[], [3, 9, 20, 50], [7] * 30, [7, 7, 7, 9, 9, 9]],
    ids=["none", "four", "one height", "two heights"],
)
def test_too_few_peaks_or_heights_make_no_tail(heights: list[int]) -> None:
    assert fitted_tail(counts_of(np.array(heights)), 1.0) is None


def test_nothing_heard_in_three_over_the_wish_proves_it() -> None:
    from kws_data.statistics.intervals import poisson_upper95

    assert hours_of_proof(0.5) == 6.0
    assert poisson_upper95(0) / hours_of_proof(0.5) == pytest.approx(0.5, rel=0.01)
