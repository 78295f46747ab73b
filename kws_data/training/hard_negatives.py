"""A round of listening: what the model takes for a keyword in the negatives that it learns from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.models.float_model import as_input
from kws_data.scores import FIRST_KEYWORD
from kws_data.training.batches.negatives import PLACE, Negatives, Windows

HARD = 0.1  # score of a keyword from which on a window is worth learning from again
COUNTED = 0.5  # from which on it counts as a false accept
CERTAIN, CERTAIN_WINDOWS = 0.98, 3  # a keyword scores so much in so many windows in a row: it may have been said
SECOND = 1.0  # of quiet between two false accepts
HEARD_AT_ONCE = 2_048
MOST_WINDOWS = 120_000  # a round listens to no more: hours without end would take as long

#: Scores float [windows, labels] of inputs float [windows, frames, 1, features].
Score = Callable[[NDArray[np.float32]], Any]


@dataclass(frozen=True)
class Round:
    """What was heard.

    Attributes:
        hard: windows in which a keyword scores.
        false_accepts_per_hour: in the recordings as they are.
        doubtful: stretches without a transcript in which the model is certain of a keyword.
    """

    hard: Windows
    false_accepts_per_hour: float
    doubtful: frozenset[int] = frozenset()


def listen_to_negatives(score: Score, negatives: Negatives, rng: np.random.Generator) -> Round:
    """Listen to each stretch as it was recorded and in one augmented copy, to a random part where there is more.

    Args:
        score: the model.
        negatives: what it learns from.
        rng: which copies, and which part.
    """
    stretches, copies = negatives.x.shape[:2]
    chosen = np.flatnonzero(negatives.drawn)
    if len(chosen) * negatives.places * 2 > MOST_WINDOWS:
        fewer = max(1, MOST_WINDOWS // (2 * negatives.places))
        chosen = np.sort(rng.choice(chosen, fewer, replace=False))
    plain = _windows(chosen, np.zeros(len(chosen), np.int64), negatives.places)
    best = _best_keyword(score, negatives, plain)
    events = count_events(best.reshape(len(chosen), -1) >= COUNTED, round(SECOND / (PLACE * negatives.hop_s)))
    doubtful = _doubtful(best.reshape(len(chosen), -1), chosen, negatives)
    hard = [plain[best >= HARD]]
    if copies > 1:
        altered = _windows(chosen, rng.integers(1, copies, len(chosen)), negatives.places)
        hard.append(altered[_best_keyword(score, negatives, altered) >= HARD])
    found = np.concatenate(hard)
    kept = found[~np.isin(found[:, 0], sorted(doubtful))]
    return Round(kept, events / (negatives.hours * len(chosen) / stretches), doubtful)


def _doubtful(best: NDArray[np.float32], chosen: NDArray[np.intp], negatives: Negatives) -> frozenset[int]:
    """Stretches of which nobody wrote down what is said, with a keyword that is certain in several windows in a row."""
    if negatives.untold is None:
        return frozenset()
    runs = np.lib.stride_tricks.sliding_window_view(best >= CERTAIN, min(CERTAIN_WINDOWS, best.shape[1]), axis=1)
    certain = np.asarray(runs.all(axis=2)).any(axis=1)
    return frozenset(chosen[certain & negatives.untold[chosen]].tolist())


def count_events(heard: NDArray[np.bool_], gap: int) -> int:
    """Detections in rows of windows [rows, windows]: a window that is heard, none within ``gap`` windows before it."""
    count = 0
    for row in heard:
        last = -gap - 1
        for place in np.flatnonzero(row):
            count += int(place) - last > gap
            last = int(place)
    return count


def _windows(stretches: NDArray[np.int64], copies: NDArray[np.int64], places: int) -> Windows:
    """Every place of these stretches in these copies."""
    columns = (np.repeat(stretches, places), np.repeat(copies, places), np.tile(np.arange(places), len(stretches)))
    return np.stack(columns, axis=1).astype(np.int32)


def _best_keyword(score: Score, negatives: Negatives, windows: Windows) -> NDArray[np.float32]:
    parts = [
        np.asarray(score(as_input(negatives.windows(windows[start : start + HEARD_AT_ONCE]))))[:, FIRST_KEYWORD:]
        for start in range(0, len(windows), HEARD_AT_ONCE)
    ]
    return np.asarray(np.concatenate(parts).max(axis=1), np.float32)
