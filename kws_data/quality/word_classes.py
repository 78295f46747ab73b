"""Which words a judge of labels tells apart: those said often enough; all others are one class together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.labels import UNKNOWN

LEAST_CLIPS = 40  # fewer teach a judge, and the five parts that it learns from in turn, too little


@dataclass(frozen=True)
class WordClasses:
    """Classes of words.

    Attributes:
        names: of the classes: words in their order, and ``_unknown_`` last where there are words beside them.
        given: int ``[clips]``, the class of the word that each clip has now.
    """

    names: tuple[str, ...]
    given: NDArray[np.int64]


def word_classes(words: Sequence[str], keywords: Collection[str] = (), least: int = LEAST_CLIPS) -> WordClasses:
    """The classes of clips with these words: each keyword, each word that is said ``least`` times or more, the rest."""
    counts = Counter(words)
    own = sorted(word for word, count in counts.items() if word != UNKNOWN and (count >= least or word in keywords))
    names = (*own, UNKNOWN) if len(own) < len(counts) else tuple(own)
    place = {name: number for number, name in enumerate(names)}
    given = [place.get(word, len(names) - 1) for word in words]
    return WordClasses(names, np.array(given, np.int64))
