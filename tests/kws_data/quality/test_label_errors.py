"""Swapped labels are found, with the right word; right ones are left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_votes import made_votes

from kws_data.quality.label_errors import (
    LABEL_DOUBT,
    LABEL_ERROR,
    WRONG,
    WRONG_UNHEARD,
    confused_pairs,
    find_label_errors,
    label_scores,
    limit_of,
)
from kws_data.quality.out_of_fold import lead


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_swapped_labels_are_found_and_named(seed: int) -> None:
    votes, swapped = made_votes(seed=seed)
    found = [one for one in find_label_errors(votes) if one.reason == LABEL_ERROR]
    assert {one.clip_id for one in found} <= swapped and len(found) >= 0.9 * len(swapped)
    place = {clip_id: n for n, clip_id in enumerate(votes.clip_ids)}
    for one in found:
        own = int(votes.given[place[one.clip_id]])
        assert one.action == "relabel" and one.suggestion == f"word{(own - 1) % 3}"
        assert f'labelled "word{own}"' in one.detail


def test_the_least_likely_label_comes_first_and_doubts_are_for_people() -> None:
    votes, _ = made_votes()
    found = find_label_errors(votes, below=0.0)
    assert {one.reason for one in found} == {LABEL_DOUBT} and {one.action for one in found} == {"look"}
    values = [one.value for one in found]
    assert values == sorted(values, key=lambda value: -(value or 0.0))


def test_another_word_is_set_aside_for_nobody_knows_which() -> None:
    votes, swapped = made_votes()
    votes = replace(votes, classes=("word0", "word1", "_unknown_"))
    found = [one for one in find_label_errors(votes, {"0000": "told"}) if one.action == "set aside"]
    assert found and all(not one.suggestion and "another word" in one.detail for one in found)
    assert {one.clip_id for one in found} <= swapped


def test_quality_is_half_of_one_less_the_lead() -> None:
    votes, _ = made_votes()
    expected = (1 - lead(votes.probabilities, votes.given)) / 2
    np.testing.assert_allclose(label_scores(votes).quality, expected, atol=1e-5)


def test_judges_without_an_encoder_must_be_surer() -> None:
    votes, _ = made_votes()
    assert limit_of(votes) == WRONG
    assert limit_of(replace(votes, embeddings=None)) == WRONG_UNHEARD < WRONG


def test_pairs_that_are_confused_come_first_and_share_no_word() -> None:
    votes, _ = made_votes(classes=4, wrong=0)
    chances = votes.probabilities.copy()
    rows = votes.given == 0
    chances[rows] = [0.5, 0.0, 0.0, 0.5]
    pairs = confused_pairs(replace(votes, probabilities=chances), 5)
    assert pairs == [("word0", "word3"), ("word1", "word2")]
    assert confused_pairs(votes, 5, among=["word1", "word3"]) == [("word1", "word3")]


def test_a_rare_word_is_no_warning() -> None:
    found, _ = made_votes()
    given = np.where(found.given == 2, 1, found.given)
    given[np.flatnonzero(found.given == 2)[0]] = 2
    assert len(label_scores(replace(found, given=given)).quality) == len(given)
