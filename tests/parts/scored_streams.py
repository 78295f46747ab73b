"""Scored streams by hand: negatives whose false peaks have a geometric tail, and words that score as they are told."""

from __future__ import annotations

import numpy as np

from kws_data.evaluation.listening import Listened
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.evaluation.stream_truth import Spoken

RATE_HZ, HOP = 16_000, 960
KEYWORDS = ("yes", "no")
WORD_EVERY = 100  # windows: 6 s


def quiet(windows: int) -> np.ndarray:
    """Scores of nothing: sure of silence."""
    scores = np.full((windows, 2 + len(KEYWORDS)), -128, np.int8)
    scores[:, 0] = 127
    return scores


def stream_of(scores: np.ndarray, name: str, kind: str, spoken: tuple[Spoken, ...] = ()) -> Listened:
    """A window every 60 ms, the first after a second."""
    ends = np.arange(len(scores), dtype=np.int64) * HOP + RATE_HZ
    return Listened(name, kind, int(ends[-1]), scores, ends, spoken)


def negatives(kind: str, hours: float, per_hour: float, fall: float, label: int, seed: int, parts: int = 4) -> list:
    """Recordings with peaks of one keyword, each 20 windows long; ``fall`` is their mean height above -64."""
    rng = np.random.default_rng(seed)
    made = []
    for part in range(parts):
        windows = int(hours / parts * 3_600 * RATE_HZ / HOP)
        scores = quiet(windows)
        for at in rng.integers(0, windows - 40, rng.poisson(per_hour * hours / parts)):
            scores[at : at + 20, label] = min(127, int(-64 + rng.exponential(fall)))
        made.append(stream_of(scores, f"{kind}-{part}", kind))
    return made


def laid(heights: dict[str, list[int]], parts: int = 2) -> list[Listened]:
    """Recordings with words, whose averages reach these heights for 20 windows at the words' ends."""
    words = [(word, height) for word, those in heights.items() for height in those]
    words = [words[at] for at in np.random.default_rng(7).permutation(len(words))]
    made = []
    for part in range(parts):
        mine = words[part::parts]
        scores, spoken = quiet(WORD_EVERY * (len(mine) + 1)), []
        for place, (word, height) in enumerate(mine):
            at = place * WORD_EVERY + 40
            scores[at : at + 20, 2 + KEYWORDS.index(word)] = height
            end_s = 1.0 + at * HOP / RATE_HZ
            spoken.append(Spoken(word, end_s - 0.5, end_s))
        made.append(stream_of(scores, f"laid-{part}", "speech", tuple(spoken)))
    return made


def split_of(negative: list[Listened], heights: dict[str, list[int]]) -> SplitStreams:
    return SplitStreams(tuple(negative), tuple(laid(heights)))
