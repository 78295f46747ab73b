"""What the feature store keeps comes back bit for bit, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from kws_data.features.forget import forget_features
from kws_data.features.shard import KEY, Keys, read_rows
from kws_data.features.store import FeatureStore


def sha(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def keys_of(*names: object, voice: str = "") -> Keys:
    keys = np.zeros(len(names), KEY)
    keys["audio"] = np.frombuffer(b"".join(bytes.fromhex(sha(name)) for name in names), "V32")
    keys["copies"] = 2
    if voice:
        keys["voice"] = np.frombuffer(bytes.fromhex(sha(voice))[:16], "V16")
    return keys


def rows_of(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-128, 128, (count, 2, 5, 3), np.int8)


def read_back(store: FeatureStore, keys: Keys) -> list[bytes | None]:
    index = store.index("part")
    found = index.locate(keys)
    return [
        None if n < 0 else read_rows(store.where, index.names[n], index.row_bytes[n], int(row), 1).tobytes()
        for n, row in zip(found.shard, found.row, strict=True)
    ]


def test_rows_come_back_whichever_shard_holds_them(tmp_path: Path) -> None:
    store, rows = FeatureStore.of(tmp_path), rows_of(5)
    store.add("part", keys_of(*"abc"), rows[:3])
    store.add("part", keys_of(*"de"), rows[3:])
    assert read_back(store, keys_of(*"ecxa")) == [rows[4].tobytes(), rows[2].tobytes(), None, rows[0].tobytes()]
    assert list(store.index("part").locate(keys_of(*"ex")).missing) == [False, True]
    assert store.index("other").locate(keys_of("a")).missing.all()


def test_a_voice_copies_and_first_copy_tell_rows_apart(tmp_path: Path) -> None:
    store, rows = FeatureStore.of(tmp_path), rows_of(1)
    store.add("part", keys_of("a", voice="v"), rows)
    other = keys_of("a", "a", "a", voice="v")
    other["first"][0], other["copies"][1], other["word"][2] = 7, 3, 1
    assert read_back(store, np.concatenate([keys_of("a"), other, keys_of("a", voice="v")])) == [
        None, None, None, None, rows[0].tobytes(),
    ]  # fmt: skip


def test_the_same_chunk_twice_is_one_file(tmp_path: Path) -> None:
    store = FeatureStore.of(tmp_path)
    store.add("part", keys_of(*"ab"), rows_of(2))
    store.add("part", keys_of(*"ab"), rows_of(2))
    assert len(store.where.files("part")) == 1 and len(store.index("part")) == 2


@pytest.mark.parametrize("size", [0, 10, 55, 56, 150, -1])
def test_a_shard_that_was_cut_off_counts_as_missing(tmp_path: Path, size: int) -> None:
    store = FeatureStore.of(tmp_path)
    store.add("part", keys_of(*"ab"), rows_of(2))
    (path,) = (tmp_path / "features" / "part").iterdir()
    path.write_bytes(path.read_bytes()[:size])
    assert read_back(store, keys_of(*"ab")) == [None, None]


@pytest.mark.parametrize("place", [-200, -100, -56, -48, -40, -1])
def test_a_damaged_table_counts_as_missing(tmp_path: Path, place: int) -> None:
    store = FeatureStore.of(tmp_path)
    store.add("part", keys_of(*"ab"), rows_of(2))
    (path,) = (tmp_path / "features" / "part").iterdir()
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert not len(store.index("part"))


def test_forgetting_removes_a_persons_rows_and_those_that_hear_them(tmp_path: Path) -> None:
    store, rows = FeatureStore.of(tmp_path), rows_of(5)
    store.add("part", keys_of(*"abc"), rows[:3])
    store.add("part", keys_of("d", voice="a"), rows[3:4])
    store.add("part", keys_of("e"), rows[4:])
    before = b"".join(p.read_bytes() for p in (tmp_path / "features").rglob("*.shard"))
    assert bytes.fromhex(sha("a")) in before and rows[0].tobytes() in before
    assert forget_features(tmp_path, {sha("a"), sha("nobody")}) == 2
    assert read_back(store, np.concatenate([keys_of(*"abce"), keys_of("d", voice="a")])) == [
        None, rows[1].tobytes(), rows[2].tobytes(), rows[4].tobytes(), None,
    ]  # fmt: skip
    after = b"".join(p.read_bytes() for p in (tmp_path / "features").rglob("*.shard"))
    assert bytes.fromhex(sha("a")) not in after and rows[0].tobytes() not in after
    assert forget_features(tmp_path, {sha("a")}) == 0
    assert forget_features(tmp_path / "nothing here", {sha("a")}) == 0


def test_forgetting_never_makes_damaged_rows_look_whole(tmp_path: Path) -> None:
    store = FeatureStore.of(tmp_path)
    store.add("part", keys_of(*"abc"), rows_of(3))
    (path,) = (tmp_path / "features" / "part").iterdir()
    data = bytearray(path.read_bytes())
    data[30] ^= 1  # in the row of b
    path.write_bytes(data)
    forget_features(tmp_path, {sha("a")})
    assert read_back(store, keys_of(*"abc")) == [None, None, rows_of(3)[2].tobytes()]


def test_cleaning_removes_what_was_used_longest_ago(tmp_path: Path) -> None:
    store = FeatureStore.of(tmp_path)
    for part, day in (("new", 3), ("old", 1), ("middle", 2)):
        store.add(part, keys_of("a"), rows_of(1))
        store.note_use(part, {"kind": "test"}, f"2026-01-0{day}T00:00:00")
    sizes = store.parts()
    assert list(sizes) == ["old", "middle", "new"]
    assert store.clean({"old"}, limit_bytes=sizes["old"] + sizes["new"]) == sizes["middle"]
    assert set(store.parts()) == {"old", "new"}
    assert store.clean({"old"}) == sizes["new"] and set(store.parts()) == {"old"}


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    store = FeatureStore.of(tmp_path)
    store.add("part", keys_of(*"ab"), rows_of(2))
    left, new = (tmp_path / "features" / "part" / f".{name}.1-ab.shard" for name in ("left", "new"))
    left.write_bytes(rows_of(1).tobytes())
    new.write_bytes(b"being written")
    os.utime(left, (1_000_000, 1_000_000))
    assert len(store.index("part")) == 2
    forget_features(tmp_path, {sha("nobody")})
    assert not left.exists() and new.exists() and len(store.index("part")) == 2
