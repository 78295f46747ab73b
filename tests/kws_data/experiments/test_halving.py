from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.experiments.search.halving import Halving, Job, pareto_front, survivors

HALVINGS = st.builds(
    lambda rungs, eta: Halving(tuple(sorted(rungs)), eta),
    st.sets(st.integers(1, 100), min_size=1, max_size=4),
    st.integers(2, 4),
)


def score_of(number: int, epochs: int, seed: int) -> float:
    return random.Random(f"{number} {epochs} {seed}").random()


def run_all(halving: Halving, begin: list[int], seed: int, batch: int | None = None) -> dict[tuple[int, int], float]:
    """Run a bracket to its end, at most ``batch`` trials between two looks at what is to do (all when None)."""
    scores: dict[tuple[int, int], float] = {}
    while jobs := halving.next_jobs(scores, begin):
        for job in jobs[: batch or len(jobs)]:
            scores[job.key] = score_of(job.number, job.epochs, seed)
    return scores


@given(halving=HALVINGS, count=st.integers(1, 40), seed=st.integers(0, 99))
def test_each_rung_trains_one_in_eta_of_the_last_one_and_only_its_best(halving: Halving, count: int, seed: int) -> None:
    scores = run_all(halving, list(range(count)), seed)
    alive = set(range(count))
    for epochs in halving.rungs:
        trained = {number for number, rung in scores if rung == epochs}
        assert trained == alive
        best = sorted(trained, key=lambda n: -scores[n, epochs])
        alive = set(best[: max(1, len(best) // halving.eta)])


@given(halving=HALVINGS, count=st.integers(1, 40), seed=st.integers(0, 99), batch=st.integers(1, 5))
def test_an_interrupted_search_comes_to_the_same_result(halving: Halving, count: int, seed: int, batch: int) -> None:
    """However often it is asked what is to do, and however few trials end in between."""
    begin = list(range(count))
    assert run_all(halving, begin, seed) == run_all(halving, begin, seed, batch)


@given(halving=HALVINGS, count=st.integers(1, 40))
def test_the_epochs_of_a_bracket_are_those_that_are_trained(halving: Halving, count: int) -> None:
    scores = run_all(halving, list(range(count)), 0)
    assert sum(epochs for _, epochs in scores) == halving.epochs_of_bracket(count)


def test_a_bracket_of_nine_trains_nine_three_and_one() -> None:
    halving = Halving((2, 6, 18), 3)
    assert halving.bracket_size == 9 and list(halving.bracket(2)) == list(range(18, 27))
    scores = {(number, 2): float(number) for number in range(9)}
    assert halving.next_jobs(scores, range(9)) == [Job(6, 6), Job(7, 6), Job(8, 6)]
    assert halving.epochs_of_bracket(9) == 9 * 2 + 3 * 6 + 18


def test_of_equals_the_one_that_was_drawn_first_goes_on() -> None:
    assert survivors({4: 0.5, 1: 0.5, 2: 0.9, 3: 0.5}, 2) == [1, 2]


@pytest.mark.parametrize(("rungs", "eta"), [((), 3), ((3, 2), 3), ((2, 2), 3), ((0, 2), 3), ((1, 2), 1)])
def test_rungs_that_do_not_rise_are_refused(rungs: tuple[int, ...], eta: int) -> None:
    with pytest.raises(ValueError, match="rungs"):
        Halving(rungs, eta)


POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), max_size=12)


def beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


@given(points=POINTS)
def test_nothing_on_the_front_is_beaten_and_all_else_is(points: list[tuple[int, int, int]]) -> None:
    front = {points[index] for index in pareto_front(points)}
    assert all(not beats(one, other) for one in points for other in front)
    assert all(any(beats(one, other) for one in front) for other in points if other not in front)
    assert bool(front) == bool(points)


@given(points=POINTS, seed=st.integers(0, 9))
def test_the_front_does_not_depend_on_the_order(points: list[tuple[int, int, int]], seed: int) -> None:
    shuffled = random.Random(seed).sample(points, len(points))
    assert sorted(points[i] for i in pareto_front(points)) == sorted(shuffled[i] for i in pareto_front(shuffled))
