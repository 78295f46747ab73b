"""Choosing the strongest of many without taking fifty of one kind: a fair mix of words, speakers and recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def fair_choice(strengths: Sequence[float], groups: Sequence[Sequence[Hashable]], most: int) -> list[int]:
    """Places of the chosen ones, the strongest first (the first of equals).

    In the first round one of each group is taken, the strongest that is left; in the second a second one, and so on.
    One that belongs to several groups (a word, a speaker) is taken only while all of them have room.

    Args:
        strengths: of each.
        groups: to which each belongs, as many for each.
        most: how many to choose.
    """
    left = sorted(range(len(strengths)), key=lambda at: (-strengths[at], at))
    taken: list[int] = []
    counts: Counter[tuple[int, Hashable]] = Counter()
    room = 0
    while left and len(taken) < most:
        room += 1
        waiting = []
        for at in left:
            own = list(enumerate(groups[at]))
            if len(taken) < most and all(counts[group] < room for group in own):
                taken.append(at)
                counts.update(own)
            else:
                waiting.append(at)
        left = waiting
    return sorted(taken, key=lambda at: (-strengths[at], at))
