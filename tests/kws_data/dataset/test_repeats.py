"""Few recordings, many copies: ``data.real_repeats``."""

from pathlib import Path

import pytest

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.augment import AugmentSettings
from kws_data.config.config import Config
from kws_data.dataset.manifest import read_manifest
from kws_data.dataset.manifest_rows import with_repeats, write_manifest
from kws_data.features.needed import read_wanted
from kws_data.features.recipe import Recipe

BOTH = {"source": "both", "folder": "x"}


def config(**data: object) -> Config:
    return Config(name="t", keywords=["go"], split={"test": "validation_list"}, data={**BOTH, **data})


def row(number: int, label: str, synthetic: bool, split: str) -> dict[str, object]:
    place = {"clip_id": f"{number:016x}", "audio_sha256": f"{number:064x}", "label": label}
    return {**place, "synthetic": synthetic, "split": split}


ROWS = [
    row(0, "go", True, "train"),
    row(1, "go", False, "train"),
    row(2, "_unknown_", False, "train"),
    row(3, "go", False, "test"),
]


def test_a_few_recordings_stand_often_and_each_time_with_other_copies(tmp_path: Path) -> None:
    settings = config(real_per_keyword=1, real_repeats=3)
    write_manifest(tmp_path / "manifest.parquet", with_repeats(ROWS, settings))
    recipe = Recipe("", "", (FrontendSpec(),), AugmentSettings(copies=4), 0, 16_000, code="none")
    wanted = {split.split: split for split in read_wanted(tmp_path / "manifest.parquet", settings.labels, recipe)}
    train = wanted["train"]
    assert [row["clip_id"][-1] for row in read_manifest(tmp_path)] == ["0", "1", "1", "1", "2", "3"]
    assert list(train.keys["first"]) == [1, 1, 4, 7, 1] and list(train.labels) == [2, 2, 2, 2, 1]


def test_without_repeats_rows_stay() -> None:
    assert with_repeats(ROWS, config(real_per_keyword=1)) == ROWS


def test_repeats_are_for_the_few() -> None:
    with pytest.raises(ValueError, match=r"data\.real_repeats is for the few"):
        config(real_repeats=2)
