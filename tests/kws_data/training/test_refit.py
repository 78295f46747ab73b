"""The validation people fix method and threshold first; then the model that ships has learnt from them as well."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kws_data.cli.export import choice_lines
from kws_data.config.config import Config
from kws_data.config.export import ExportSettings
from kws_data.dataset.manifest import read_manifest
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import DataError
from kws_data.evaluation.fair_int8 import fair_int8
from kws_data.export.choose_int8 import refitted
from kws_data.export.export import export_model
from kws_data.run_folder import HELD_OUT_FILE
from kws_data.training.batches.train_set import TrainSet, load_train_set
from kws_data.training.refit import joined, validation_set, weights_like
from kws_data.training.run import train
from tests.kws_data.training.test_resume import TEACHER
from tests.kws_data.training.test_run import CONFIG, write_dataset

WORDS = ["_silence_", "dog", "yes", "no"]


def write_whole_dataset(folder: Path) -> None:
    """As of a build with ``split.refit``: the manifest and copies of the validation clips too."""
    write_dataset(folder)
    rows = [{"clip_id": f"{split}{i}", "word": WORDS[i % 4]} for split in ("train", "validation") for i in range(96)]
    write_manifest(folder / "manifest.parquet", rows)


def refit_config(folder: Path, method: str = "aware", refit: bool = True, **train_changes: object) -> Config:
    changes = {"epochs": 3, **train_changes}
    return CONFIG.model_copy(
        update={
            "train": CONFIG.train.model_copy(update=changes),
            "export": ExportSettings(quantise=method, aware_epochs=2),
            "split": CONFIG.split.model_copy(update={"refit": refit}),
            "data": CONFIG.data.model_copy(update={"recordings": folder}),
        }
    )


def test_a_clip_is_drawn_as_its_word_is_or_else_as_its_label() -> None:
    known_y, known = np.array([1, 1, 1, 2]), np.array([1.0, 3.0, 6.0, 5.0])
    weights = weights_like(
        np.array([1, 1, 2, 3]), ["cat", "new", "yes", "no"], known_y, ["cat", "cat", "dog", "yes"], known
    )
    assert weights.tolist() == pytest.approx([2.0, 10 / 3, 5.0, 3.75])


def test_the_joined_set_keeps_what_was_there() -> None:
    x, y = np.zeros((3, 2, 4, 5), np.int8), np.array([0, 1, 2])
    soft = np.ones((3, 2, 4), np.float32)
    first = TrainSet(x, y, 4, np.array([1.0, 2.0, 3.0]), soft=soft)
    both = joined(first, replace(first, x=x[:1] + 1, y=y[:1], weights=np.array([7.0]), soft=soft[:1] * 2))
    assert both.x.shape == (4, 2, 4, 5) and both.x[3].min() == 1 and both.y.tolist() == [0, 1, 2, 0]
    assert both.weights is not None and both.weights.tolist() == [1, 2, 3, 7]
    assert both.soft is not None and both.soft[3].max() == 2
    assert joined(first, replace(first, soft=None)).soft is None


def test_validation_clips_without_copies_are_refused(tmp_path: Path) -> None:
    write_whole_dataset(tmp_path)
    x = np.load(tmp_path / "features-validation-x.npy")
    np.save(tmp_path / "features-validation-x.npy", x[:, :1])
    with pytest.raises(DataError, match=r"1 of 2.*split.refit"):
        validation_set(tmp_path, refit_config(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize(("method", "sees"), [("aware", "stored"), ("post", "augmented"), ("aware", None)])
def test_what_ships_has_learnt_more_and_keeps_the_thresholds(tmp_path: Path, method: str, sees: str | None) -> None:
    write_whole_dataset(tmp_path)
    wise = {"teacher": TEACHER.model_copy(update={"sees": sees})} if sees else {}
    model_dir = tmp_path / "model"
    held, all_in = (refit_config(tmp_path, method, refit, **wise) for refit in (False, True))
    train(held, tmp_path, model_dir)
    before = export_model(held, tmp_path, "v", model_dir)
    assert not (model_dir / HELD_OUT_FILE).exists() and fair_int8(before, model_dir) == before.tflite
    after = export_model(all_in, tmp_path, "v", model_dir)
    assert (after.threshold_int8, after.stream_threshold_int8) == (before.threshold_int8, before.stream_threshold_int8)
    assert after.tflite != before.tflite == (model_dir / HELD_OUT_FILE).read_bytes() == fair_int8(after, model_dir)
    report = json.loads((model_dir / "export.json").read_text())
    assert report["refit"]["kept"] and report["refit"]["clips"] == 96
    assert any("96 validation clips" in line for line in choice_lines(report))
    if sees:  # whoever has no teacher does less of the same
        assert export_model(all_in, tmp_path, "v", model_dir).tflite == after.tflite, "not the same bytes again"
    if method == "post":  # the file is written and removed whatever the method; this one trains nothing for it
        export_model(held, tmp_path, "v", model_dir)
        assert not (model_dir / HELD_OUT_FILE).exists(), "the file of another export stayed"


@pytest.mark.slow
def test_a_refit_that_is_worse_on_what_it_learnt_is_not_taken(tmp_path: Path) -> None:
    write_whole_dataset(tmp_path)
    config = refit_config(tmp_path)
    train(config, tmp_path, tmp_path / "model")
    export_model(config, tmp_path, "v", tmp_path / "model")
    y = np.load(tmp_path / "features-validation-y.npy")
    np.save(tmp_path / "features-train-y.npy", (np.load(tmp_path / "features-train-y.npy") + 1) % 4)  # now all wrong
    rows = [
        {**row, "word": WORDS[(i + 1) % 4] if i < 96 else row["word"]} for i, row in enumerate(read_manifest(tmp_path))
    ]
    write_manifest(tmp_path / "manifest.parquet", rows)
    from kws_data.export.choose_int8 import candidates

    good = replace(candidates(config, tmp_path, tmp_path / "model")[0], log_loss=0.0, correct=len(y))
    assert refitted(config, tmp_path, tmp_path / "model", good) is good
    assert len(load_train_set(tmp_path, config).y) >= 96
