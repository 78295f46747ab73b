"""Two models on the same clips: which is better, by how much, and could it be chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

RESAMPLES = 10_000
POINT = 0.01


@dataclass(frozen=True)
class Paired:
    """Accuracy of a model less that of another one, on the same clips.

    Attributes:
        difference: mean over clips (and seeds); positive when the first is better.
        low, high: its 95 % interval, by resampling speakers.
        only_first, only_second: clips that only one of them gets right, seed for seed.
        p: McNemar's exact two-sided p of each seed.
        clips, speakers: on which it was found.
    """

    difference: float
    low: float
    high: float
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]
    p: tuple[float, ...]
    clips: int
    speakers: int

    @property
    def verdict(self) -> str:
        """In words: what the interval allows to say."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "not told apart"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        held = {"not_worse": self.difference >= 0.0, "better_by_a_point": self.difference >= POINT}
        return {**asdict(self), "verdict": self.verdict, **held}


def compare(first: NDArray[np.bool_], second: NDArray[np.bool_], speakers: Sequence[str]) -> Paired:
    """Compare what two models got right.

    The interval is a bootstrap over speakers (clips of one person are not independent), so it holds for other people
    from where these come from; over a few seeds it takes each clip's mean.

    Args:
        first, second: bool [seeds, clips], whether a clip was right.
        speakers: of each clip.

    Raises:
        DataError: shapes do not fit, or there are no clips.
    """
    if first.shape != second.shape or first.ndim != 2 or first.shape[1] != len(speakers) or not first.size:
        raise DataError("models were not scored on the same clips", [list(first.shape), list(second.shape)], "run both")
    gain = first.mean(axis=0) - second.mean(axis=0)
    low, high = _speaker_interval(gain, speakers)
    only_first, only_second = (first & ~second).sum(axis=1), (second & ~first).sum(axis=1)
    return Paired(
        difference=float(gain.mean()),
        low=low,
        high=high,
        only_first=tuple(map(int, only_first)),
        only_second=tuple(map(int, only_second)),
        p=tuple(mcnemar(int(a), int(b)) for a, b in zip(only_first, only_second, strict=True)),
        clips=first.shape[1],
        speakers=len(set(speakers)),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p that both are equally good (McNemar 1947, Psychometrika 12:153; binomial form)."""
    from scipy.stats import binomtest

    total = only_first + only_second
    return float(binomtest(only_first, total, 0.5).pvalue) if total else 1.0


def _speaker_interval(gain: NDArray[np.float64], speakers: Sequence[str]) -> tuple[float, float]:
    """95 % percentile interval of the mean of ``gain`` [clips], whole speakers drawn with replacement."""
    _, group = np.unique(np.asarray(speakers), return_inverse=True)
    sums, sizes = np.bincount(group, gain), np.bincount(group)
    drawn = np.random.default_rng(0).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), RESAMPLES)
    means = (drawn @ sums) / (drawn @ sizes)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
