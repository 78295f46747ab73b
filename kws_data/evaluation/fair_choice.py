"""Choosing the strongest of many without taking fifty of one kind: a fair mix of words, speakers and recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def fair_choice(strengths: Sequence[float], groups: Sequence[Sequence[Hashable]], most: int) -> list[int]:
    """Places of the chosen ones, the strongest first (the first of equals).

    They are taken one by one: of those whose groups (a word, a speaker) have been taken least often so far, together,
    the strongest.

    Args:
        strengths: of each.
        groups: to which each belongs, as many for each.
        most: how many to choose.
    """
    left = sorted(range(len(strengths)), key=lambda at: (-strengths[at], at))
    own = [tuple(enumerate(those)) for those in groups]
    taken: list[int] = []
    counts: Counter[tuple[int, Hashable]] = Counter()
    while left and len(taken) < most:
        place = min(range(len(left)), key=lambda place: sum(counts[group] for group in own[left[place]]))
        taken.append(left.pop(place))
        counts.update(own[taken[-1]])
    return sorted(taken, key=lambda at: (-strengths[at], at))
