"""Labels of a machine are taken from the probability on from which so few are wrong."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.quality.trusted_votes import NEVER, limit_of, trust
from kws_data.statistics.intervals import wilson


def _votes(clips: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities that tell the truth: a share of ``p`` of what is said with ``p`` is right."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.5, 1.0, clips) ** 0.25
    return sure, rng.random(clips) < sure, rng.integers(5, size=clips)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_so_few_are_wrong_on_people_that_the_limit_was_not_found_on(seed: int) -> None:
    sure, right, folds = _votes(20_000, seed)
    known = trust(sure, right, folds, most_wrong=0.03)
    assert known.accepted > 1_000
    assert known.wrong_share is not None and known.wrong_share <= 0.03
    assert known.wrong95 == wilson(known.wrong, known.accepted)
    np.testing.assert_allclose(known.confidence(np.array([0.9, 0.97])), [0.9, 0.97], atol=0.02)


def test_where_none_is_sure_enough_nothing_is_trusted() -> None:
    sure, right = np.full(50, 0.9), np.arange(50) % 2 == 0
    known = trust(sure, right, np.arange(50) % 5)
    assert known.limit == NEVER and known.accepted == 0 and known.wrong_share is None


def test_clips_with_the_same_probability_are_taken_or_left_together() -> None:
    sure = np.r_[np.full(400, 0.99), np.full(100, 0.5)]
    right = np.r_[np.ones(400, bool), np.zeros(100, bool)]
    assert limit_of(sure, right, 0.02) == 0.99
    assert limit_of(sure[::-1], right[::-1], 0.02) == 0.99
