"""The highest thresholds that still hear enough of the keywords: as few false accepts as a wished TPR allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from kws_data.evaluation.stream_trial import Trial, even_levels
from kws_data.scores import FIRST_KEYWORD

COARSE = 8  # levels, from one that is tried to the next
ROUNDS = 2  # over all keywords


def highest(levels: Sequence[int], holds: Callable[[int], bool]) -> int | None:
    """The highest level that holds, by steps of COARSE and then one by one; None where none of those steps does.

    A higher threshold may hear a word that a lower one misses (another keyword came first, and nothing is detected for
    a while after it), so halving could pass over it.
    """
    places = list(range(len(levels) - 1, -1, -COARSE))
    if places[-1] != 0:
        places.append(0)
    for before, place in zip([len(levels) - 1, *places], places, strict=False):
        if holds(levels[place]):
            return next((levels[at] for at in range(before - 1, place, -1) if holds(levels[at])), levels[place])
    return None


def fewest_missed(trial: Trial, levels: Sequence[int]) -> int:
    """Keywords missed at the best of the levels (every COARSE of them), one threshold for all."""
    aimed = trial.laid.aimed((0,) * _keywords(trial))
    return min(aimed.tally(level).missed for level in levels[::COARSE])


def by_chance(count: int) -> int:
    """So many are no more than ``count`` but for chance: one standard error of a count."""
    return int(count + sqrt(count))


def common_floor(trial: Trial, allowed: int) -> int | None:
    """The highest threshold on sums, one for all keywords, at which no more than ``allowed`` are missed."""
    aimed = trial.laid.aimed((0,) * _keywords(trial))
    levels = even_levels(trial.average, trial.how.least_int8)
    return highest(levels, lambda level: aimed.tally(level).missed <= allowed)


def keyword_floors(trial: Trial, start: int, tpr: float) -> tuple[int, ...]:
    """A threshold for each keyword at which that keyword itself is missed no more often than is wished, as high as that
    goes; ``start`` for one that has none.

    Each is raised or lowered in turn, with those of the others as they are.
    """
    levels, count = even_levels(trial.average, trial.how.least_int8), _keywords(trial)
    thresholds = [start] * count
    for _ in range(ROUNDS):
        for place in range(count):
            word = trial.how.labels[FIRST_KEYWORD + place]

            def holds(level: int, place: int = place, word: str = word) -> bool:
                tried = [*thresholds[:place], level, *thresholds[place + 1 :]]
                own = [one for one in trial.laid.aimed(tried).tally().words if one.label == word]
                return sum(not one.heard for one in own) <= int((1.0 - tpr) * len(own) + 1e-9)

            found = highest(levels, holds)
            thresholds[place] = start if found is None else found
    return tuple(thresholds)


def _keywords(trial: Trial) -> int:
    return len(trial.how.labels) - FIRST_KEYWORD
