"""Which clips are the same recording, although no byte of theirs is: louder, moved, re-encoded, resampled, noisy.

Half of the bits of the fingerprints of unrelated clips differ, in the frames that are loud and at the best of the
shifts that are tried. Where fewer than :data:`SURE` differ two clips are the same recording; where up to :data:`MAYBE`
do, their waves decide (``same_waveform.py``). Which pairs are compared is found first by their textures (``alike.py``).

Measured on the 6,285 clips of a Speech Commands folder, and 300 copies of them for each kind of change:

=============================================  ======
copies that are found                          share
=============================================  ======
gain -12 to +3 dB; 8 kHz and back; mu-law      100 %
Vorbis; MP3; Opus                              100 %
white noise at 20 dB (of the whole clip)       99.7 %
white noise at 15 dB                           99.3 %
moved by up to 100 ms, cut off there           99.3 %
8 kHz, moved, noise at 20 dB and gain at once  98.7 %
white noise at 10 dB                           95.7 %
=============================================  ======

and of the 19.7 million pairs of different clips none was taken for a copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.catalog.alike import alike_pairs
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.compared_pairs import PairMemory, short_hashes
from kws_data.catalog.fingerprints import SAME_FILES, VERSION, drop_older, fingerprints
from kws_data.catalog.same_waveform import Waves
from kws_data.labels import is_nobodys

RULE = 2  # what is kept of pairs holds for one way of judging them
SURE = 0.2  # share of bits that may differ without a look at the waves
MAYBE = 0.38
ALONE = 0.29  # where there are no waves to look at
LOUD_ENOUGH = 20  # frames that must be compared
REACH = 12  # frames of 10 ms that one may lie off the other, beside what the middle of the sound tells
KEPT_LISTS = 8  # results that are kept beside the fingerprints
_PAIRS = 20_000

Pairs = NDArray[np.int64]


def near_duplicate_groups(catalog: Catalog, clips: Iterable[Clip]) -> list[list[str]]:
    """Groups of clip ids that are the same recording, each sorted, of two clips or more.

    Noise recordings and silence cut from them (:func:`kws_data.labels.is_nobodys`) are not looked at.

    Raises:
        CatalogError: stored audio is missing or damaged.
    """
    by_audio: dict[str, list[str]] = {}
    for clip in clips:
        if not is_nobodys(clip.word):
            by_audio.setdefault(clip.audio_sha256, []).append(clip.id)
    audio = sorted(by_audio)
    joined = _connected(len(audio), _pairs_of(catalog.folder, audio))
    groups = [sorted(i for place in places for i in by_audio[audio[place]]) for places in joined]
    return sorted(group for group in groups if len(group) > 1)


def _pairs_of(folder: Path, audio: Sequence[str]) -> Pairs:
    """Pairs of places in ``audio`` that are the same recording, found once for each list of audio."""
    key = hashlib.sha256(" ".join([f"{VERSION}.{RULE}", *audio]).encode()).hexdigest()[:32]
    path = folder / "fingerprints" / f"{SAME_FILES}{key}.npy"
    kept = _read_pairs(path, len(audio))
    if kept is not None:
        return kept
    memory = compared_pairs(folder)
    pairs = same_recordings(fingerprints(folder, audio), memory, folder)
    memory.save()
    with suppress(OSError):  # a list that cannot be kept is made again
        drop_older(memory.path)
        _keep(path, pairs)
    return pairs


def compared_pairs(folder: Path) -> PairMemory:
    """What was found of pairs of clips of the catalogue in ``folder`` before."""
    return PairMemory(folder / "fingerprints" / f"v{VERSION}.{RULE}-compared.npy")


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


def same_recordings(prints: NDArray[np.void], memory: PairMemory | None = None, folder: Path | None = None) -> Pairs:
    """Pairs [n, 2] of places in ``prints`` that are the same recording.

    Args:
        prints: fingerprints.
        memory: what it knows is not compared.
        folder: of the catalogue, for the waves of pairs in doubt; without it :data:`ALONE` decides.

    Raises:
        CatalogError: stored audio is missing or damaged.
    """
    found = [np.zeros((0, 2), np.int64)]
    short = short_hashes(prints["audio"]) if memory is not None else np.zeros(0, np.uint64)
    waves = Waves(folder) if folder else None
    pairs = alike_pairs(prints["texture"])
    for start in range(0, len(pairs), _PAIRS):
        some = pairs[start : start + _PAIRS]
        judge = partial(_are_same, prints, some, waves)
        if memory is None:
            found.append(some[judge(np.arange(len(some)))])
        else:
            found.append(some[memory.verdicts(short[some[:, 0]], short[some[:, 1]], judge)])
    return np.unique(np.concatenate(found), axis=0)


def _are_same(
    prints: NDArray[np.void], pairs: Pairs, waves: Waves | None, chosen: NDArray[np.intp]
) -> NDArray[np.bool_]:
    one, other = prints[pairs[chosen, 0]], prints[pairs[chosen, 1]]
    errors = np.asarray(bit_errors(one, other))
    if waves is None:
        return errors < ALONE
    same = errors < SURE
    for place in np.flatnonzero(~same & (errors < MAYBE)):
        same[place] = waves.same(bytes(one["audio"][place]).decode(), bytes(other["audio"][place]).decode())
    return same


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


def _connected(count: int, pairs: Pairs) -> list[Sequence[int]]:
    """Places that pairs join, directly or through others; those that are alone stand alone."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, component = connected_components(links, directed=False)
    order = np.argsort(component, kind="stable")
    return [group.tolist() for group in np.split(order, np.flatnonzero(np.diff(component[order])) + 1)]
