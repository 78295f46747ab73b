from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import read_manifest
from kws_data.errors import DataError
from kws_data.experiments.search.holdout import HELD_OUT, group_of, is_held_out, write_fold
from kws_data.features.load import load_features
from kws_data.labels import SILENCE
from kws_data.sources.imports.configured import import_configured
from kws_data.sources.imports.find_layout import import_layout

SIDES = ("train", HELD_OUT, "unlabelled")


def row(speaker: str, variant: str | None = None, label: str = "go", clip_id: str = "c") -> dict[str, Any]:
    attributes = json.dumps({} if variant is None else {"variant": variant})
    return {
        "clip_id": clip_id,
        "label": label,
        "speaker": speaker,
        "synthetic": variant is not None,
        "attributes": attributes,
    }


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fold")
    folder = make_folder(root / "data", speakers=16)
    config = Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {"source": "folder", "folder": str(folder)},
            "split": {"test": "validation_list", "validation_share": 0.2},
            "augment": {"copies": 2},
        }
    )
    with Catalog(root / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
        build_dataset(config, catalog, root / "dataset", BuildOptions(1))
    return root / "dataset"


def test_no_speaker_is_on_both_sides_and_nothing_but_training_clips_is_used(dataset: Path, tmp_path: Path) -> None:
    fold = write_fold(dataset, tmp_path, seed=0, share=0.3)
    splits = {r["clip_id"]: r["split"] for r in read_manifest(dataset)}
    rows = read_manifest(tmp_path)
    assert {splits[r["clip_id"]] for r in rows} == {"train"}
    assert len(rows) == sum(split == "train" for split in splits.values()) == fold.train_clips + fold.held_out_clips
    sides = {part: {group_of(r) for r in rows if r["split"] == part} for part in ("train", HELD_OUT)}
    assert not sides["train"] & sides[HELD_OUT] and all(sides.values())
    assert not (tmp_path / "features-test-x.npy").exists() and not (tmp_path / "audio-test.npy").exists()


def test_features_are_those_of_the_data_set(dataset: Path, tmp_path: Path) -> None:
    write_fold(dataset, tmp_path, seed=0, share=0.3)
    whole = load_features(dataset, "train")
    place = {str(clip_id): index for index, clip_id in enumerate(whole.clip_ids)}
    for split, copies in (("train", 2), (HELD_OUT, 1)):
        part = load_features(tmp_path, split)
        index = [place[str(clip_id)] for clip_id in part.clip_ids]
        np.testing.assert_array_equal(part.x, whole.x[index][:, :copies])
        np.testing.assert_array_equal(part.y, whole.y[index])


def test_a_fold_is_made_once_and_again_when_the_data_change(dataset: Path, tmp_path: Path) -> None:
    fold = write_fold(dataset, tmp_path, seed=0, share=0.3)
    made = (tmp_path / "features-train-x.npy").stat().st_mtime_ns
    assert write_fold(dataset, tmp_path, seed=0, share=0.3) == fold
    assert (tmp_path / "features-train-x.npy").stat().st_mtime_ns == made
    assert write_fold(dataset, tmp_path, seed=1, share=0.3).version != fold.version
    (tmp_path / "dataset.json").write_text("{")
    assert write_fold(dataset, tmp_path, seed=0, share=0.3) == fold


def test_too_few_speakers_are_refused(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few training speakers"):
        write_fold(dataset, tmp_path, seed=0, share=0.0)


def test_a_synthetic_voice_is_held_out_as_one_and_silence_clip_by_clip() -> None:
    for share in (0.2, 0.5):
        assert len({is_held_out(row(f"p{n}", "f2"), 0, share) for n in range(30)}) == 1
    quiet = [is_held_out(row("noise", None, SILENCE, f"c{n}"), 0, 0.3) for n in range(400)]
    assert 80 < sum(quiet) < 160


def test_about_the_share_of_speakers_is_held_out_and_the_seed_decides_who() -> None:
    held = [{n for n in range(1_000) if is_held_out(row(f"s{n}"), seed, 0.2)} for seed in (0, 1)]
    assert all(150 < len(one) < 250 for one in held) and held[0] != held[1]


def test_who_is_held_out_is_not_heard_without_labels_either(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", speakers=16)
    data = {"source": "folder", "folder": str(folder), "unlabelled": [str(tmp_path / "wild")]}
    settings = {"split": {"test": "validation_list"}, "train": {"teacher": {"kind": "encoder"}}}
    config = Config(name="small", keywords=["go", "stop"], data=data, **settings)
    for number in range(24):
        write_flac(tmp_path / "wild" / f"{speaker_id(number)}_nohash_7.flac", tone("up", number, 7), 16_000)
    with Catalog(tmp_path / "recordings") as catalog:
        list(import_configured(catalog, config))
        build_dataset(config, catalog, tmp_path / "dataset", BuildOptions(1))
    write_fold(tmp_path / "dataset", tmp_path / "fold", seed=0, share=0.4)
    sides = {s: {r["speaker"] for r in read_manifest(tmp_path / "fold") if r["split"] == s} for s in SIDES}
    whole = load_features(tmp_path / "dataset", "unlabelled")
    kept = load_features(tmp_path / "fold", "unlabelled")
    assert 0 < len(sides["unlabelled"]) == len(kept) < len(whole) and not sides["unlabelled"] & sides[HELD_OUT]
    assert sides["unlabelled"] & sides["train"] and kept.x.shape[1:] == whole.x.shape[1:]
