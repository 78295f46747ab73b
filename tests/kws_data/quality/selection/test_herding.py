"""What is chosen is what the plain greedy search over all clips chooses."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.quality.selection import herding
from kws_data.quality.selection.herding import WIDTH, herd


def _places(clips: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(clips, 5))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _plainly(places: NDArray[np.float32], known: list[int], count: int, doubt: NDArray[np.float64]) -> list[int]:
    distance = ((places[:, None] - places[None]).astype(np.float64) ** 2).sum(axis=2)
    likeness = np.exp(-distance / (2 * WIDTH**2))
    chosen = list[int]()
    for _ in range(count):
        best, gains = [*known, *chosen], np.full(len(places), -1.0)
        before = likeness[best].max(axis=0) if best else np.zeros(len(places))
        for one in set(range(len(places))) - set(best):
            gains[one] = doubt @ (np.maximum(before, likeness[one]) - before)
        chosen.append(int(gains.argmax()))
    return chosen


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("known", [[], [3, 50, 51]])
def test_the_same_as_trying_every_clip(seed: int, known: list[int]) -> None:
    places = _places(80, seed)
    doubt = np.random.default_rng(seed).uniform(size=80)
    every = np.ones(80)
    assert [one for one, _ in herd(places, np.array(known, np.int64), 12)] == _plainly(places, known, 12, every)
    found = herd(places, np.array(known, np.int64), 12, doubt)
    assert [one for one, _ in found] == _plainly(places, known, 12, doubt)
    gains = [gain for _, gain in found]
    assert gains == sorted(gains, reverse=True) and 0 < sum(gains) <= 1


def test_all_that_are_left_come_back_where_more_are_asked_for_and_where_nothing_is_in_doubt() -> None:
    places = _places(12)
    assert sorted(one for one, _ in herd(places, np.array([3, 4]), 50)) == [n for n in range(12) if n not in (3, 4)]
    assert len(herd(places, np.array([3, 4]), 5, np.zeros(12))) == 5


def test_of_many_clips_some_are_asked_and_stood_for(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = np.repeat(np.eye(4, dtype=np.float32), 500, axis=0)
    monkeypatch.setattr(herding, "STOOD_FOR", 100)
    monkeypatch.setattr(herding, "ASKED", 60)
    chosen = [one for one, _ in herd(corners, np.zeros(0, np.int64), 4, seed=2)]
    assert {one // 500 for one in chosen} == {0, 1, 2, 3}
    assert chosen == [one for one, _ in herd(corners, np.zeros(0, np.int64), 4, seed=2)]
    assert len(herd(corners, np.zeros(0, np.int64), 200, seed=2)) == 200
