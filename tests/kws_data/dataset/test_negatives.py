"""Negatives in a data set: nobody is in two splits, and nothing changes where there are none."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder, speaker_id
from made_negatives import RATE_HZ, hiss, make_negatives
from pyarrow import parquet

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import DatasetInfo, manifest_ids, read_manifest
from kws_data.dataset.negative_streams import has_negatives, negative_recordings
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.errors import DataError
from kws_data.features.load import load_features
from kws_data.release.datasheet.sections import datasheet
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


def test_people_with_labels_are_in_one_split_and_those_kept_for_later_in_none(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours", people=0)
    rows = ["file,speaker"]
    for number in (0, 1, 5, 30):  # two who are tested, one who is not, one whom nobody knows
        write_flac(tmp_path / "hours" / f"{number}.flac", hiss(f"person {number}", 5), RATE_HZ)
        rows.append(f"{number}.flac,{speaker_id(number)}")
    (tmp_path / "hours" / "metadata.csv").write_text("\n".join(rows) + "\n")
    plan = planned(config(tmp_path, "hours"))
    of = {clip.speaker: split for split in SPLITS for clip in (p.clip for p in plan.of(split))}
    spoken = [s for s in plan.negatives.stretches if s.clip.word == "(speech)"]
    assert all(of.get(s.clip.speaker, s.split) == s.split for s in spoken)
    assert {s.split for s in spoken if s.recording in ("1/0.flac", "1/1.flac")} == {"test"}
    assert len({s.clip.speaker for s in spoken} & set(of)) == 3
    (tmp_path / "hours" / "metadata.csv").write_text(f"file,speaker,split\n0.flac,{speaker_id(0)},train\n")
    again = planned(config(tmp_path, "hours")).negatives
    assert again.left_out == {"1/0.flac": "of a person of test, where its table says train"}


def test_negatives_are_in_the_noise_under_copies_and_speech_has_its_share(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours", seconds=12)
    changed = {"augment": {"copies": 2, "negative_copies": 2, "speech_share": 0.5}}
    built(config(tmp_path, "hours", **changed), tmp_path / "out")
    noises = json.loads((tmp_path / "out" / "recipe.json").read_text())["noises"]
    rows = parquet.read_table(tmp_path / "out" / "negatives.parquet").to_pylist()
    kinds = {row["audio_sha256"]: (row["kind"], row["split"]) for row in rows}
    lengths: dict[str, int] = defaultdict(int)
    for audio, first, end in noises:
        kind, split = kinds.get(audio, ("its own", "train"))
        assert split == "train"
        lengths[kind] += end - first
    assert set(lengths) == {"speech", "noise", "its own"}
    assert lengths["speech"] / sum(lengths.values()) == pytest.approx(0.5, abs=1e-3)


def test_only_training_stretches_that_cannot_be_read_are_missed(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours", people=3)
    settings = config(tmp_path, "hours")
    plan = planned(settings)
    lost = next(s.clip for s in plan.negatives.of("train") if s.clip.word == "(speech)")
    (tmp_path / "rec" / "audio" / lost.audio_sha256[:2] / f"{lost.audio_sha256}.flac").write_bytes(b"no audio")
    with Catalog(tmp_path / "rec") as catalog:
        info = build_dataset(settings, catalog, tmp_path / "out", BuildOptions(1)).info
    assert list(info["set_aside"]) == [lost.id]
    rows = parquet.read_table(tmp_path / "out" / "negatives.parquet").to_pylist()
    assert len(rows) == len(plan.negatives.stretches) - 1
    assert len(load_features(tmp_path / "out", "negatives")) == sum(row["split"] == "train" for row in rows)
    assert lost.id not in manifest_ids(tmp_path / "out") and rows[0]["clip_id"] in manifest_ids(tmp_path / "out")


def test_the_datasheet_has_a_section(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_negatives(tmp_path / "hours")
    info = built(config(tmp_path, "hours"), tmp_path / "out").info
    text = datasheet(info, read_manifest(tmp_path / "out"))
    assert "Hours in which no keyword is said" in text and "CC-BY-4.0 (0.03), unstated (0.01)" in text
    assert "Hours in which" not in datasheet(built(config(tmp_path), tmp_path / "out").info, [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"negatives": ["data"]}, "also that of data.folder"),
        ({"negatives": ["data/_background_noise_"]}, "also that of data.folder"),
        ({"negatives": ["hours", "hours/noise"]}, "also that of another one there"),
        ({"negatives": ["hours"], "noise_folder": "hours/noise"}, "also that of data.noise_folder"),
        ({"negatives": ["nowhere"]}, "folder of negatives not found"),
        ({"negatives": ["empty"]}, "holds no audio"),
        ({"negatives": ["said"]}, "no recording of data.negatives is left.*1 recordings: a keyword is said"),
        ({"negatives": ["board:emulated"]}, "no negatives were recorded through this board"),
    ],
)
def test_bad_folders_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: dict[str, object], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make_folder(tmp_path / "data", speakers=6)
    make_negatives(tmp_path / "hours", people=1, noises=1)
    (tmp_path / "empty").mkdir()
    write_flac(tmp_path / "said" / "a.flac", hiss("said", 5), RATE_HZ)
    (tmp_path / "said" / "metadata.csv").write_text("file,transcript\na.flac,go\n")
    base = {"source": "folder", "folder": "data", "recordings": "rec"}
    with pytest.raises(DataError, match=message):
        planned(config(tmp_path, data={**base, **data}))


def test_a_share_of_speech_waits_for_negatives_that_have_some(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    wanted, none = {"speech_share": 0.2}, {"speech_share": 0.0}
    assert planned(config(tmp_path, augment=wanted)).noises == planned(config(tmp_path, augment=none)).noises
    make_negatives(tmp_path / "hours", people=0)
    built(config(tmp_path, "hours", augment=wanted), tmp_path / "out")
