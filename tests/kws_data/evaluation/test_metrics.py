import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.spotter.detector import FirmwareDetector
from kws_data.errors import DataError
from kws_data.evaluation.metrics import KeywordMetrics, Metrics, confusion, metrics
from kws_data.evaluation.thresholds import choose_threshold, threshold_curve, tpr_at_fpr
from kws_data.pages.numbers import percent
from kws_data.scores import decide, probabilities, threshold_from_int8
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import mean_interval, mean_share, measured_mean, poisson_upper95, wilson

LABELS = ["_silence_", "_unknown_", "yes", "no"]
SCORES = np.array(
    [
        [0.9, 0.1, 0.0, 0.0],  # silence
        [0.0, 0.3, 0.7, 0.0],  # unknown, heard as yes
        [0.0, 0.6, 0.4, 0.0],  # unknown
        [0.0, 0.1, 0.8, 0.1],  # yes, heard
        [0.0, 0.1, 0.3, 0.6],  # yes, heard as no
        [0.0, 0.5, 0.1, 0.4],  # no, below the threshold
    ]
)
TRUTH = np.array([0, 1, 1, 2, 2, 3])


def test_metrics_of_a_table_counted_by_hand() -> None:
    found = metrics(SCORES, TRUTH, 0.5, LABELS)
    assert found.tpr == pytest.approx(1 / 3)
    assert found.fpr == pytest.approx(1 / 3)
    assert found.accuracy == pytest.approx(3 / 6)
    assert found.per_keyword["yes"] == KeywordMetrics(0.5, wilson(1, 2), 0.25, 2, wilson(1, 4))
    assert found.per_keyword["no"] == KeywordMetrics(0.0, wilson(0, 1), 0.2, 1, wilson(1, 5))
    assert found.clips == 6 and found.threshold == 0.5


def test_metrics_are_the_json_of_the_contract_and_come_back_from_it() -> None:
    found = metrics(SCORES, TRUTH, 0.5, LABELS)
    document = json.loads(json.dumps(found.to_dict()))
    assert document == found.to_dict()
    assert list(document) == [
        *("accuracy", "accuracy_ci95", "tpr", "tpr_ci95", "fpr", "fpr_ci95", "threshold", "clips", "per_keyword"),
        *("auc", "average_precision", "calibration"),
    ]
    yes = {"tpr": 0.5, "tpr_ci95": list(wilson(1, 2)), "fpr": 0.25, "clips": 2, "fpr_ci95": list(wilson(1, 4))}
    assert document["per_keyword"]["yes"] == yes
    assert Metrics.from_dict({**document, "engine": "TFLM"}) == found


def test_a_keyword_heard_as_another_is_no_false_positive_but_no_hit_either() -> None:
    found = metrics(SCORES[[2, 4]], TRUTH[[2, 4]], 0.5, LABELS)
    assert (found.tpr, found.fpr) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (95, 100, 0.8882, 0.9785)],
)
def test_wilson_intervals_from_the_literature(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-4)


def test_nothing_counted_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_int8_scores_are_exact_probabilities() -> None:
    scores = np.array([[-128, 0, 127, 1]], np.int8)
    assert probabilities(scores).tolist() == [[0.0, 0.5, 255 / 256, 129 / 256]]


def test_decisions_are_those_of_the_firmware() -> None:
    scores = np.random.default_rng(0).integers(-128, 128, (500, 6)).astype(np.int8)
    scores[:50, 2:] = 7  # equals: the first one wins
    for threshold in (-128, -3, 7, 127):
        firmware = FirmwareDetector(6, threshold).clips(scores)
        assert np.array_equal(decide(scores, threshold_from_int8(threshold)), firmware)


def test_the_threshold_is_the_lowest_that_holds_the_fpr() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(-128, 127, (400, 4)).astype(np.int8)
    y = rng.integers(0, 4, 400)
    for limit in (0.01, 0.1, 0.5):
        chosen = choose_threshold(scores, y, limit)

        def fpr(threshold: int) -> float:
            return metrics(scores, y, threshold_from_int8(threshold), LABELS).fpr

        assert fpr(chosen) <= limit

        def errors(threshold: int) -> float:
            found = metrics(scores, y, threshold_from_int8(threshold), LABELS)
            return found.fpr - found.tpr

        allowed = [t for t in range(-128, 128) if fpr(t) <= limit]
        assert errors(chosen) == pytest.approx(min(map(errors, allowed)))


def test_the_threshold_of_scores_that_lie_apart_leaves_room_below_it() -> None:
    scores = np.array([[127, -128, -128, -128]] * 5 + [[-128, -128, 60, -128]] * 5, np.int8)
    assert choose_threshold(scores, np.array([0] * 5 + [2] * 5), 0.1) == 60


def test_a_threshold_needs_clips_without_a_keyword() -> None:
    with pytest.raises(DataError, match="_unknown_"):
        choose_threshold(np.zeros((2, 4), np.int8), np.array([2, 3]), 0.1)
    with pytest.raises(DataError, match="no clip of a keyword"):
        choose_threshold(np.zeros((2, 4), np.int8), np.array([0, 1]), 0.1)


def test_confusion_counts_each_clip_once() -> None:
    table = confusion(SCORES, TRUTH, LABELS)
    assert table.sum() == 6 and table[2, 3] == 1 and table[1, 2] == 1


def test_the_curve_falls_with_the_threshold() -> None:
    curve = threshold_curve(SCORES, TRUTH)
    assert curve[0]["fpr"] == 1.0 and curve[-1]["fpr"] == 0.0
    assert all(a["fpr"] >= b["fpr"] and a["tpr"] >= b["tpr"] for a, b in pairwise(curve))


def test_poisson_bound_of_nothing_is_three() -> None:
    assert poisson_upper95(0) == pytest.approx(2.9957, abs=1e-4)
    assert poisson_upper95(10) == pytest.approx(16.9622, abs=1e-4)


@pytest.mark.parametrize("y", [np.array([0]), np.array([0, 1, 2, 3, 3, 4])])
def test_labels_that_do_not_fit_are_refused(y: np.ndarray) -> None:
    with pytest.raises(DataError):
        metrics(SCORES, y, 0.5, LABELS)


def test_the_interval_of_a_mean_is_students() -> None:
    found = mean_interval([0.94, 0.95, 0.96])
    assert found.mean == pytest.approx(0.95)
    assert found.low is not None and found.high is not None
    assert found.high - found.mean == pytest.approx(4.302653 * 0.01 / 3**0.5, abs=1e-7)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_the_interval_of_a_mean_of_shares_ends_at_0_and_1() -> None:
    assert mean_share([0.94, 0.95, 0.96]) == mean_interval([0.94, 0.95, 0.96])
    assert mean_share([0.1, 0.9]).to_dict() == {"mean": 0.5, "low": 0.0, "high": 1.0, "runs": 2}
    assert mean_share([0.9]) == mean_interval([0.9])
    loss = mean_interval([-0.01, 0.03])  # a difference of shares has no such ends
    assert loss.low is not None and loss.low < 0


def test_one_run_has_a_mean_and_no_interval() -> None:
    assert mean_interval([0.9]).to_dict() == {"mean": 0.9, "low": None, "high": None, "runs": 1}
    with pytest.raises(DataError):
        mean_interval([])


def test_tpr_at_a_fpr_of_nothing_counts_only_what_is_above_every_false_score() -> None:
    point = tpr_at_fpr(SCORES, TRUTH, 0.0)
    assert point.fpr == 0.0 and point.tpr == pytest.approx(1 / 3)  # "yes" at 0.8 beats the 0.7 of the other word
    assert 0.7 < point.threshold <= 0.8


def test_with_all_false_accepts_allowed_every_right_keyword_counts() -> None:
    point = tpr_at_fpr(SCORES, TRUTH, 1.0)
    assert point.fpr == 1.0 and point.tpr == pytest.approx(2 / 3)  # one "yes" is heard as "no" at any threshold


@given(seed=st.integers(0, 10_000), max_fpr=st.floats(0.0, 1.0))
def test_tpr_at_fpr_is_the_best_of_all_thresholds(seed: int, max_fpr: float) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(-128, 128, (40, 4)).astype(np.int8)
    y = np.r_[[0, 1, 2, 3], rng.integers(0, 4, 36)]
    point = tpr_at_fpr(scores, y, max_fpr)
    curve = [metrics(scores, y, threshold_from_int8(t), LABELS) for t in range(-128, 129)]
    assert point.fpr <= max_fpr + 1e-9
    assert point.tpr == max(m.tpr for m in curve if m.fpr <= max_fpr + 1e-9)
    assert metrics(scores, y, point.threshold, LABELS).tpr == point.tpr


def test_a_roc_needs_both_kinds_of_clips() -> None:
    with pytest.raises(DataError):
        tpr_at_fpr(SCORES[3:], TRUTH[3:], 0.01)


def test_what_nobody_says_is_not_measured() -> None:
    """Keywords and silence alone: that nothing fires in silence does not tell what speech would do."""
    alone = TRUTH != 1
    found = metrics(SCORES[alone], TRUTH[alone], 0.5, LABELS)
    assert found.fpr is None and found.fpr_ci95 == (0.0, 1.0) and found.tpr == pytest.approx(1 / 3)
    assert found.per_keyword["yes"].fpr is not None, "another keyword is another word"
    only_yes = metrics(SCORES[3:5], TRUTH[3:5], 0.5, LABELS)
    assert only_yes.per_keyword["yes"].fpr is None and only_yes.per_keyword["no"].tpr is None
    assert metrics(SCORES[:3], TRUTH[:3], 0.5, LABELS).tpr is None
    assert Metrics.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert percent(found.fpr) == "not measured" and measured_mean([0.5, found.fpr]) is None


def test_intervals_by_speaker_are_those_of_the_clips_that_count() -> None:
    rng = np.random.default_rng(2)
    scores, y = rng.random((300, 4)), rng.integers(0, 4, 300)
    speakers = [f"s{k}" for k in rng.integers(12, size=300)]
    found, keyword = metrics(scores, y, 0.6, LABELS, speakers), y >= 2
    hits, who = decide(scores, 0.6) == y, np.array(speakers)
    assert found.tpr_ci95_by_speaker == speaker_interval(hits[keyword], who[keyword].tolist())
    assert found.per_keyword["no"].tpr_ci95_by_speaker == speaker_interval(hits[y == 3], who[y == 3].tolist())
    assert found.fpr_ci95_by_speaker == speaker_interval((decide(scores, 0.6) >= 0)[~keyword], who[~keyword].tolist())
    assert found.speakers == len(set(who[y >= 1]))


def test_the_area_under_the_roc_never_counts_a_keyword_taken_for_another() -> None:
    scores = np.array([[0, 0, 0.9, 0.1], [0, 0, 0.8, 0.7], [0.5, 0, 0.1, 0.2], [0, 0.5, 0.3, 0.1]])
    found = metrics(scores, np.array([2, 3, 0, 1]), 0.5, LABELS)
    assert found.auc == 0.5 and found.average_precision == 0.5


def test_a_model_of_one_output_is_calibrated_on_what_it_tells_apart() -> None:
    p = np.array([0.9, 0.2, 0.6])
    scores = np.stack([1 - p, 1 - p, p], axis=1)
    found = metrics(scores, np.array([2, 0, 1]), 0.5, LABELS[:3]).calibration
    assert found is not None
    assert found.brier == pytest.approx((2 * 0.1**2 + 2 * 0.2**2 + 2 * 0.6**2) / 3, abs=1e-12)
    assert found.ece == pytest.approx((0.1 + 0.2 + 0.6) / 3, abs=1e-12)
    assert found.log_loss == pytest.approx(-np.log([0.9, 0.8, 0.4]).mean(), abs=1e-12)
