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
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(int(_FACTOR), -1, 2**64))
_AT_ONCE = 1 << 18  # products of hashes and pairs that are looked at in one go
_FIRST_BITS = 22

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

    def __len__(self) -> int:
        """How many pairs are known."""
        return len(self._kept)

    def verdicts(self, one: Keys, other: Keys, judge: Callable[[NDArray[np.intp]], Verdicts]) -> Verdicts:
        """The verdict on each pair ``[n]`` of short hashes; ``judge`` is given the places of those that are new."""
        with np.errstate(over="ignore"):
            keys = (one * _FACTOR + other) & _HIGH
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

    def same_between(self, some: Keys, others: Keys) -> NDArray[np.intp]:
        """Pairs ``[n, 2]`` of places in two lists of short hashes that were found to be the same recording.

        Nothing is compared anew: a pair that nobody has met is not among them. A key is ``first * factor + second`` of
        which the lowest bit is the verdict, so for each kept key and each of ``some`` the other hash is solved for, as
        the second and as the first, and looked up: as many steps as the product of the two. The fewer go into ``some``.
        """
        keys = self._kept[(self._kept & np.uint64(1)).astype(bool)] & _HIGH
        found = [np.zeros((0, 2), np.intp)]
        if len(some) and len(others):
            known, step = _Known(others), max(1, _AT_ONCE // len(some))
            for start in range(0, len(keys), step):
                for lowest in (np.uint64(0), np.uint64(1)):
                    with np.errstate(over="ignore"):
                        whole = (keys[start : start + step] + lowest)[:, np.newaxis]
                        second, first = whole - some * _FACTOR, (whole - some) * _INVERSE
                    for hashes, stands_after in ((second, True), (first, False)):
                        one, other = known.places(hashes)
                        right = (others[other] > some[one]) == stands_after
                        found.append(np.stack([one[right], other[right]], axis=1))
        return np.unique(np.concatenate(found), axis=0)

    def save(self) -> None:
        """Keep what is new, where it can be kept: without it the same pairs are compared again."""
        if not self._new:
            return
        kept = self._kept if len(self._kept) < MOST else np.zeros(0, np.uint64)
        self._kept, self._new = np.unique(np.concatenate([kept, *self._new])), []
        with suppress(OSError), atomic_path(self.path) as temporary:
            np.save(temporary, self._kept, allow_pickle=False)


class _Known:
    """Finds hashes among known ones: most are none of them, which the first bits tell in a table that fits a cache."""

    def __init__(self, hashes: Keys) -> None:
        self._order = np.argsort(hashes, kind="stable")
        self._ranked = hashes[self._order]
        self._begins = np.zeros(1 << _FIRST_BITS, bool)
        self._begins[hashes >> np.uint64(64 - _FIRST_BITS)] = True

    def places(self, wanted: Keys) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Columns, and places among the known, of those of ``wanted`` ``[rows, columns]`` that are known."""
        flat = wanted.ravel()
        maybe = np.flatnonzero(self._begins[flat >> np.uint64(64 - _FIRST_BITS)])
        at = np.minimum(np.searchsorted(self._ranked, flat[maybe]), len(self._ranked) - 1)
        hit = self._ranked[at] == flat[maybe]
        return maybe[hit] % wanted.shape[1], self._order[at[hit]]


def _read(path: Path) -> Keys:
    try:
        kept: Keys = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return np.zeros(0, np.uint64)
    whole = kept.dtype == np.uint64 and kept.ndim == 1 and bool((kept[1:] > kept[:-1]).all())
    return kept if whole else np.zeros(0, np.uint64)
