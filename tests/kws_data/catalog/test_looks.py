"""Looks are kept for good, with who, when and why; the same model again is one more look and no further model."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from older_catalog import LATER

from kws_data.catalog import looks
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.schema import VERSION
from kws_data.errors import CatalogError, DataError
from tests.kws_data.catalog.test_catalog import new_clip


def test_looks_and_models_are_counted_apart(catalog: Catalog) -> None:
    assert catalog.looks.counts("t") == (0, 0) and not catalog.is_there  # to ask makes no catalogue
    for test, model, verb in (("t", "a", "run"), ("t", "a", "run"), ("t", "b", "evaluate"), ("u", "c", "run")):
        catalog.looks.record(test, "demo", model, verb, "before  release\n2", "Ann\tB")
    assert catalog.looks.counts("t") == (3, 2) and catalog.looks.counts("u") == (1, 1)
    assert [(one.test_sha256, one.model_sha256, one.verb) for one in catalog.looks.all()] == [
        ("t", "a", "run"),
        ("t", "a", "run"),
        ("t", "b", "evaluate"),
        ("u", "c", "run"),
    ]
    (only,) = catalog.looks.all("u")
    assert (only.config, only.who, only.reason) == ("demo", "Ann B", "before release 2")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(only.looked_at)).total_seconds()) < 60


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_a_look_without_a_reason_is_refused(reason: str, catalog: Catalog) -> None:
    with pytest.raises(DataError, match="needs a reason"):
        catalog.looks.record("t", "demo", "a", "run", reason)
    assert catalog.looks.counts("t") == (0, 0)


def test_who_is_the_login_name_where_nobody_says(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "someone")
    catalog.looks.record("t", "demo", "a", "run", "why")

    def nobody() -> str:
        raise KeyError("uid not found")  # what getpass raises in a container that runs under a number

    monkeypatch.setattr(looks, "getuser", nobody)
    catalog.looks.record("t", "demo", "a", "run", "why")
    assert [one.who for one in catalog.looks.all()] == ["someone", "unknown"]


def test_a_catalogue_that_can_only_be_read_takes_no_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(tmp_path) as catalog:
        catalog.looks.record("t", "demo", "a", "run", "why")
        monkeypatch.setattr(catalog, "writable", False)
        with pytest.raises(CatalogError, match="can only be read"):
            catalog.looks.record("t", "demo", "b", "run", "why")


def test_a_catalogue_of_version_5_gets_the_table_and_keeps_its_clips(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clip = catalog.add_clip(new_clip(catalog, 1))
    with sqlite3.connect(tmp_path / "catalog.sqlite") as db:
        db.executescript("".join(f"DROP TABLE {name};" for name in LATER) + "PRAGMA user_version=5;")
    with Catalog(tmp_path) as catalog:
        catalog.looks.record("t", "demo", "a", "run", "why")
        assert catalog.looks.counts("t") == (1, 1) and catalog.known_ids([clip]) == {clip}
    with sqlite3.connect(tmp_path / "catalog.sqlite") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'looks_by_test'").fetchone() == (1,)
