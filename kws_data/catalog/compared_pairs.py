"""What was found of pairs of fingerprints before: so that one more clip is compared with the others, not all again.

A sorted array of 64-bit numbers in one file: a hash of the two recordings' hashes, its lowest bit the verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path

MOST = 50_000_000  # pairs; a larger memory is begun anew
_HIGH = ~np.uint64(1)

Keys = NDArray[np.uint64]
Verdicts = NDArray[np.bool_]


def short_hashes(audio: NDArray[np.bytes_]) -> Keys:
    """The first 64 bits of hashes in hex, ``[n]``."""
    return np.array([int(sha256[:16], 16) for sha256 in audio.tolist()], np.uint64)


class PairMemory:
    """Verdicts on pairs, from a file; a damaged one is as good as none. :meth:`save` writes what is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = _read(path)
        self._new: list[Keys] = []

    def verdicts(self, one: Keys, other: Keys, judge: Callable[[NDArray[np.intp]], Verdicts]) -> Verdicts:
        """The verdict on each pair ``[n]`` of short hashes; ``judge`` is given the places of those that are new."""
        with np.errstate(over="ignore"):
            keys = (one * np.uint64(0x9E3779B97F4A7C15) + other) & _HIGH
        found = np.zeros(len(keys), bool)
        known = np.zeros(len(keys), bool)
        if len(self._kept) and len(keys):
            places = np.minimum(np.searchsorted(self._kept & _HIGH, keys), len(self._kept) - 1)
            known = (self._kept[places] & _HIGH) == keys
            found[known] = (self._kept[places[known]] & np.uint64(1)).astype(bool)
        fresh = np.flatnonzero(~known)
        if len(fresh):
            found[fresh] = judge(fresh)
            self._new.append(keys[fresh] | found[fresh].astype(np.uint64))
        return found

    def save(self) -> None:
        """Keep what is new, where it can be kept: without it the same pairs are compared again."""
        if not self._new:
            return
        kept = self._kept if len(self._kept) < MOST else np.zeros(0, np.uint64)
        self._kept, self._new = np.unique(np.concatenate([kept, *self._new])), []
        with suppress(OSError), atomic_path(self.path) as temporary:
            np.save(temporary, self._kept, allow_pickle=False)


def _read(path: Path) -> Keys:
    try:
        kept: Keys = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return np.zeros(0, np.uint64)
    whole = kept.dtype == np.uint64 and kept.ndim == 1 and bool((kept[1:] > kept[:-1]).all())
    return kept if whole else np.zeros(0, np.uint64)
