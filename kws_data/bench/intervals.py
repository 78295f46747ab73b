"""Do intervals hold what they say? Simulated test sets whose truth is known, and how often each interval holds it.

Speakers differ by a normal random effect on the logit of their rate and have different numbers of clips; a share of
hits is measured on each drawn set, as on a test split. Beside the interval by speaker stand the two that are usual:
Wilson's by clip, and percentiles of a bootstrap by speaker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.progress import Progress
from kws_data.statistics.clusters import Counts, Floats, share_intervals
from kws_data.statistics.intervals import two_sided_z, wilson

LEVEL, LOWEST, HIGHEST = 0.95, 0.93, 0.97
RESAMPLES = 1_000
_CHUNK = 500
METHODS = ("by_speaker", "by_clip", "percentiles")


@dataclass(frozen=True)
class Setting:
    """Test sets that are drawn.

    Attributes:
        rate: true share of hits, of people at large.
        speakers: in each set.
        clips: of each speaker, on average.
        uneven: whether some have many times the clips of others (log-normal, one e-fold), or all as many.
        correlation: within a speaker: variance of speakers' own rates over rate (1 - rate).
        promised: whether the interval by speaker is to cover the truth in 93 to 97 % of sets.
    """

    rate: float
    speakers: int
    clips: int
    uneven: bool = True
    correlation: float = 0.05
    promised: bool = True


#: Rates and numbers of people as test splits have them; then where it is known to say too much or too little.
SETTINGS: tuple[Setting, ...] = (
    *(Setting(rate, speakers, 20) for rate in (0.5, 0.8, 0.95, 0.99) for speakers in (10, 40, 150)),
    *(Setting(rate, 1_000, 1, uneven=False, correlation=0.0) for rate in (0.9, 0.99)),
    Setting(0.9, 10, 20, correlation=0.0, promised=False),
    Setting(0.95, 30, 15, correlation=0.15, promised=False),
    Setting(0.99, 150, 20, correlation=0.1, promised=False),
)


@dataclass(frozen=True)
class Covered:
    """Of drawn sets: the share whose interval holds the truth, lies above it, lies below it, and the mean width."""

    coverage: float
    above: float
    below: float
    width: float


@dataclass(frozen=True)
class Row:
    """What the intervals did in one setting; ``off`` says that coverage is outside 93 to 97 % beyond chance."""

    setting: Setting
    draws: int
    found: dict[str, Covered]

    @property
    def off(self) -> bool:
        """Judged by Wilson's interval of the coverage itself, which few draws make wide."""
        covered = self.found["by_speaker"].coverage
        low, high = wilson(round(covered * self.draws), self.draws)
        return high < LOWEST or low > HIGHEST

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self.setting), **{name: asdict(one) for name, one in self.found.items()}, "off": self.off}


def coverage(
    settings: Sequence[Setting] = SETTINGS, draws: int = 10_000, seed: int = 0, progress: Progress | None = None
) -> list[Row]:
    """Draw ``draws`` test sets of each setting and count the intervals that hold its rate.

    Args:
        settings: what to draw.
        draws: of each; the same seed draws the same.
        seed: of all of it.
        progress: told ("intervals", sets drawn, of all).
    """
    rows = []
    for number, setting in enumerate(settings):
        rng = np.random.default_rng([seed, number])
        parts: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in METHODS}
        for done, count in _chunks(draws):
            clips = _clips(setting, count, rng)
            hits = rng.binomial(clips, _rates(setting, clips.shape, rng))
            for name, ends in _intervals(hits, clips, rng).items():
                parts[name].append(ends)
            if progress:
                progress("intervals", number * draws + done, len(settings) * draws)
        rows.append(Row(setting, draws, {name: _covered(setting.rate, ends) for name, ends in parts.items()}))
    return rows


def _chunks(draws: int) -> Iterator[tuple[int, int]]:
    """(how many are drawn after it, how many it draws)."""
    for start in range(0, draws, _CHUNK):
        count = min(_CHUNK, draws - start)
        yield start + count, count


def _clips(setting: Setting, sets: int, rng: np.random.Generator) -> Counts:
    """Clips of each speaker, ``[sets, speakers]``, at least one."""
    shape = (sets, setting.speakers)
    if not setting.uneven:
        return np.full(shape, setting.clips, np.int64)
    return np.maximum(1, np.rint(setting.clips * rng.lognormal(-0.5, 1.0, shape))).astype(np.int64)


def _rates(setting: Setting, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """The own rate of each speaker."""
    if not setting.correlation:
        return np.full(shape, setting.rate)
    mean, spread = _logit_normal(setting.rate, setting.correlation)
    return np.asarray(1 / (1 + np.exp(-(mean + spread * rng.standard_normal(shape)))))


@lru_cache(maxsize=64)
def _logit_normal(rate: float, correlation: float) -> tuple[float, float]:
    """Mean and spread on the logit by which rates have this mean and this share of its binomial variance."""
    from scipy.optimize import root

    points, weights = np.polynomial.hermite_e.hermegauss(121)
    weights = weights / weights.sum()

    def missed(asked: Floats) -> list[float]:
        values = 1 / (1 + np.exp(-(asked[0] + np.exp(asked[1]) * points)))
        mean = float(weights @ values)
        variance = float(weights @ (values - mean) ** 2)
        return [(mean - rate) / (rate * (1 - rate)), variance / (rate * (1 - rate)) - correlation]

    mean, log_spread = root(missed, [np.log(rate / (1 - rate)), 0.0]).x
    return float(mean), float(np.exp(log_spread))


def _intervals(hits: Counts, clips: Counts, rng: np.random.Generator) -> dict[str, tuple[Floats, Floats]]:
    """Lower and upper ends ``[sets]`` of each method."""
    return {
        "by_speaker": share_intervals(hits, clips, LEVEL),
        "by_clip": _wilson(hits.sum(axis=1), clips.sum(axis=1)),
        "percentiles": _percentiles(hits, clips, rng),
    }


def _wilson(hits: NDArray[Any], clips: NDArray[Any]) -> tuple[Floats, Floats]:
    """:func:`~kws_data.statistics.intervals.wilson` of many."""
    z = two_sided_z(LEVEL)
    share = hits / clips
    centre = (share + z * z / (2 * clips)) / (1 + z * z / clips)
    half = z * np.sqrt(share * (1 - share) / clips + z * z / (4 * clips**2)) / (1 + z * z / clips)
    return np.where(hits == 0, 0.0, centre - half), np.where(hits == clips, 1.0, centre + half)


def _percentiles(hits: Counts, clips: Counts, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Percentiles of a bootstrap that draws whole speakers (Davison & Hinkley 1997, Bootstrap Methods, 5.3)."""
    speakers = hits.shape[1]
    drawn = rng.multinomial(speakers, np.full(speakers, 1 / speakers), RESAMPLES).astype(np.float64).T
    shares = (hits @ drawn) / (clips @ drawn)
    low, high = np.quantile(shares, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    return low, high


def _covered(rate: float, ends: Sequence[tuple[Floats, Floats]]) -> Covered:
    low, high = (np.concatenate(side) for side in zip(*ends, strict=True))
    above, below = float((low > rate).mean()), float((high < rate).mean())
    return Covered(1 - above - below, above, below, float((high - low).mean()))
