"""Each strategy chooses what it says, never a clip with a label, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from click import Choice

from kws_data.cli.select import command
from kws_data.errors import DataError
from kws_data.quality.selection.choose import STRATEGIES, Material, choose
from kws_data.quality.selection.difference import spread_out, typical_of_clusters


def _material(known: int, clips: int = 240, classes: int = 4) -> tuple[Material, np.ndarray]:
    """Clips around corners; a tenth lies between two of them."""
    rng = np.random.default_rng(3)
    truth = rng.integers(classes, size=clips)
    vectors = 3.0 * np.eye(6)[truth] + rng.normal(0, 0.3, (clips, 6))
    between = np.arange(clips) % 10 == 0
    vectors[between] = 1.5 * (np.eye(6)[truth[between]] + np.eye(6)[(truth[between] + 1) % classes])
    vectors[between] += rng.normal(0, 0.1, (int(between.sum()), 6))
    chosen = np.flatnonzero(~between)[:known]
    return Material(vectors.astype(np.float16), chosen, truth[chosen], classes), truth


@pytest.mark.parametrize("by", STRATEGIES)
def test_no_labelled_clip_none_twice_and_the_same_again(by: str) -> None:
    material, _ = _material(40)
    places = [one.place for one in choose(material, by, 30, seed=5)]
    assert len(set(places)) == len(places) == 30
    assert not set(places) & set(material.known.tolist())
    assert places == [one.place for one in choose(material, by, 30, seed=5)]


@pytest.mark.parametrize("by", ["margin", "least-confidence", "entropy", "committee", "mix"])
def test_doubtful_clips_come_first(by: str) -> None:
    material, _ = _material(40)
    places = [one.place for one in choose(material, by, 10)]
    assert sum(place % 10 == 0 for place in places) >= (5 if by == "mix" else 8)  # one in ten at random


def test_clusters_need_no_labels_and_find_every_word_at_once() -> None:
    material, truth = _material(0)
    for by in ("cluster", "mix"):
        assert {int(truth[one.place]) for one in choose(material, by, 8)} == {0, 1, 2, 3}


def test_weights_of_slices_bring_their_clips_forward() -> None:
    material, _ = _material(40)
    weights = np.where(np.arange(240) % 10 == 5, 1e6, 1.0)
    weighted = Material(material.vectors, material.known, material.given, material.classes, weights)
    assert all(one.place % 10 == 5 for one in choose(weighted, "slices", 1))
    counts = sum(one.place % 10 == 5 for one in choose(weighted, "slices", 15))
    assert counts >= 12


def test_what_cannot_be_chosen_is_told() -> None:
    material, _ = _material(0)
    with pytest.raises(DataError, match="too few labels"):
        choose(material, "margin", 5)
    with pytest.raises(DataError, match="no such way"):
        choose(material, "magic", 5)
    every = Material(material.vectors, np.arange(240), np.zeros(240, np.int64), 4)
    with pytest.raises(DataError, match="every clip has a label"):
        choose(every, "random", 5)


def test_the_command_line_knows_the_same_strategies() -> None:
    kinds = next(one.type for one in command.params if one.name == "by")
    assert isinstance(kinds, Choice) and tuple(kinds.choices) == STRATEGIES


def test_far_and_heavy_clips_are_drawn() -> None:
    places = np.array([[0.0, 0.0], [0.01, 0.0], [5.0, 0.0], [0.0, 5.0]], np.float32)
    drawn = spread_out(places, np.array([1.0, 2.0, 1.0, 1.0]), 3, np.random.default_rng(0))
    assert drawn[0] == 1 and set(drawn) == {1, 2, 3}
    assert sorted(spread_out(np.zeros((3, 2), np.float32), np.ones(3), 3, np.random.default_rng(0))) == [0, 1, 2]


def test_all_clips_come_back_where_more_are_asked_for() -> None:
    places = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    assert sorted(typical_of_clusters(places, [3, 4], 50, seed=0)) == [n for n in range(12) if n not in (3, 4)]
