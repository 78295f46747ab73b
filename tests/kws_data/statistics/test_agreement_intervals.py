"""Intervals of agreement: they hold the value, depend on the seed alone, and cover what is true."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from kws_data.statistics.agreement import confusion, counts_of
from kws_data.statistics.agreement_intervals import (
    BOOTSTRAP,
    WILSON,
    cohen_interval,
    fleiss_interval,
    krippendorff_interval,
    percent_interval,
    specific_interval,
)


def rated(clips: int, right: float, seed: int, raters: int = 2, labels: int = 4) -> np.ndarray:
    """Codes of raters who each hear the true label with this chance, and else any."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, (clips, 1))
    return np.where(rng.random((clips, raters)) < right, truth, rng.integers(0, labels, (clips, raters)))


def test_cohens_interval_is_near_that_of_statsmodels():
    """statsmodels has the large-sample one of Fleiss, Cohen & Everitt 1969."""
    table = confusion(*rated(800, 0.9, 1).T, 4)
    ours, theirs = cohen_interval(table), cohens_kappa(table)
    assert (ours.low, ours.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=0.01)
    assert ours.method == BOOTSTRAP


def test_two_raters_share_has_wilsons():
    codes = rated(90, 0.9, 2)
    found = percent_interval(counts_of(codes, 4))
    same = int((codes[:, 0] == codes[:, 1]).sum())
    assert (found.low, found.high) == pytest.approx(proportion_confint(same, 90, 0.05, method="wilson"))


def test_the_same_clips_in_another_order_have_the_same_interval():
    counts = counts_of(rated(60, 0.8, 3, raters=3), 4)
    other = counts[np.random.default_rng(0).permutation(60)]
    for interval in (percent_interval, fleiss_interval, krippendorff_interval):
        assert interval(counts) == interval(other)
    assert krippendorff_interval(counts, seed=1).low != krippendorff_interval(counts, seed=2).low


def test_twenty_clips_without_a_disagreement_prove_little():
    counts = counts_of(np.repeat(np.arange(20)[:, np.newaxis] % 2, 2, axis=1), 2)
    for interval in (fleiss_interval, krippendorff_interval):
        found = interval(counts)
        assert (found.value, found.high, found.method) == (1.0, 1.0, WILSON)
        assert 0.6 < found.low < 0.75  # 20 of 20: Wilson's lower end is 0.84, chance is one half
    table = np.array([[10, 0], [0, 10]])
    assert cohen_interval(table).low == pytest.approx(1 - (1 - proportion_confint(20, 20, method="wilson")[0]) / 0.5)
    assert specific_interval(counts, 0).low < 0.9


def test_nothing_to_agree_on_has_no_interval():
    for found in (krippendorff_interval(np.array([[2, 0]] * 5)), fleiss_interval(np.zeros((0, 2), np.int64))):
        assert (found.value, found.low, found.high, found.method) == (None, None, None, "")


@pytest.mark.slow
@pytest.mark.parametrize(("clips", "right"), [(50, 0.9), (200, 0.95), (100, 0.7)])
def test_nineteen_of_twenty_intervals_hold_the_truth(clips, right):
    """Two raters who each hear the truth with chance ``right`` agree beyond chance by its square."""
    held = 0
    for seed in range(400):
        found = krippendorff_interval(counts_of(rated(clips, right, seed + 1000), 4), seed)
        held += bool(found.low <= right**2 <= found.high)
    assert 0.91 <= held / 400 <= 0.985
