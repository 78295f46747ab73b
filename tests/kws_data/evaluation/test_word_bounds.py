"""Where a word begins and ends in its clip."""

from __future__ import annotations

import numpy as np

from kws_data.evaluation.word_bounds import word_bounds, word_end


def test_bounds_are_those_of_what_is_within_25_db_of_the_loudest() -> None:
    clip = np.full(16_000, 3, np.int16)
    clip[4_000:8_000:2], clip[4_001:8_000:2] = 5_000, -5_000
    assert word_bounds(clip, 16_000) == (4_000, 8_000) and word_end(clip, 16_000) == 8_000


def test_a_clip_without_a_word_or_of_a_few_samples_is_all_word() -> None:
    assert word_bounds(np.zeros(1_600, np.int16), 16_000) == (0, 1_600)
    assert word_bounds(np.ones(50, np.int16), 16_000) == (0, 50)
