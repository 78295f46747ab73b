"""Reliability and scores of probabilities against scikit-learn, and cases by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from kws_data.errors import DataError
from kws_data.statistics.calibration import brier, expected_calibration_error, log_loss, reliability

SEEDS = st.integers(0, 10_000)


def _drawn(seed, labels=4, clips=60):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(labels), clips), rng.integers(labels, size=clips)


@given(SEEDS)
def test_log_loss_and_brier_as_scikit_learn_has_them(seed):
    p, y = _drawn(seed)
    assert log_loss(p, y) == pytest.approx(sk.log_loss(y, p, labels=range(4)), abs=1e-12)
    two, y2 = _drawn(seed, 2)
    assert brier(two, y2) / 2 == pytest.approx(sk.brier_score_loss(y2, two[:, 1], labels=[0, 1]), abs=1e-12)


@given(SEEDS)
def test_bins_as_scikit_learn_has_them(seed):
    rng = np.random.default_rng(seed)
    confidence, right = rng.random(200), rng.random(200) < 0.7
    bins = [one for one in reliability(confidence, right) if one.clips]
    accuracy, mean = calibration_curve(right, confidence, n_bins=10)
    np.testing.assert_allclose([one.accuracy for one in bins], accuracy, rtol=0, atol=1e-12)
    np.testing.assert_allclose([one.confidence for one in bins], mean, rtol=0, atol=1e-12)


def test_by_hand():
    bins = reliability(np.array([0.1, 0.95, 0.85, 1.0]), np.array([False, True, False, True]))
    assert [one.clips for one in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert bins[1].confidence is None and bins[9].accuracy == 1.0
    assert expected_calibration_error(bins) == pytest.approx((0.1 + 0.85 + 2 * 0.025) / 4, abs=1e-12)
    assert brier(np.array([[0.5, 0.25, 0.25]]), np.array([0])) == pytest.approx(0.375, abs=1e-12)
    assert log_loss(np.array([[0.0, 1.0]]), np.array([0]), least=0.5) == pytest.approx(np.log(2), abs=1e-12)


@pytest.mark.parametrize("wrong", [[], [1.5], [-0.1]])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(DataError, match="no probabilities"):
        reliability(np.array(wrong), np.ones(len(wrong), np.bool_))
