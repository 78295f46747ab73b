"""A stream's sums of scores against thresholds, many thresholds at once: what ``kws_detector.c`` would detect.

The C detector hears a stream score by score with one set of thresholds. To choose them hundreds of sets are tried on
the same scores; here a set costs a few array operations. A test holds both against each other, detection by detection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.scores import FIRST_KEYWORD


@dataclass(frozen=True)
class Sums:
    """Sums of a stream's last ``average`` scores, at the windows where one may matter.

    Attributes:
        ends: after how many samples each was made, int64 ``[n]``.
        values: int32 ``[n, keywords]``.
    """

    ends: NDArray[np.int64]
    values: NDArray[np.int32]


@dataclass(frozen=True)
class Margins:
    """How far a stream's best keyword lies above its threshold, at the windows where it may matter.

    Attributes:
        ends: after how many samples each was made, int64 ``[n]``.
        labels: of the keyword that is furthest above its threshold (the first of equals), int64 ``[n]``.
        above: how far, negative where below, int32 ``[n]``.
    """

    ends: NDArray[np.int64]
    labels: NDArray[np.int64]
    above: NDArray[np.int32]

    def fired(self, shift: int, refractory_samples: int) -> NDArray[np.int64]:
        """Places of the detections when all thresholds are raised by ``shift``."""
        places = np.flatnonzero(self.above >= shift)
        times, found, at = self.ends[places], [], 0
        while at < len(places):
            found.append(places[at])
            at = max(at + 1, int(np.searchsorted(times, times[at] + refractory_samples)))
        return np.array(found, np.int64)


def sums_of(scores: NDArray[np.int8], ends: NDArray[np.int64], average: int, least: int | None = None) -> Sums:
    """Sums of the last ``average`` of scores ``[windows, labels]``, where a keyword's is ``least`` or more."""
    keywords = scores[:, FIRST_KEYWORD:].astype(np.int32)
    total = np.concatenate([np.zeros((1, keywords.shape[1]), np.int32), np.cumsum(keywords, axis=0, dtype=np.int32)])
    values, ends = total[average:] - total[:-average], ends[average - 1 :]
    if len(values) == 0:
        return Sums(ends[:0], keywords[:0])
    kept = slice(None) if least is None else values.max(axis=1) >= least
    return Sums(ends[kept], values[kept])


def margins_of(sums: Sums, thresholds: Sequence[int]) -> Margins:
    """Margins over a threshold for each keyword."""
    above = sums.values - np.asarray(thresholds, np.int32)
    best = above.argmax(axis=1) if len(above) else np.zeros(0, np.int64)
    return Margins(sums.ends, best + FIRST_KEYWORD, above[np.arange(len(best)), best])


def one_after_the_other(streams: Sequence[Sums], lengths: Sequence[int], pause: int) -> Sums:
    """Streams of ``lengths`` samples as one, so far apart that none keeps the next from being detected."""
    begins = np.cumsum([0, *(length + pause for length in lengths)])[:-1]
    ends = [stream.ends + begin for stream, begin in zip(streams, begins, strict=True)]
    return Sums(np.concatenate(ends), np.concatenate([stream.values for stream in streams]))
