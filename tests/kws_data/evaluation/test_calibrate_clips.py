"""The clip threshold of a wish: what it gives is counted on the clips, and what it cannot give is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.evaluation.calibrate_clips import calibrate_clips
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.thresholds import choose_threshold
from kws_data.evaluation.wishes import Wishes

LABELS = ("_silence_", "_unknown_", "yes", "no")


def clips(keywords: list[int], others: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Scores of "yes": of clips that say it, and of others."""
    scores = np.full((len(keywords) + len(others), 4), -128, np.int8)
    scores[:, 2] = [*keywords, *others]
    return scores, np.array([2] * len(keywords) + [1] * len(others))


def test_a_tpr_alone_takes_the_highest_threshold_that_has_it() -> None:
    scores, y = clips([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], [5, 15, 25])
    found = calibrate_clips(scores, y, Wishes(tpr=0.8))
    assert found is not None and found.threshold_int8 == 30 and not found.problems
    assert (found.point.tpr, found.point.fpr) == (0.8, 0.0)
    every = calibrate_clips(scores, y, Wishes(tpr=1.0))
    assert every is not None and every.threshold_int8 == 10 and every.point.fpr == pytest.approx(2 / 3)


def test_tpr_first_gives_up_no_more_than_chance() -> None:
    """At best none is missed: none may be."""
    scores, y = clips([10, 20, 30], [5])
    found = calibrate_clips(scores, y, Wishes(tpr_first=True))
    assert found is not None and found.threshold_int8 == 10


def test_an_fpr_is_chosen_as_export_chooses_it_and_a_tpr_beside_it_is_checked() -> None:
    scores, y = clips([10, 20, 30, 40], list(range(-50, 50)))
    found = calibrate_clips(scores, y, Wishes(fpr=0.05, tpr=0.9))
    assert found is not None and found.threshold_int8 == choose_threshold(scores, y, 0.05)
    assert found.problems and "a TPR of 90 % is not reached within an FPR of 5 %" in found.problems[0]
    assert "59 clips without a keyword" in found.notes[0] and "there are 100" in found.notes[0]  # 0.95^59 = 0.0485


def test_an_fpr_that_no_threshold_has_is_said() -> None:
    scores, y = clips([10], [127, 127, 0])
    found = calibrate_clips(scores, y, Wishes(fpr=0.1))
    assert found is not None and found.threshold_int8 == 127 and "the highest has 66.7 %" in found.problems[0]


def test_nothing_wished_of_clips_leaves_their_threshold_and_one_kind_alone_fixes_none() -> None:
    scores, y = clips([10], [5])
    assert calibrate_clips(scores, y, Wishes(false_accepts_per_hour=1.0)) is None
    for only in (clips([10], []), clips([], [5])):
        with pytest.raises(DataError, match="threshold cannot be fixed"):
            calibrate_clips(*only, Wishes(tpr=0.5))


SCORES = st.lists(st.integers(-128, 127), min_size=1, max_size=30)


@given(SCORES, SCORES, st.floats(0.05, 1.0))
def test_the_figures_are_those_of_the_metrics_and_no_higher_threshold_would_do(
    keywords: list[int], others: list[int], tpr: float
) -> None:
    scores, y = clips(keywords, others)
    found = calibrate_clips(scores, y, Wishes(tpr=tpr))
    assert found is not None and not found.problems
    own = metrics(scores, y, found.point.threshold, LABELS)
    assert (own.tpr, own.fpr) == (pytest.approx(found.point.tpr), pytest.approx(found.point.fpr))
    higher = metrics(scores, y, found.point.threshold + 1 / 256, LABELS).tpr
    missed = int((1 - tpr) * len(keywords) + 1e-9)
    assert found.threshold_int8 == 127 or round((1 - (higher or 0)) * len(keywords)) > missed
