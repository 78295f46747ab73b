"""Negatives in a data set: nobody is in two splits, and nothing changes where there are none."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from made_negatives import RATE_HZ, hiss, make_negatives
from pyarrow import parquet

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import DatasetInfo
from kws_data.dataset.negative_streams import has_negatives, negative_recordings
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.errors import DataError
from kws_data.features.load import load_features
from kws_data.sources.imports.configured import import_configured

SPLITS = ("train", "validation", "test")


def config(root: Path, *negatives: str, **changes: object) -> Config:
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec")}
    values: dict[str, object] = {
        "name": "small",
        "keywords": ["go", "stop"],
        "data": {**data, "negatives": [str(root / name) for name in negatives]},
        "split": {"test": "validation_list", "validation_share": 0.2},
        "augment": {"copies": 3, "negative_copies": 2},
    }
    return Config.model_validate({**values, **changes})


def planned(settings: Config) -> Plan:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        return plan_dataset(settings, catalog)


def built(settings: Config, folder: Path) -> DatasetInfo:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        return build_dataset(settings, catalog, folder, BuildOptions(1))


def splits_of(plan: Plan, by: str = "recording") -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for stretch in plan.negatives.stretches:
        found[stretch.recording if by == "recording" else stretch.clip.speaker].add(stretch.split)
    return found


def test_a_data_set_with_negatives_and_the_same_without_them(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours")
    before = built(config(tmp_path), tmp_path / "out")
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert not has_negatives(tmp_path / "out") and "negatives" not in before.info
    info = built(config(tmp_path, "hours"), tmp_path / "out").info
    assert info["version"] != before.version and info["leaks"] == 0
    rows = parquet.read_table(tmp_path / "out" / "negatives.parquet").to_pylist()
    assert [row["start_sample"] for row in rows[:3]] == [0, 64_000, 80_000], "the last one ends with the recording"
    assert {row["samples"] for row in rows} == {64_000}
    train = load_features(tmp_path / "out", "negatives")
    assert train.x.shape[:2] == (sum(row["split"] == "train" for row in rows), 2)
    spoken = [row["kind"] == "speech" for row in rows if row["split"] == "train"]
    assert np.array_equal(train.y, np.array(spoken, int)) and 0 < train.y.mean() < 1
    assert not np.array_equal(train.x[:, 0], train.x[:, 1])
    said = info["negatives"]
    assert said["recordings"]["speech"] == {"train": 8, "validation": 2, "test": 2}
    assert said["people"]["speech"] == {"train": 4, "validation": 1, "test": 1}
    assert sum(said["hours"]["noise"].values()) == pytest.approx(4 * 9 / 3_600, abs=2e-4)
    again = built(config(tmp_path), tmp_path / "out")
    assert again.version == before.version
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_streams_are_the_recordings_as_they_were(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours", people=3, noises=3)
    write_flac(tmp_path / "hours" / "noise" / "short.flac", hiss("short", 1.3), RATE_HZ)
    built(config(tmp_path, "hours"), tmp_path / "out")
    heard = {
        one.name: one for split in SPLITS for one in negative_recordings(tmp_path / "out", tmp_path / "rec", split)
    }
    assert len(heard) == 10
    for name, one in heard.items():
        file = name.removeprefix("1/")
        key = file if one.kind == "speech" else Path(file).stem.replace("_", " ")
        assert np.array_equal(one.samples, hiss(key, 1.3 if "short" in name else 9.0)), name
        assert bool(one.speaker) == (one.kind == "speech")
    with pytest.raises(DataError, match="no negatives"):
        list(negative_recordings(tmp_path, tmp_path / "rec", "test"))


def test_keywords_copies_and_terms_are_left_out_and_listed(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours")
    write_flac(tmp_path / "more" / "a.flac", hiss("now go home", 5), RATE_HZ)
    write_flac(tmp_path / "more" / "b.flac", hiss("tap 2", 9), RATE_HZ)
    (tmp_path / "more" / "metadata.csv").write_text("file,transcript\na.flac,Now GO home!\n")
    settings = config(tmp_path, "hours", "more")
    with Catalog(tmp_path / "rec") as catalog:
        reports = list(import_configured(catalog, settings))
        left = plan_dataset(settings, catalog).negatives.left_out
    assert any("1 of 2 recordings are left out" in note and "'go' in a.flac" in note for note in reports[-1].notes)
    assert left["2/a.flac"] == "a keyword is said by its transcript: go"
    assert left["2/b.flac"].startswith("exact copy of") and len(left) == 2
    strict = config(tmp_path, "hours", "more", release={"consents": ["public data set", "unstated"], "licences": None})
    assert set(planned(strict).negatives.left_out) == set(left)
    strict = config(tmp_path, "hours", "more", release={"consents": ["unstated"]})
    with pytest.raises(DataError, match="consent"):
        planned(strict)
