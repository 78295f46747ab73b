"""Doubt is largest where a model is torn."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.quality.selection.doubt import DOUBTS, entropy, least_confidence, margin, vote_entropy

SURE_TORN_LOST = np.array([[0.98, 0.01, 0.01], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]], np.float32)


@pytest.mark.parametrize("name", sorted(DOUBTS))
def test_who_is_sure_is_in_least_doubt(name: str) -> None:
    doubt = DOUBTS[name](SURE_TORN_LOST)
    assert doubt[0] < doubt[1] <= doubt[2] + 1e-6


def test_values_are_those_of_their_formulas() -> None:
    np.testing.assert_allclose(least_confidence(SURE_TORN_LOST), [0.02, 0.5, 2 / 3], atol=1e-6)
    np.testing.assert_allclose(margin(SURE_TORN_LOST), [0.03, 1.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(entropy(SURE_TORN_LOST)[1:], [np.log(2), np.log(3)], atol=1e-6)


def test_a_committee_that_disagrees_is_in_doubt_though_each_is_sure() -> None:
    votes = np.array([[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]], np.float32)
    np.testing.assert_allclose(vote_entropy(votes), [np.log(2), 0.0], atol=1e-6)
