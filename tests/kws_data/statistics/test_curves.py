"""Curves and areas against scikit-learn, and cases by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from kws_data.errors import DataError
from kws_data.statistics.curves import detection_curve

CLIPS = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=80).filter(
    lambda clips: len({positive for positive, _ in clips}) == 2
)


def _arrays(clips):
    return np.array([positive for positive, _ in clips]), np.array([k / 20 for _, k in clips])


@given(CLIPS)
def test_as_scikit_learn_has_them(clips):
    positive, score = _arrays(clips)
    curve = detection_curve(positive, score)
    fpr, tpr, thresholds = sk.roc_curve(positive, score, drop_intermediate=False)
    for ours, theirs in ((curve.fpr, fpr), (curve.tpr, tpr), (curve.thresholds, thresholds)):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert curve.auc == pytest.approx(sk.roc_auc_score(positive, score), abs=1e-12)
    assert curve.average_precision == pytest.approx(sk.average_precision_score(positive, score), abs=1e-12)
    precision, recall, _ = sk.precision_recall_curve(positive, score)
    np.testing.assert_allclose(curve.precision[::-1], precision, rtol=0, atol=1e-12)
    np.testing.assert_allclose(curve.tpr[::-1], recall, rtol=0, atol=1e-12)


@given(CLIPS)
def test_the_det_is_scikit_learns(clips):
    positive, score = _arrays(clips)
    curve = detection_curve(positive, score)
    fpr, fnr, thresholds = sk.det_curve(positive, score)
    ours = {t: (a, b) for t, a, b in zip(curve.thresholds, curve.fpr, curve.fnr, strict=True)}
    for t, a, b in zip(thresholds, fpr, fnr, strict=True):
        assert not np.isfinite(t) or ours[t] == pytest.approx((a, b), abs=1e-12)


@given(CLIPS)
def test_what_is_never_detected_scores_below_all_others(clips):
    positive, score = _arrays(clips)
    never = positive & (score < 0.3)
    curve = detection_curve(positive, np.where(never, -np.inf, score))
    assert curve.auc == pytest.approx(sk.roc_auc_score(positive, np.where(never, -1.0, score)), abs=1e-12)
    assert curve.tpr[-1] == pytest.approx((positive & ~never).sum() / positive.sum(), abs=1e-12)


def test_by_hand():
    curve = detection_curve(np.array([True, True, False, True]), np.array([0.9, 0.4, 0.6, -np.inf]))
    np.testing.assert_allclose(curve.tpr, [0, 1 / 3, 1 / 3, 2 / 3])
    np.testing.assert_allclose(curve.precision, [1, 1, 1 / 2, 2 / 3])
    assert curve.auc == pytest.approx(1 / 3) and curve.average_precision == pytest.approx(1 / 3 + 2 / 9)


def test_clips_of_one_kind_have_no_curve():
    with pytest.raises(DataError, match="both kinds of clips"):
        detection_curve(np.array([True, True]), np.array([0.1, 0.2]))
