"""Successive halving: many candidates are trained a little, the best of them longer, the best of those longest
(Jamieson & Talwalkar 2016, https://arxiv.org/abs/1502.07943).

Candidates come in brackets of the same size, one after the other, as many as time allows. What is to do next follows
from the scores that are known and from nothing else, so a search that was interrupted goes on where it stood, and
any number of processes comes to the same result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Score of a candidate (its number) after so many epochs: the higher the better.
Scores = Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Job:
    """Train candidate ``number`` from nothing for ``epochs``."""

    number: int
    epochs: int

    @property
    def key(self) -> tuple[int, int]:
        """As in :data:`Scores`."""
        return self.number, self.epochs


@dataclass(frozen=True)
class Halving:
    """Rungs of a bracket.

    Attributes:
        rungs: epochs of each rung, rising.
        eta: of each rung, one in ``eta`` candidates goes on to the next.
    """

    rungs: tuple[int, ...] = (6, 18, 54)
    eta: int = 3

    def __post_init__(self) -> None:
        if not self.rungs or list(self.rungs) != sorted(set(self.rungs)) or self.rungs[0] < 1 or self.eta < 2:
            raise ValueError(f"rungs {self.rungs} must rise from 1 or more, eta {self.eta} must be 2 or more")

    @property
    def bracket_size(self) -> int:
        """Candidates that begin in a bracket, so that one of them sees its last rung."""
        return int(self.eta ** (len(self.rungs) - 1))

    def bracket(self, number: int) -> range:
        """Numbers of the candidates of a bracket."""
        return range(number * self.bracket_size, (number + 1) * self.bracket_size)

    def next_jobs(self, scores: Scores, candidates: Sequence[int]) -> list[Job]:
        """What is still to be trained in the first rung of a bracket that is not done; nothing when all are.

        Args:
            scores: what is known.
            candidates: those that begin in the bracket.
        """
        alive = list(candidates)
        for epochs in self.rungs:
            waiting = [Job(number, epochs) for number in alive if (number, epochs) not in scores]
            if waiting:
                return waiting
            alive = survivors({number: scores[number, epochs] for number in alive}, max(1, len(alive) // self.eta))
        return []

    def epochs_of_bracket(self, candidates: int) -> int:
        """Epochs that a bracket of so many candidates trains in all."""
        total, alive = 0, candidates
        for epochs in self.rungs:
            total += alive * epochs
            alive = max(1, alive // self.eta)
        return total


def survivors(scores: Mapping[int, float], keep: int) -> list[int]:
    """The ``keep`` candidates with the highest scores, by number; among equals those that were drawn first."""
    best = sorted(scores, key=lambda number: (-scores[number], number))[:keep]
    return sorted(best)


def pareto_front(points: Sequence[tuple[float, ...]]) -> list[int]:
    """Indices of the points that no other point beats: as good in everything and better in something. Lower is better.

    Points that are equal in everything stand or fall together.
    """
    return [
        index
        for index, point in enumerate(points)
        if not any(other != point and all(a <= b for a, b in zip(other, point, strict=True)) for other in points)
    ]
