"""Folders, and what fsspec opens, are the same to the builder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_flac
from kws_data.catalog.audio_store import load_audio_from, pcm_sha256
from kws_data.errors import CatalogError, DataError
from kws_data.features.shard import KEY
from kws_data.features.store import FeatureStore
from kws_data.system.storage import Place, place


@pytest.fixture(params=["folder", "file", "memory"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param != "folder":
        pytest.importorskip("fsspec")
    return place(
        {"folder": str(tmp_path), "file": f"file://{tmp_path}", "memory": f"memory://{tmp_path}"}[request.param]
    )


def test_files_come_back_whole_and_in_pieces(where: Place) -> None:
    where.write("a/b/name.bin", [b"0123", memoryview(b"456789")])
    assert where.read("a/b/name.bin") == b"0123456789"
    assert where.read("a/b/name.bin", 2, 3) == b"234"
    assert where.read("a/b/name.bin", -4) == b"6789"
    assert where.read("a/b/name.bin", 8, 100) == b"89"
    where.write("a/b/name.bin", [b"new"])
    where.write("a/.hidden", [b"unfinished"])
    assert where.files() == {"a/b/name.bin": 3} == where.files("a") and where.files("nothing") == {}
    where.remove("a/b/name.bin")
    where.remove("a/b/name.bin")
    assert where.files() == {}
    with pytest.raises(FileNotFoundError):
        where.read("a/b/name.bin")


def test_audio_and_features_lie_at_any_place(where: Place, tmp_path: Path) -> None:
    samples = np.arange(-500, 500, dtype=np.int16)
    sha256 = pcm_sha256(samples)
    write_flac(tmp_path / "x.flac", samples, 16_000)
    data = (tmp_path / "x.flac").read_bytes()
    (tmp_path / "x.flac").unlink()
    where.write(f"audio/{sha256[:2]}/{sha256}.flac", [data])
    assert np.array_equal(load_audio_from(where, sha256), samples)
    where.write(f"audio/{sha256[:2]}/{sha256}.flac", [data[:-40]])
    for broken in (sha256, "ab" * 32):
        with pytest.raises(CatalogError, match="missing or damaged"):
            load_audio_from(where, broken)
    store, keys = FeatureStore(where), np.zeros(2, KEY)
    keys["first"] = [1, 2]
    store.add("part", keys, np.arange(12, dtype=np.int8).reshape(2, 6))
    assert list(store.index("part").locate(keys[::-1]).row) == [1, 0]


def test_a_place_that_nobody_knows() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(DataError, match=r"cannot be opened.*nonsense"):
        place("nonsense://bucket/folder")
