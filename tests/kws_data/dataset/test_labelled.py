"""Labels that people gave are what data sets are built of."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from labelled_clips import say_it
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import read_manifest
from kws_data.dataset.plan import plan_dataset
from kws_data.labelling.doubled import Doubled, keep_doubled
from kws_data.labelling.labels import BAD
from kws_data.labelling.take_over import take_over
from kws_data.labels import SILENCE, UNKNOWN
from kws_data.sources.imports.configured import import_configured


def config(root: Path, unlabelled: bool = False) -> Config:
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec")}
    return Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {**data, **({"unlabelled": [str(root / "wild")]} if unlabelled else {})},
            "split": {"test": "validation_list", "validation_share": 0.2},
            "augment": {"copies": 2},
            **({"train": {"teacher": {"kind": "encoder"}}} if unlabelled else {}),
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve people who say four words each."""
    make_folder(tmp_path / "data")
    return tmp_path


def rows_of(settings: Config, out: Path) -> list[dict[str, object]]:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        build_dataset(settings, catalog, out, BuildOptions(1))
    return list({row["clip_id"]: row for row in read_manifest(out)}.values())


def trained(catalog: Catalog, settings: Config, word: str, count: int) -> list[Clip]:
    """Training clips of a word."""
    return [p.clip for p in plan_dataset(settings, catalog).clips if p.split == "train" and p.clip.word == word][:count]


def test_relabelled_cut_and_bad_clips_are_built_with_what_people_said(folder: Path) -> None:
    settings = config(folder)
    before = Counter(row["label"] for row in rows_of(settings, folder / "before"))
    with Catalog(settings.data.recordings) as catalog:
        keep_doubled(catalog, Doubled(0.0))
        (wrong, bad, cut), (other, quiet) = trained(catalog, settings, "go", 3), trained(catalog, settings, "stop", 2)
        say_it(catalog, wrong.id, "ann", "stop")
        say_it(catalog, bad.id, "ann", BAD)
        say_it(catalog, cut.id, "ann", "go", cut=(4_000, 12_000))
        say_it(catalog, other.id, "ann", UNKNOWN)
        say_it(catalog, quiet.id, "ann", SILENCE)
        done = take_over(catalog)
        assert done.batch is not None
        piece = catalog.cuts()[0]
    rows = {str(row["clip_id"]): row for row in rows_of(settings, folder / "after")}
    assert rows[wrong.id]["label"] == "stop"
    assert rows[other.id]["label"] == UNKNOWN
    assert rows[piece.id]["label"] == "go"
    assert rows[piece.id]["speaker"] == cut.speaker
    assert {bad.id, cut.id, quiet.id}.isdisjoint(rows)
    after = Counter(row["label"] for row in rows.values())
    assert (after["go"], after["stop"]) == (before["go"] - 2, before["stop"] - 1)
    with Catalog(settings.data.recordings) as catalog:
        catalog.changes.undo(done.batch)
    again = {str(row["clip_id"]): row["label"] for row in rows_of(settings, folder / "again")}
    assert Counter(again.values()) == before
    assert (folder / "again" / "manifest.parquet").read_bytes() == (folder / "before" / "manifest.parquet").read_bytes()


def test_a_cut_stays_in_the_split_that_the_whole_clip_is_given(folder: Path) -> None:
    settings = config(folder)
    rows_of(settings, folder / "out")
    with Catalog(settings.data.recordings) as catalog:
        keep_doubled(catalog, Doubled(0.0))
        tested = [p.clip for p in plan_dataset(settings, catalog).clips if p.split == "test" and p.clip.word == "go"]
        assert tested
        say_it(catalog, tested[0].id, "ann", "go", cut=(4_000, 12_000))
        take_over(catalog)
        piece = catalog.cuts()[0].id
        assert {p.clip.id: p.split for p in plan_dataset(settings, catalog).clips}[piece] == "test"


def test_unlabelled_recordings_join_the_others_once_they_have_a_label(folder: Path) -> None:
    for number in range(20, 24):
        write_flac(folder / "wild" / f"{speaker_id(number)}_nohash_0.flac", tone("go", number, 7), 16_000)
    settings = config(folder, unlabelled=True)
    splits = Counter(row["split"] for row in rows_of(settings, folder / "before"))
    assert splits["unlabelled"] == 4
    with Catalog(settings.data.recordings) as catalog:
        keep_doubled(catalog, Doubled(0.0))
        bare = [p.clip for p in plan_dataset(settings, catalog).clips if p.split == "unlabelled"]
        say_it(catalog, bare[0].id, "ann", "go")
        say_it(catalog, bare[1].id, "ann", "cat")
        say_it(catalog, bare[2].id, "ann", BAD)
        take_over(catalog)
    rows = {str(row["clip_id"]): row for row in rows_of(settings, folder / "after")}
    assert [rows[clip.id]["label"] for clip in bare[:2]] == ["go", UNKNOWN]
    assert {rows[clip.id]["split"] for clip in bare[:2]} <= {"train", "validation"}
    assert [rows[clip.id]["split"] for clip in bare if clip.id in rows and clip in bare[2:]] == ["unlabelled"]
    with Catalog(settings.data.recordings) as catalog:
        say_it(catalog, bare[3].id, "ann", "go")
        take_over(catalog)
    assert Counter(row["split"] for row in rows_of(settings, folder / "all"))["unlabelled"] == 0
