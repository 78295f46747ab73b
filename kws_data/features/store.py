"""The feature store: what was computed once, kept by clip, transform and front end.

::

    recordings/features/<part>/<hash of keys>.shard     rows of one chunk of one part; see feature_shard.py
    recordings/features/<part>/part.json                what the part's rows are, and when they were last used

A *part* is named by the hash of everything but the clip that shapes a row: front end, augmentation settings, seed,
sounds, and the code that computes it (see recipe.py). What another setting would give lies in another part, so nothing
in the store is ever out of date; it is only no longer asked for. Shards are written whole or not at all, by any number
of processes, and are checked when they are read: damaged ones count as missing and are computed again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.features.shard import SUFFIX, Digests, Keys, Shard, read_shard, write_shard
from kws_data.system.storage import Place, place

FOLDER = "features"
PART_FILE = "part.json"
UNFINISHED_S = 60.0  # no shard takes that long to write


@dataclass(frozen=True)
class Located:
    """Where rows lie: number of the shard (-1: missing), row in it, and digest of each key asked for."""

    shard: NDArray[np.int32]
    row: NDArray[np.uint32]
    digest: Digests

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which keys are not in the store."""
        return np.asarray(self.shard < 0)


class PartIndex:
    """Tables of all whole shards of one part, sorted: 40 bytes a row."""

    def __init__(self, where: Place, part: str) -> None:
        self.names: list[str] = []
        self.row_bytes: list[int] = []
        tables = []
        for number, shard in enumerate(shards_of(where, part)):
            self.names.append(shard.name)
            self.row_bytes.append(shard.row_bytes)
            tables.append(_entries(shard, number))
        entries = np.concatenate(tables) if tables else np.empty(0, _ENTRY)
        del tables
        self._entries = entries[np.argsort(entries["short"], kind="stable")]
        self._short = np.ascontiguousarray(self._entries["short"])

    def __len__(self) -> int:
        return len(self._entries)

    def locate(self, keys: Keys) -> Located:
        """Where the rows of these keys ``[n]`` lie."""
        asked = short_keys(keys)
        found = np.zeros(len(asked), _ENTRY)
        found["shard"] = -1
        if len(self) and len(asked):
            places = np.minimum(np.searchsorted(self._short, asked), len(self) - 1)
            there = self._short[places] == asked
            found[there] = self._entries[places[there]]
        return Located(*(np.ascontiguousarray(found[name]) for name in ("shard", "row", "digest")))


_ENTRY = np.dtype([("short", "V16"), ("digest", "V16"), ("shard", "<i4"), ("row", "<u4")])


def _entries(shard: Shard, number: int) -> NDArray[np.void]:
    entries = np.empty(len(shard.table), _ENTRY)
    entries["short"], entries["digest"] = short_keys(shard.table["key"]), shard.table["digest"]
    entries["shard"], entries["row"] = number, np.arange(len(entries))
    return entries


def short_keys(keys: Keys) -> NDArray[np.void]:
    """Sixteen bytes for each key: the beginning of its audio's hash, with the rest of the key mixed in.

    Keys of the same audio never coincide (the mixing can be undone), those of others as rarely as their hashes do.
    """
    short = np.zeros((len(keys), 2), "<u8")
    halves = np.ascontiguousarray(keys["audio"]).view("<u8").reshape(-1, 4)
    short[:, 0] = halves[:, 0] ^ (
        (keys["first"].astype(np.uint64) << np.uint64(32))
        | (keys["copies"].astype(np.uint64) << np.uint64(16))
        | keys["word"].astype(np.uint64)
    )
    short[:, 1] = halves[:, 1] ^ np.ascontiguousarray(keys["voice"]).view("<u8").reshape(-1, 2)[:, 0]
    return short.view("V16")[:, 0]


def shards_of(where: Place, part: str) -> Iterator[Shard]:
    """Whole shards of a part, in the order of their names; damaged ones are left out."""
    for name, size in where.files(part).items():
        if name.endswith(SUFFIX):
            try:
                shard = read_shard(where, name, size)
            except OSError:
                continue  # removed meanwhile
            if shard is not None:
                yield shard


@dataclass(frozen=True)
class FeatureStore:
    """The store at a place."""

    where: Place

    @classmethod
    def of(cls, recordings: Path | str) -> FeatureStore:
        """The store of the catalogue in a folder."""
        return cls(place(Path(recordings) / FOLDER))

    def index(self, part: str) -> PartIndex:
        """What is there of a part. Raises OSError when the place cannot be read."""
        return PartIndex(self.where, part)

    def add(self, part: str, keys: Keys, rows: NDArray[Any]) -> Digests:
        """Keep rows ``[n, ...]`` under their keys; returns their digests. Raises OSError."""
        return write_shard(self.where, part, keys, rows)

    def note_use(self, part: str, contents: Mapping[str, Any], when: str) -> None:
        """Note what a part is, and that it was used at ``when`` (ISO time)."""
        text = json.dumps({**contents, "used": when}, indent=1, sort_keys=True, default=str)
        self.where.write(f"{part}/{PART_FILE}", [text.encode()])

    def parts(self) -> dict[str, int]:
        """Bytes of each part, the one that was used longest ago first."""
        sizes: dict[str, int] = {}
        for name, size in self.where.files().items():
            sizes[name.partition("/")[0]] = sizes.get(name.partition("/")[0], 0) + size
        return dict(sorted(sizes.items(), key=lambda item: (self._used(item[0]), item[0])))

    def _used(self, part: str) -> str:
        try:
            return str(json.loads(self.where.read(f"{part}/{PART_FILE}"))["used"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def clean(self, keep: Collection[str], limit_bytes: int = 0) -> int:
        """Remove parts that are not in ``keep``, those used longest ago first, until no more than ``limit_bytes``
        are left; returns the bytes removed. What a build still needs is computed again."""
        self.where.sweep(UNFINISHED_S)
        sizes = self.parts()
        total, removed = sum(sizes.values()), 0
        for part, size in sizes.items():
            if part not in keep and total - removed > limit_bytes:
                for name in self.where.files(part):
                    self.where.remove(name)
                removed += size
        return removed
