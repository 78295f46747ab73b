"""Taking what came of one person out of the feature store."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from kws_data.features.shard import SUFFIX, digests_of, read_rows, read_shard
from kws_data.features.store import UNFINISHED_S, FeatureStore
from kws_data.system.storage import place


def forget_features(recordings: Path | str, audio_sha256s: Collection[str], store_at: Path | str | None = None) -> int:
    """Remove every row that was computed from these recordings, alone or as the second speaker in another clip.

    Shards that hold such rows are written again without them. A data set that was built from them still holds its copy.

    Args:
        recordings: folder of the catalogue.
        audio_sha256s: hashes, in hex, as the catalogue has them.
        store_at: where the store is, if not in the catalogue's folder.

    Returns:
        Rows removed.
    """
    store, removed = FeatureStore.of(recordings) if store_at is None else FeatureStore(place(store_at)), 0
    store.where.sweep(UNFINISHED_S)
    audio = {bytes.fromhex(sha256) for sha256 in audio_sha256s}
    for part in store.parts():
        for name, size in store.where.files(part).items():
            if name.endswith(SUFFIX):
                removed += _forget(store, part, name, size, audio)
    return removed


def _forget(store: FeatureStore, part: str, name: str, size: int, audio: Collection[bytes]) -> int:
    shard = read_shard(store.where, name, size)
    if shard is None:  # nobody can tell what is in it
        store.where.remove(name)
        return 0
    beginnings = {sha256[:16] for sha256 in audio}
    keys = shard.table["key"]
    gone = np.array([k["audio"].tobytes() in audio or k["voice"].tobytes() in beginnings for k in keys], bool)
    if not gone.any():
        return 0
    rows = read_rows(store.where, name, shard.row_bytes, 0, len(keys))
    kept = np.flatnonzero(~gone & (digests_of(rows) == shard.table["digest"]))
    if len(kept):
        store.add(part, keys[kept], rows[kept])
    store.where.remove(name)
    return int(gone.sum())
