import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from older_catalog import make_older, name_of

from kws_data.catalog.artifacts import pack_ids, unpack_ids
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.schema import SCHEMA, VERSION
from tests.kws_data.catalog.test_catalog import new_clip


@given(st.sets(st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}"), max_size=40))
def test_ids_of_clips_are_packed_in_eight_bytes(ids: set[str]) -> None:
    assert len(pack_ids(ids)) == 8 * len(ids)
    assert unpack_ids(pack_ids(ids)) == sorted(ids)


def test_lineage_is_found_in_both_directions(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        ids = [catalog.add_clip(new_clip(catalog, n)) for n in range(4)]
        catalog.made.record_dataset("sha256:aa", "demo", tmp_path / "one", ids[:2], "cc")
        catalog.made.record_dataset("sha256:bb", "demo", tmp_path / "two", ids[1:])
        catalog.made.record_model("m1", "demo", tmp_path / "model", "sha256:aa")
        catalog.made.record_image("i1", "demo", tmp_path / "firmware", "m1")
        catalog.made.record_export("out", tmp_path / "out", ids[3:], "sha256:bb")
    with Catalog(tmp_path) as catalog:
        assert catalog.made.members("sha256:aa") == sorted(ids[:2])
        assert catalog.made.made_with(ids[:2]) == {"sha256:aa": 2, "sha256:bb": 1}
        assert catalog.made.made_with(["ffffffffffffffff"]) == {}
        assert [a.id for a in catalog.made.artifacts(made_from="sha256:aa")] == ["m1"]
        assert [a.id for a in catalog.made.artifacts(made_from="m1")] == ["i1"]
        found = catalog.made.artifact("sha256:aa")
        assert (
            found and found.clips == 2 and found.config_sha256 == "cc" and found.places[0].path == str(tmp_path / "one")
        )
        assert [a.kind for a in catalog.made.artifacts()] == ["dataset", "dataset", "export", "image", "model"]


def test_recording_again_adds_a_place_and_doubles_nothing(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        for place in ("one", "two", "one"):
            catalog.made.record_dataset("sha256:aa", "demo", tmp_path / place, ["00" * 8])
        (artifact,) = catalog.made.artifacts(kind="dataset")
        assert [Path(place.path).name for place in artifact.places] == ["one", "two"]
        assert artifact.clips == 1


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_catalogue_is_brought_up_to_date_and_keeps_its_clips(tmp_path: Path, version: int) -> None:
    with Catalog(tmp_path) as catalog:
        ids = [catalog.add_clip(new_clip(catalog, n)) for n in range(3)]
    make_older(tmp_path, version)
    with Catalog(tmp_path) as catalog:
        assert [clip.id for clip in catalog.clips()] == sorted(ids)
        catalog.made.record_dataset("sha256:aa", "demo", tmp_path, ids)
        assert catalog.made.made_with(ids) == {"sha256:aa": 3}
    with sqlite3.connect(tmp_path / "catalog.sqlite") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        there = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    assert {name_of(statement)[1] for statement in SCHEMA} <= there
