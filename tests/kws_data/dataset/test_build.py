import json
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder, speaker_id, tone

from firmware_tools.frontend.host import HostFrontend
from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import load_dataset, read_manifest
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import DataError
from kws_data.features.load import load_audio_clips, load_features
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.side_folders import import_noise


def config(folder: Path, **changes: object) -> Config:
    values: dict[str, object] = {
        "name": "small",
        "keywords": ["go", "stop"],
        "data": {"source": "folder", "folder": str(folder), "record_test_clips": 3},
        "split": {"test": "validation_list", "validation_share": 0.2},
        "augment": {"copies": 3},
    }
    return Config.model_validate({**values, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("made") / "data")


@pytest.fixture(scope="module")
def recordings(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rec")
    with Catalog(place) as catalog:
        import_layout(catalog, "speech-commands", folder)
    return place


def test_data_set_holds_what_it_says(folder: Path, recordings: Path, tmp_path: Path) -> None:
    settings = config(folder)
    with Catalog(recordings) as catalog:
        manifest = build_dataset(settings, catalog, tmp_path, BuildOptions(1))
    rows = read_manifest(tmp_path)
    assert manifest.version.startswith("sha256:") and load_dataset(tmp_path) == manifest
    assert manifest.speakers == {"train": 8, "validation": 2, "test": 2} and manifest.leaks == 0
    assert len(rows) == sum(manifest.clips.values()) == 54
    assert {(r["word"], r["label"]) for r in rows} == {
        ("go", "go"), ("stop", "stop"), ("cat", "_unknown_"), ("dog", "_unknown_"), ("_silence_", "_silence_"),
    }  # fmt: skip
    offset = 0
    for split in ("train", "validation", "test"):
        features = load_features(tmp_path, split)
        mine = rows[offset : offset + len(features)]
        offset += len(features)
        assert [r["clip_id"] for r in mine] == list(features.clip_ids)
        assert [settings.labels.index(r["label"]) for r in mine] == list(features.y)
        assert features.x.shape == (len(mine), 3 if split == "train" else 1, 49, 40) and features.x.dtype == np.int8
    audio = load_audio_clips(tmp_path)
    assert np.array_equal(HostFrontend(settings.frontend)(np.asarray(audio)), load_features(tmp_path, "test").x[:, 0])


def test_copies_differ_and_the_first_is_the_clip(folder: Path, recordings: Path, tmp_path: Path) -> None:
    settings = config(folder)
    with Catalog(recordings) as catalog:
        build_dataset(settings, catalog, tmp_path, BuildOptions(1))
        train = load_features(tmp_path, "train")
        first = plan_dataset(settings, catalog).of("train")[0]
        assert np.array_equal(train.x[0, 0], HostFrontend(settings.frontend).one(catalog.load(first.audio)))
    assert not np.array_equal(train.x[0, 1], train.x[0, 0])
    assert not np.array_equal(train.x[0, 1], train.x[0, 2])


def test_a_refit_wants_copies_of_validation_clips_and_changes_nothing_else(
    folder: Path, recordings: Path, tmp_path: Path
) -> None:
    split = {"test": "validation_list", "validation_share": 0.2}
    with Catalog(recordings) as catalog:
        for name, refit in (("without", False), ("with", True)):
            build_dataset(config(folder, split={**split, "refit": refit}), catalog, tmp_path / name, BuildOptions(1))
    before, after = (load_features(tmp_path / name, "validation") for name in ("without", "with"))
    assert before.x.shape[1] == 1 and after.x.shape[1] == 3 and len(before) > 0
    assert np.array_equal(after.x[:, :1], before.x) and not np.array_equal(after.x[:, 1], after.x[:, 2])
    for part in ("train-x", "test-x", "test-y"):
        one, other = (tmp_path / name / f"features-{part}.npy" for name in ("without", "with"))
        assert one.read_bytes() == other.read_bytes()


def test_same_version_from_one_and_two_workers_and_another_catalogue(
    folder: Path, recordings: Path, tmp_path: Path
) -> None:
    settings = config(folder, augment={"copies": 26, "tempo_probability": 0.3, "eq_probability": 0.3})
    with Catalog(recordings) as catalog:
        one = build_dataset(settings, catalog, tmp_path / "one", BuildOptions(1))
        two = build_dataset(settings, catalog, tmp_path / "two", BuildOptions(2))
    with Catalog(tmp_path / "rec") as other:
        import_layout(other, "speech-commands", folder)
        again = build_dataset(settings, other, tmp_path / "again", BuildOptions(1))
        seeded = build_dataset(config(folder, seed=1), other, tmp_path / "seeded", BuildOptions(1))
    assert one.version == two.version == again.version != seeded.version
    names = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert names == sorted(p.name for p in (tmp_path / "two").iterdir()) and len(names) == 14
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_recordings_through_the_board_take_the_place_of_their_clips(folder: Path, tmp_path: Path) -> None:
    settings = config(folder)
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        plain = build_dataset(settings, catalog, tmp_path / "plain", BuildOptions(1))
        waiting = plan_dataset(settings, catalog).to_record()
        assert len(waiting) == 3 and plain.info["not_yet_recorded"] == 3
        clip = waiting[0]
        heard = (catalog.load(clip) // 2).astype(np.int16)
        catalog.add_clip(
            NewClip(
                catalog.store_audio(heard, 16_000),
                clip.word,
                clip.speaker,
                clip.source,
                clip.origin,
                device="board:emulated",
                parent=clip.id,
                pseudonymous=True,
                attributes={},
            )
        )
        manifest = build_dataset(settings, catalog, tmp_path / "heard", BuildOptions(1))
        assert len(plan_dataset(settings, catalog).to_record()) == 2
    rows = [r for r in read_manifest(tmp_path / "heard") if r["device"]]
    assert [(r["origin"], r["speaker"], r["split"]) for r in rows] == [(clip.origin, clip.speaker, "test")]
    assert manifest.clips == plain.clips and manifest.version != plain.version
    assert any(np.array_equal(row, heard) for row in load_audio_clips(tmp_path / "heard"))


def test_clips_to_record_hold_all_labels(folder: Path, recordings: Path) -> None:
    data = {"source": "folder", "folder": str(folder), "record_test_clips": None, "record_train_clips": 16}
    with Catalog(recordings) as catalog:
        plan = plan_dataset(config(folder, data=data), catalog)
    chosen = [p for p in plan.clips if p.through_board]
    assert {p.split for p in chosen} == {"test", "train"}
    assert [p for p in chosen if p.split == "test"] == plan.of("test")
    train = [p.label for p in chosen if p.split == "train"]
    assert len(train) == 16 and all(3 <= train.count(label) <= 5 for label in ("go", "stop"))


def test_keyword_that_nobody_says(folder: Path, recordings: Path, tmp_path: Path) -> None:
    with Catalog(recordings) as catalog, pytest.raises(DataError, match=r"'shop'. did you mean stop\?"):
        build_dataset(config(folder, keywords=["go", "shop"]), catalog, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_keyword_folder_that_is_empty(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", speakers=6, words=("go", "cat"))
    (folder / "stop").mkdir()
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        with pytest.raises(DataError, match="no clip has the keyword: 'stop'"):
            plan_dataset(config(folder), catalog)


def test_folder_that_was_not_imported(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        with pytest.raises(DataError, match="data folder not found"):
            plan_dataset(config(tmp_path / "nowhere"), catalog)
        with pytest.raises(DataError, match="call kws import first"):
            plan_dataset(config(tmp_path), catalog)


def test_failed_build_keeps_the_data_set_there_was(folder: Path, recordings: Path, tmp_path: Path) -> None:
    with Catalog(recordings) as catalog:
        before = build_dataset(config(folder), catalog, tmp_path, BuildOptions(1))
        with pytest.raises(DataError):
            build_dataset(config(folder, keywords=["nothing"]), catalog, tmp_path, BuildOptions(1))
    assert load_dataset(tmp_path) == before


def test_noise_folder_changes_only_augmented_copies(folder: Path, recordings: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    write_flac(tmp_path / "noise" / "street.flac", rng.integers(-2_000, 2_000, 160_000).astype(np.int16), 16_000)
    data = {"source": "folder", "folder": str(folder), "noise_folder": str(tmp_path / "noise")}
    with Catalog(recordings) as catalog:
        import_noise(catalog, tmp_path / "noise")
        plain = build_dataset(config(folder), catalog, tmp_path / "plain", BuildOptions(1))
        noisy = build_dataset(config(folder, data=data), catalog, tmp_path / "noisy", BuildOptions(1))
    one, other = (load_features(tmp_path / name, "train").x for name in ("plain", "noisy"))
    assert plain.clips == noisy.clips and plain.version != noisy.version
    assert np.array_equal(one[:, 0], other[:, 0]) and not np.array_equal(one[:, 1:], other[:, 1:])


def test_exact_copies_and_contradictions_are_left_out(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data")
    for word in ("stop", "dog"):  # what speaker 5 said for go, under other words too
        write_flac(folder / word / f"{speaker_id(6)}_nohash_1.flac", tone("go", 5), 16_000)
    write_flac(folder / "cat" / f"{speaker_id(8)}_nohash_1.flac", tone("cat", 7), 16_000)
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        manifest = build_dataset(config(folder), catalog, tmp_path / "out", BuildOptions(1))
    reasons = sorted(reason.split(" of ")[0] for reason in manifest.info["left_out"].values())
    assert reasons == ["exact copy"] + ["same recording under several words: dog, go, stop"] * 3
    assert json.loads((tmp_path / "out" / "dataset.json").read_text())["leaks"] == 0
