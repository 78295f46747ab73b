"""Thresholds: which decides what, and one verdict on the FPR wherever it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kws_data.evaluation.metrics import Metrics
from kws_data.report.results_section import _sentence as of_results
from kws_data.report.stream_section import stream_section
from kws_data.report.threshold_section import _sentence as of_threshold
from kws_data.report.threshold_section import fpr_verdict, two_thresholds
from tests.kws_data.evaluation.test_evaluation_report import WHOLE
from tests.kws_data.evaluation.test_stream_evaluation import FOUND

CHOSEN = {"average": 4, "sums": [447] * 6, "negatives": {}}


def test_clips_and_streams_have_their_own_threshold_and_the_page_says_which() -> None:
    told = two_thresholds(0.645, CHOSEN)
    assert "a single clip is decided at 0.645 by its one score" in told
    assert "a stream at 0.937, by the average of 4 scores in a row" in told
    assert told in stream_section(FOUND, CHOSEN, 0.645)
    assert two_thresholds(0.645, None) == two_thresholds(0.645, {"average": 4, "sums": None}) == ""
    by_keyword = two_thresholds(0.5, {"average": 1, "sums": [0, 0, 64, 96]})
    assert "a stream at 0.750 to 0.875, by keyword, by each score" in by_keyword


@pytest.mark.parametrize(("ends", "verdict"), [((0.002, 0.024), "doubt"), ((0.0, 0.015), "good"), ((0.02, 0.1), "bad")])
def test_what_is_not_excluded_is_no_goal_that_is_held(ends: tuple[float, float], verdict: str) -> None:
    host: Metrics = replace(WHOLE.host["int8"].metrics, tpr=0.95, fpr=0.01, threshold=0.645)
    host = replace(host, fpr_ci95=ends, fpr_ci95_by_speaker=ends)
    assert host.fpr_ends == ends and fpr_verdict(ends, 0.015) == verdict
    fpr = 0.05 if verdict == "bad" else 0.005
    curve = [{"threshold": 0.645, "tpr": 0.95, "fpr": fpr}, {"threshold": 0.9, "tpr": 0.5, "fpr": 0.0}]
    for sentence, told in (of_threshold(curve, host, 0.015), of_results(host, 0.015)):
        assert told == verdict and ("it holds the 1.5 % it was set for" not in sentence or verdict == "good")
