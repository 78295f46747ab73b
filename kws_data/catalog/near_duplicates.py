"""Which clips are the same recording, although no byte of theirs is: louder, moved, re-encoded, resampled, noisy.

Two clips are the same recording when fewer than 29 in a hundred bits of their fingerprints differ in the frames that
are loud, at the best of the shifts that are tried. Half of the bits of unrelated clips differ. Measured on the 6,285
clips of a Speech Commands folder, and 300 copies of them for each kind of change:

=============================================  ======
copies that are found                          share
=============================================  ======
gain -12 to +3 dB; 8 kHz and back; MP3         100 %
8-bit mu-law                                   100 %
Vorbis                                         99.7 %
moved by up to 100 ms, cut off there           98 %
white noise at 20 dB (of the whole clip)       95 %
8 kHz, moved, noise at 20 dB and gain at once  87 %
white noise at 10 dB                           50 %
=============================================  ======

and of the 19.7 million pairs of different clips one was taken for a copy: a speaker saying the same word twice.

Which pairs are compared is found first by their textures (all against all for some ten thousand clips, by random
hyperplanes beyond: Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.compared_pairs import PairMemory, short_hashes
from kws_data.catalog.fingerprints import SAME_FILES, VERSION, fingerprints

SAME = 0.29  # share of bits that may differ
LOUD_ENOUGH = 20  # frames that must be compared
REACH = 12  # frames of 10 ms that one may lie off the other, beside what the middle of the sound tells
ALIKE = 0.72  # cosine of textures, less their mean, above which bits are compared
BRUTE_FORCE_CLIPS = 20_000
KEPT_LISTS = 8  # results that are kept beside the fingerprints
_BLOCK = 1_024
_TABLES, _PAIRS = 24, 50_000

Pairs = NDArray[np.int64]


def near_duplicate_groups(catalog: Catalog, clips: Iterable[Clip]) -> list[list[str]]:
    """Groups of clip ids that are the same recording, each sorted, of two clips or more.

    Noise recordings and silence cut from them (words that start with ``_``) are not looked at.

    Raises:
        CatalogError: stored audio is missing or damaged.
    """
    by_audio: dict[str, list[str]] = {}
    for clip in clips:
        if not clip.word.startswith("_"):
            by_audio.setdefault(clip.audio_sha256, []).append(clip.id)
    audio = sorted(by_audio)
    joined = _connected(len(audio), _pairs_of(catalog.folder, audio))
    groups = [sorted(i for place in places for i in by_audio[audio[place]]) for places in joined]
    return sorted(group for group in groups if len(group) > 1)


def _pairs_of(folder: Path, audio: Sequence[str]) -> Pairs:
    """Pairs of places in ``audio`` that are the same recording, found once for each list of audio."""
    key = hashlib.sha256(" ".join([str(VERSION), *audio]).encode()).hexdigest()[:32]
    path = folder / "fingerprints" / f"{SAME_FILES}{key}.npy"
    kept = _read_pairs(path, len(audio))
    if kept is not None:
        return kept
    memory = compared_pairs(folder)
    pairs = same_recordings(fingerprints(folder, audio), memory)
    memory.save()
    with suppress(OSError):  # a list that cannot be kept is made again
        _keep(path, pairs)
    return pairs


def compared_pairs(folder: Path) -> PairMemory:
    """What was found of pairs of clips of the catalogue in ``folder`` before."""
    return PairMemory(folder / "fingerprints" / f"v{VERSION}-compared.npy")


def _keep(path: Path, pairs: Pairs) -> None:
    """Keep this list and the last few others."""
    for old in sorted(path.parent.glob(f"{SAME_FILES}*.npy"), key=lambda file: file.stat().st_mtime)[: -KEPT_LISTS + 1]:
        old.unlink(missing_ok=True)
    with atomic_path(path) as temporary:
        np.save(temporary, pairs, allow_pickle=False)


def _read_pairs(path: Path, count: int) -> Pairs | None:
    try:
        pairs: Pairs = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = pairs.dtype == np.int64 and pairs.ndim == 2 and pairs.shape[1] == 2
    return pairs if fits and (not len(pairs) or 0 <= pairs.min() <= pairs.max() < count) else None


def same_recordings(prints: NDArray[np.void], memory: PairMemory | None = None) -> Pairs:
    """Pairs [n, 2] of places in ``prints`` that are the same recording; what ``memory`` knows is not compared."""
    found = [np.zeros((0, 2), np.int64)]
    short = short_hashes(prints["audio"]) if memory else np.zeros(0, np.uint64)
    for pairs in _alike(prints["texture"].astype(np.float32)):
        for start in range(0, len(pairs), _PAIRS):
            some = pairs[start : start + _PAIRS]
            judge = partial(_are_same, prints, some)
            if memory is None:
                found.append(some[judge(np.arange(len(some)))])
            else:
                found.append(some[memory.verdicts(short[some[:, 0]], short[some[:, 1]], judge)])
    return np.unique(np.concatenate(found), axis=0)


def _are_same(prints: NDArray[np.void], pairs: Pairs, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
    one, other = prints[pairs[chosen, 0]], prints[pairs[chosen, 1]]
    return np.asarray(bit_errors(one, other) < SAME)


def bit_errors(one: NDArray[np.void], other: NDArray[np.void]) -> NDArray[np.float64]:
    """Share of bits [n] that differ between two rows of fingerprints, at the best shift; 1 where too little is loud."""
    best = np.ones(len(one))
    frames = one["bits"].shape[1]
    for shift in range(-REACH, REACH + 1):
        here = slice(max(-shift, 0), frames - max(shift, 0))
        there = slice(max(shift, 0), frames + min(shift, 0))
        loud = one["loud"][:, here]
        differ = (one["bits"][:, here] ^ other["bits"][:, there]) & loud
        compared = np.bitwise_count(loud).sum(axis=1, dtype=np.int64)
        errors = np.bitwise_count(differ).sum(axis=1, dtype=np.int64) / np.maximum(compared, 1)
        heard = np.bitwise_count(other["loud"][:, there] & loud).sum(axis=1, dtype=np.int64)
        best = np.where(heard >= 32 * LOUD_ENOUGH, np.minimum(best, errors), best)
    return best


def _alike(textures: NDArray[np.float32]) -> Iterator[Pairs]:
    """Pairs of places (first below second) whose textures are alike, in parts."""
    unit = textures - textures.mean(axis=0) if len(textures) else textures
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-6)
    if len(unit) > BRUTE_FORCE_CLIPS:
        yield from _alike_by_hash(unit)
        return
    for start in range(0, len(unit), _BLOCK):
        near = unit[start : start + _BLOCK] @ unit[start:].T > ALIKE
        pairs = np.argwhere(np.triu(near, 1)) + start
        yield pairs


def _alike_by_hash(unit: NDArray[np.float32]) -> Iterator[Pairs]:
    """The same for many clips: those that lie on the same sides of some random planes."""
    rng = np.random.default_rng(0x4C5348)
    width = int(np.ceil(np.log2(len(unit)))) - 1
    for _ in range(_TABLES):
        sides = unit @ rng.standard_normal((unit.shape[1], width)).astype(np.float32) > 0.0
        keys = sides @ (1 << np.arange(width, dtype=np.int64))
        for pairs in _pairs_of_equal(keys):
            likeness = np.einsum("ij,ij->i", unit[pairs[:, 0]], unit[pairs[:, 1]])
            yield pairs[likeness > ALIKE]


def _pairs_of_equal(keys: NDArray[np.int64]) -> Iterator[Pairs]:
    """Pairs of places with the same key: neighbours at each distance in sorted order."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    for distance in range(1, len(keys)):
        equal = np.flatnonzero(ranked[distance:] == ranked[:-distance])
        if not len(equal):
            return
        pairs = np.stack([order[equal], order[equal + distance]], axis=1)
        for start in range(0, len(pairs), _PAIRS):
            yield np.sort(pairs[start : start + _PAIRS], axis=1)


def _connected(count: int, pairs: Pairs) -> list[Sequence[int]]:
    """Places that pairs join, directly or through others; those that are alone stand alone."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, component = connected_components(links, directed=False)
    order = np.argsort(component, kind="stable")
    return [group.tolist() for group in np.split(order, np.flatnonzero(np.diff(component[order])) + 1)]
