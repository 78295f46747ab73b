"""Whether the search for failing slices finds one that was planted, and none where nothing fails.

Sets are simulated: people of unequal numbers of clips, of five accents, two genders and four ages, who say ten words at
four SNRs into three devices in three rooms; twelve attributes in all. Some people are misheard more often than others
(their rate is a log-normal multiple of the usual one). In a planted set one accent at one SNR has three times the
errors.

**Found first** is strict: the first slice reported must be exactly the planted accent and SNR, no wider and no
narrower. **False findings** are all slices reported in a set where nothing is planted. The baseline is what a loop over
all slices does: those whose errors are too many by a binomial test at 5 %, each by itself, the smallest p first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.progress import Progress, no_progress
from kws_data.slices.cells import all_cells, named, people_in
from kws_data.slices.cut import Part, SearchSettings
from kws_data.slices.search import search
from kws_data.slices.table import table_of

BASE_RATE, TIMES = 0.05, 3.0
SPREAD = 0.5  # of the logarithm of people's rates: two of three lie within 0.6 and 1.6 times the usual one
CLIPS_EACH = 20
NAIVE_ALPHA = 0.05
SIZES = (1_000, 3_000, 10_000)
#: attribute -> how many values it has; of the person, and of the clip.
PERSONAL = {"accent": 5, "gender": 2, "age": 4, "device": 3, "room": 3}
SAID = {"snr": 4, "word": 10, "pitch": 4, "rate": 3, "level": 4, "onset": 4, "length": 3}


@dataclass(frozen=True)
class SlicesFigure:
    """One size of set.

    Attributes:
        clips, sets: of how many clips, and how many sets with a planted slice and as many without.
        speakers, slices: of a set, on the mean.
        found_first: sets in which the planted slice is the first that is reported, exactly.
        found: sets in which it is reported at all, exactly.
        silent: planted sets in which nothing is reported.
        false_per_set: slices reported in a set without one, on the mean.
        naive_first, naive_false_per_set: the same of the baseline.
        seconds: of processor time that a search takes, on the mean: what else runs on a machine does not count.
    """

    clips: int
    sets: int
    speakers: float
    slices: float
    found_first: int
    found: int
    silent: int
    false_per_set: float
    naive_first: int
    naive_false_per_set: float
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def simulated(clips: int, seed: Sequence[int], planted: bool) -> tuple[Part, dict[str, str]]:
    """A set of so many clips, and the conditions of the slice that has three times the errors if it is ``planted``."""
    rng = np.random.default_rng(seed)
    people = max(20, clips // CLIPS_EACH)
    weight = rng.gamma(2.0, 1.0, people) + 0.2
    _, speaker = np.unique(np.sort(rng.choice(people, clips, p=weight / weight.sum())), return_inverse=True)
    people = int(speaker.max()) + 1
    columns = {name: rng.integers(values, size=people)[speaker] for name, values in PERSONAL.items()}
    columns |= {name: rng.integers(values, size=clips) for name, values in SAID.items()}
    table = table_of({name: [f"{name}-{value}" for value in column] for name, column in columns.items()})
    slice_ = {"accent": f"accent-{rng.integers(PERSONAL['accent'])}", "snr": f"snr-{rng.integers(SAID['snr'])}"}
    rate = BASE_RATE * np.exp(rng.normal(0.0, SPREAD, people) - SPREAD**2 / 2)[speaker]
    if planted:
        rate = np.where(table.holding(slice_), TIMES * rate, rate)
    wrong: NDArray[np.bool_] = rng.random(clips) < np.minimum(rate, 0.95)
    return Part("missed", table, wrong, speaker), slice_


def naive(part: Part, settings: SearchSettings) -> list[dict[str, str]]:
    """The baseline: slices with too many errors, each tested by itself, clips for people, the smallest p first."""
    from scipy.stats import binom

    errors, rate, clips_of = np.flatnonzero(part.wrong), float(part.wrong.mean()), np.bincount(part.speaker)
    found: list[tuple[float, dict[str, str]]] = []
    for cells in all_cells(part.table, settings.depth, settings.least_clips):
        p = binom.sf(cells.count(errors) - 1, cells.clips, rate)
        p[people_in(cells, part.speaker, clips_of).speakers < settings.least_speakers] = 1.0
        for place in np.flatnonzero(p < NAIVE_ALPHA):
            found.append((float(p[place]), named(part.table, cells.attributes, cells.values[place].tolist())))
    return [conditions for _, conditions in sorted(found, key=lambda one: one[0])]


def slices_figures(
    sizes: Sequence[int] = SIZES, sets: int = 20, seed: int = 0, progress: Progress = no_progress
) -> Iterator[SlicesFigure]:
    """Each size, one after the other.

    Args:
        sizes: clips of a set.
        sets: with a planted slice, and as many without.
        seed: of all that is drawn.
        progress: told how many sets are done.
    """
    settings = SearchSettings()
    for clips in sizes:
        first, anywhere, silent, naive_first, false, naive_false = 0, 0, 0, 0, 0, 0
        speakers, slices, seconds = 0.0, 0.0, 0.0
        for number in range(sets):
            for planted in (True, False):
                part, slice_ = simulated(clips, (seed, clips, number, int(planted)), planted)
                started = time.process_time()
                result = search([part], settings)
                seconds += time.process_time() - started
                found, by_naive = [dict(one.conditions) for one in result.found], naive(part, settings)
                if planted:
                    first, anywhere = first + (found[:1] == [slice_]), anywhere + (slice_ in found)
                    silent, naive_first = silent + (not found), naive_first + (by_naive[:1] == [slice_])
                else:
                    false, naive_false = false + len(found), naive_false + len(by_naive)
                speakers, slices = speakers + int(part.speaker.max()) + 1, slices + result.tested["missed"]
            progress(f"{clips:,} clips", number + 1, sets)
        yield SlicesFigure(
            clips=clips,
            sets=sets,
            speakers=speakers / (2 * sets),
            slices=slices / (2 * sets),
            found_first=first,
            found=anywhere,
            silent=silent,
            false_per_set=false / sets,
            naive_first=naive_first,
            naive_false_per_set=naive_false / sets,
            seconds=seconds / (2 * sets),
        )


@dataclass(frozen=True)
class Goals:
    """What is to be reached: at the largest size, and in every size."""

    first_share: float = 0.9
    false_per_set: float = 1.0

    def reached(self, figures: Sequence[SlicesFigure]) -> bool:
        """Whether the planted slice is found first often enough at the largest size, and little else in any."""
        largest = max(figures, key=lambda one: one.clips)
        enough = largest.found_first >= self.first_share * largest.sets
        return enough and all(one.false_per_set <= self.false_per_set for one in figures)
