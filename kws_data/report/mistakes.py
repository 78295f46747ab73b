"""What was taken for what, counted: keywords missed or taken for another one, other words taken for a keyword."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.predictions import Predictions
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL

NOTHING = ""


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake.

    Attributes:
        said: label, or of other words the word itself.
        heard: keyword, or :data:`NOTHING`.
        keyword: whether a keyword was said.
        clips: how often, of ``of`` clips in which it was said.
    """

    said: str
    heard: str
    keyword: bool
    clips: int
    of: int

    @property
    def share(self) -> float:
        """Of the clips in which it was said."""
        return self.clips / self.of


def found_mistakes(held_out: Predictions, words: NDArray[np.str_] | None = None) -> list[Mistake]:
    """All kinds of mistakes at the operating threshold, the most frequent first.

    Args:
        held_out: predictions of one engine.
        words: that were said [rows], to tell other words apart; None counts them as their label.
    """
    names = np.array([*held_out.labels, NOTHING])
    said = names[held_out.y]
    if words is not None:
        said = np.where(held_out.y == UNKNOWN_LABEL, words, said)
    keyword = held_out.y >= FIRST_KEYWORD
    wrong = np.where(keyword, held_out.detected != held_out.y, held_out.detected >= 0)
    kinds, index, of = np.unique(said, return_inverse=True, return_counts=True)
    pairs = index[wrong] * len(names) + held_out.detected[wrong] % len(names)
    found = [
        Mistake(str(kinds[k]), str(names[heard]), str(kinds[k]) in held_out.labels[FIRST_KEYWORD:], int(n), int(of[k]))
        for pair, n in zip(*np.unique(pairs, return_counts=True), strict=True)
        for k, heard in [divmod(int(pair), len(names))]
    ]
    return sorted(found, key=lambda one: (-one.clips, -one.share, one.said, one.heard))


def missed_as(mistakes: Sequence[Mistake], keyword: str) -> list[Mistake]:
    """What became of a keyword's clips that were not detected as it, the most frequent first."""
    return [one for one in mistakes if one.keyword and one.said == keyword]


def taken_for_keywords(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """What was no keyword and was heard as one, the most frequent first."""
    return [one for one in mistakes if not one.keyword]
