"""Catalogues of earlier versions are brought up to date, with what is in them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from older_catalog import make_older

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change
from tests.kws_data.catalog.test_catalog import new_clip

LEVELS = {"peak_db": -6.0, "rms_db": -20.5, "dc": 1e-05}


def upgraded(folder: Path, **stored: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Attributes, by word, of clips with ``stored`` attributes; ``recording`` is one of ``played`` through a board."""
    with Catalog(folder) as catalog:
        for number, (word, attributes) in enumerate(stored.items()):
            clip = new_clip(catalog, number, word=word, attributes=attributes)
            if word == "recording":
                (played,) = (one for one in catalog.clips() if one.word == "played")
                clip = replace(clip, device="board:x", parent=played.id)
            catalog.add_clip(clip)
    make_older(folder, 3)
    with Catalog(folder) as catalog:
        return {clip.word: dict(clip.attributes) for clip in catalog.clips()}


def test_takes_get_the_one_name_of_the_share_of_clipped_samples(tmp_path: Path) -> None:
    said = {**LEVELS, "snr_db": None, "noise_floor_db": -70.0, "warnings": ["naïve"], "aligned": True}
    found = upgraded(tmp_path, take={**said, "clipping_share": 0.000125})
    assert found == {"take": {**said, "clipped_share": 0.000125}}
    assert found["take"]["aligned"] is True


def test_a_recording_keeps_its_own_levels_and_loses_those_of_what_was_played(tmp_path: Path) -> None:
    played = {"peak_db": 0.0, "rms_db": -3.0, "dc": 0.5, "clipped_share": 0.9, "snr_db": 50.0, "accent": "scots"}
    played |= {"noise_floor_db": -60.0, "speech_start_s": 0.2, "speech_end_s": 0.7}
    found = upgraded(tmp_path, played=played, recording={**played, **LEVELS, "clipping_share": 0.0})
    assert found["played"] == played
    assert found["recording"] == {**LEVELS, "clipped_share": 0.0, "accent": "scots"}


def test_what_an_import_measured_stays_and_what_is_no_json_is_left_alone(tmp_path: Path) -> None:
    """A take that was exported and imported again has both names."""
    found = upgraded(
        tmp_path,
        imported={**LEVELS, "clipped_share": 0.25},
        again={"clipped_share": 0.25, "clipping_share": 0.5},
        odd={"clipping_share": float("nan")},
    )
    assert found["imported"] == {**LEVELS, "clipped_share": 0.25}
    assert found["again"] == {"clipped_share": 0.25}
    assert found["odd"].keys() == {"clipping_share"}


def test_batches_of_a_catalogue_of_version_7_stay_as_they_are(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clip = catalog.add_clip(new_clip(catalog, 0))
        batch = catalog.changes.record("audit", "all", changes=[Change(clip, "reasons", "clipped")])
        before = catalog.changes.batches()
    db = sqlite3.connect(tmp_path / "catalog.sqlite")
    db.executescript("ALTER TABLE batches DROP COLUMN undone; PRAGMA user_version=7;")
    db.close()
    with Catalog(tmp_path) as catalog:
        assert catalog.changes.batches() == before
        assert catalog.changes.undo(batch).taken_back == 1
        assert catalog.changes.batches()[0].changes == 1
