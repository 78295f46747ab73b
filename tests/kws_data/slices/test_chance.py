"""Strength and chance: by hand, and that dealing errors anew keeps what must be kept."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.slices.chance import (
    design_effect,
    how_many_draws,
    intraclass_correlation,
    shuffled_errors,
    strength,
)


def test_strength_by_hand() -> None:
    """8 errors where 4 are expected, of 20 in 100 clips of different people."""
    ratio = 8 * np.log(8 / 4) + 12 * np.log(12 / 16)
    found = strength(np.array([8, 4, 0]), np.array([4.0, 4.0, 4.0]), 20.0, 0.8)
    assert found[0] == pytest.approx(np.sqrt(2 * ratio / 0.8), rel=1e-12)
    assert found[1] == found[2] == 0.0


def test_strength_is_about_normal_where_nothing_fails() -> None:
    rng = np.random.default_rng(0)
    inside = rng.hypergeometric(400, 3_600, 1_000, 20_000)
    found = strength(inside, np.full(20_000, 100.0), 400.0, 0.9)
    assert (found > 1.645).mean() == pytest.approx(0.05, abs=0.01)


def test_correlation_of_speakers_who_are_all_right_or_all_wrong_is_one_and_of_unlike_clips_none() -> None:
    speaker = np.repeat(np.arange(20), 5)
    assert intraclass_correlation(np.repeat(np.arange(20) % 4 == 0, 5), speaker) == pytest.approx(1.0)
    assert intraclass_correlation(np.tile([True, False, False, False, False], 20), speaker) == 0.0
    assert intraclass_correlation(np.array([True, False]), np.array([0, 1])) == 0.0


def test_correlation_equals_the_analysis_of_variance_by_hand() -> None:
    wrong = np.array([1, 1, 0, 0, 0, 1, 0, 0, 0], np.bool_)
    speaker = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
    sizes, errors = np.array([3, 4, 2]), np.array([2, 1, 0])
    between = (sizes * (errors / sizes - 3 / 9) ** 2).sum() / 2
    within = sum(n * (k / n) * (1 - k / n) for n, k in zip(sizes, errors, strict=True)) / 6
    typical = (9 - (sizes**2).sum() / 9) / 2
    expected = (between - within) / (between + (typical - 1) * within)
    assert intraclass_correlation(wrong, speaker) == pytest.approx(max(0.0, expected), rel=1e-12)


def test_a_slice_of_whole_speakers_counts_less_than_one_spread_over_them() -> None:
    """10 speakers of 10 clips, half of them in the slice: 1 + 9 rho; half of each one's clips: 1 - rho."""
    whole, spread = 10 * 25.0, 0.0
    effects = design_effect(np.array([50, 50]), np.array([whole, spread]), 100, 0.2)
    assert effects == pytest.approx([1 + 9 * 0.2, 1 - 0.2])


def test_dealt_anew_speakers_of_equal_size_change_places_and_keep_their_differences() -> None:
    rng = np.random.default_rng(1)
    speaker = np.repeat(np.arange(30), 8)
    wrong = rng.random(240) < np.repeat(rng.random(30) ** 3, 8)
    drawn = shuffled_errors(wrong, speaker, 50, 0)
    counts = np.sort(np.bincount(speaker, wrong))
    for draw in range(50):
        own = drawn.index[drawn.starts[draw] : drawn.starts[draw + 1]]
        assert len(set(own.tolist())) == len(own) == wrong.sum()
        assert np.array_equal(np.sort(np.bincount(speaker[own], minlength=30)), counts)
    first = drawn.index[: drawn.starts[1]]
    assert not np.array_equal(np.sort(first), np.flatnonzero(wrong))


def test_dealt_anew_speakers_of_one_clip_do_not_lend_to_one_of_a_hundred() -> None:
    speaker = np.concatenate([np.arange(40), np.repeat(np.arange(40, 60), 100)])
    wrong = np.concatenate([np.ones(40, np.bool_), np.zeros(2_000, np.bool_)])
    drawn = shuffled_errors(wrong, speaker, 20, 0)
    assert set(drawn.index.tolist()) == set(range(40)) and drawn.totals.tolist() == [40] * 20


def test_the_same_seed_deals_the_same() -> None:
    speaker, wrong = np.arange(100) % 17, np.arange(100) % 7 == 0
    first, again = (shuffled_errors(wrong, speaker, 9, 5) for _ in range(2))
    assert np.array_equal(first.index, again.index)
    assert how_many_draws(400, 100) == 400 and how_many_draws(400, 1_000_000) == 100
