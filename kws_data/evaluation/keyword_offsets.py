"""A threshold for each keyword: false accepts are exchanged between them so that fewer are missed at the same total.

A keyword that speech hardly ever sounds like can have a lower threshold, one that it often sounds like a higher one.
With few false accepts such thresholds are easily fitted to chance; so they are first found on one half of the
recordings and tried on the other, both ways, and kept only where that misses less by more than noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from kws_data.evaluation.stream_trial import Detecting, SplitStreams, Trial
from kws_data.scores import FIRST_KEYWORD

#: Offsets are moved by so many steps of an average int8 score, first by the largest.
STEPS = (24, 12, 6)
ROUNDS = 6  # over all keywords, a step
Z = 1.645  # one-sided 95 %


@dataclass(frozen=True)
class Exchange:
    """What thresholds for each keyword gave on recordings that they were not found on.

    Attributes:
        offsets: for each keyword, on the sum of its scores; zeros where they are not kept.
        kept: they miss less by more than noise.
        gained: words heard with them and missed without, on the other half each.
        lost: words missed with them and heard without.
    """

    offsets: tuple[int, ...]
    kept: bool
    gained: int
    lost: int

    def to_dict(self) -> dict[str, Any]:
        """Without the offsets, which stand in the thresholds."""
        return {"kept": self.kept, "gained": self.gained, "lost": self.lost}


def exchanged(streams: SplitStreams, how: Detecting, average: int) -> Exchange:
    """Find offsets of the keywords' thresholds and whether they are worth having."""
    halves = [Trial.of(streams.half(which), how, average) for which in (0, 1)]
    none = (0,) * (len(how.labels) - FIRST_KEYWORD)
    if not all(half.laid.groups and half.negatives.hours for half in halves):
        return Exchange(none, False, 0, 0)
    gained = lost = 0
    for learn, held_out in (halves, halves[::-1]):
        with_them, without = _words(held_out, greedy_offsets(learn)), _words(held_out, none)
        gained += sum(new and not old for new, old in zip(with_them, without, strict=True))
        lost += sum(old and not new for new, old in zip(with_them, without, strict=True))
    kept = gained - lost > Z * sqrt(gained + lost)
    return Exchange(greedy_offsets(Trial.of(streams, how, average)) if kept else none, kept, gained, lost)


def _words(trial: Trial, offsets: Sequence[int]) -> list[bool]:
    """Which keywords are heard, at the lowest thresholds within the wish."""
    return [word.heard for word in trial.tally(offsets, trial.lowest(offsets).shift).words]


def greedy_offsets(trial: Trial) -> tuple[int, ...]:
    """Offsets from zero on, one keyword moved at a time, each move the one that saves most words."""
    offsets = (0,) * (len(trial.how.labels) - FIRST_KEYWORD)
    missed = trial.missed(offsets)
    for step in STEPS:
        for _ in range(ROUNDS):
            moved = [_moved(offsets, at, way * step * trial.average) for at in range(len(offsets)) for way in (-1, 1)]
            best, fewest = min(((one, trial.missed(one)) for one in moved), key=lambda pair: pair[1])
            if fewest >= missed:
                break
            offsets, missed = best, fewest
    return offsets


def _moved(offsets: Sequence[int], at: int, by: int) -> tuple[int, ...]:
    return tuple(offset + by * (place == at) for place, offset in enumerate(offsets))
