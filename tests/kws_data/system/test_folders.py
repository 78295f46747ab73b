"""Folders that cannot be read are told, and the rest is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.evaluation.folder import audio_files
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.side_folders import import_noise
from kws_data.system.folders import NOWHERE, UNREADABLE, entries, unreadable_below


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose folder ``no`` the system does not let anybody read, whoever runs the tests."""
    for number, word in enumerate(("go", "no", "no/deep")):
        write_flac(tmp_path / "data" / word / "p_nohash_0.flac", np.arange(16_000, dtype=np.int16) + number, 16_000)
    locked, scandir, access = tmp_path / "data" / "no", os.scandir, os.access

    def no_scandir(path: Any = ".") -> Any:
        if Path(os.fspath(path)) == locked:
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", no_scandir)
    monkeypatch.setattr(os, "access", lambda path, mode, **more: Path(path) != locked and access(path, mode, **more))
    yield tmp_path / "data"


@pytest.mark.parametrize("layout", ["speech-commands", "folder"])
def test_an_unreadable_folder_is_set_aside_with_its_reason(layout: str, refused: Path, catalog: Catalog) -> None:
    report = import_layout(catalog, layout, refused)
    assert report.counts.added == 1
    assert ("no", UNREADABLE) in report.set_aside


def test_an_unreadable_folder_of_noise_is_told(refused: Path, catalog: Catalog) -> None:
    assert ("no", UNREADABLE) in import_noise(catalog, refused).set_aside


def test_what_cannot_be_read_is_not_measured_without_a_word(refused: Path) -> None:
    with pytest.raises(DataError, match="a folder cannot be measured"):
        audio_files(refused)


def test_links_in_a_circle_and_hidden_folders_are_no_matter(refused: Path) -> None:
    (refused / "go" / "up").symlink_to(refused)
    (refused / ".hidden").mkdir()
    assert unreadable_below(refused) == [("no", UNREADABLE)]
    assert entries(refused / "no") == []
    assert [path.name for path in entries(refused)] == [".hidden", "go", "no"]


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, catalog: Catalog) -> None:
    write_flac(tmp_path / "data" / "go" / "p_nohash_0.flac", np.arange(16_000, dtype=np.int16), 16_000)
    (tmp_path / "data" / "go" / "q_nohash_0.flac").symlink_to("gone.flac")
    report = import_layout(catalog, "folder", tmp_path / "data")
    assert report.counts.added == 1 and report.set_aside == (("go/q_nohash_0.flac", NOWHERE),)
