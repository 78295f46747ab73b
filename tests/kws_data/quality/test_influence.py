"""Values of clips are Shapley values, and clips with a wrong label hurt."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
import pytest
from made_votes import made_votes
from numpy.typing import NDArray

from kws_data.errors import DataError
from kws_data.quality.influence import HARM, HURTS, clip_values, find_harmful, knn_shapley


def _worth(chosen: tuple[int, ...], near: NDArray[np.int64], right: NDArray[np.bool_], k: int) -> float:
    """What Jia et al. call the utility of a set: right votes among its k nearest, divided by k."""
    ordered = [n for n in near if n in chosen][:k]
    return float(sum(right[n] for n in ordered)) / k


@pytest.mark.parametrize("k", [1, 2, 3, 9])
def test_values_are_those_of_removal_from_every_set(k: int) -> None:
    rng = np.random.default_rng(k)
    learnt, asked = rng.normal(size=(6, 3)).astype(np.float32), rng.normal(size=(4, 3)).astype(np.float32)
    learnt_y, asked_y = rng.integers(2, size=6), rng.integers(2, size=4)
    expected = np.zeros(6)
    for point, label in zip(asked, asked_y, strict=True):
        near, right = np.argsort(((learnt - point) ** 2).sum(axis=1)), learnt_y == label
        for n in range(6):
            others = [m for m in range(6) if m != n]
            for size in range(6):
                for chosen in combinations(others, size):
                    gain = _worth((*chosen, n), near, right, k) - _worth(chosen, near, right, k)
                    expected[n] += gain / (6 * comb(5, size)) / len(asked)
    np.testing.assert_allclose(knn_shapley(learnt, learnt_y, asked, asked_y, k), expected, atol=1e-12)


def test_clips_with_a_wrong_label_hurt_and_others_do_not() -> None:
    votes, swapped = made_votes(wrong=12)
    values = clip_values(votes)
    wrong = np.isin(votes.clip_ids, sorted(swapped))
    assert values[wrong].max() < 0 < np.percentile(values[~wrong], 1)
    found = find_harmful(votes)
    assert {one.clip_id for one in found} <= swapped and len(found) >= 9
    assert all(one.reason == HURTS and one.action == "look" and (one.value or 0) < HARM for one in found)


def test_without_an_encoder_it_says_what_is_missing() -> None:
    votes, _ = made_votes()
    with pytest.raises(DataError, match="encoder"):
        find_harmful(replace(votes, embeddings=None))
