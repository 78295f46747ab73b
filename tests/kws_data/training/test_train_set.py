"""What is learnt from: columns of the manifest that are needed, read once, and one path to the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from kws_data.config.config import Config
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.features.load import FeatureSet
from kws_data.labels import SPEECH
from kws_data.training.batches.train_set import TrainSet, load_train_set, train_set
from kws_data.training.refit import validation_set
from kws_data.training.teachers.keras_teachers import teacher_set
from tests.kws_data.training.test_run import CONFIG, patterns, write_dataset

WORDS = ("_silence_", "dog", "yes", "no")
SPLITS = ("train", "validation")


def configured(**train: object) -> Config:
    return CONFIG.model_copy(update={"train": CONFIG.train.model_copy(update=train)})


def write_both_splits(folder: Path) -> None:
    """Every second clip of a word is synthetic."""
    write_dataset(folder)
    rows = [
        {"clip_id": f"{split}{i}", "word": WORDS[i % 4], "synthetic": i % 8 < 4, "speaker": f"s{i}"}
        for split in SPLITS
        for i in range(96)
    ]
    write_manifest(folder / "manifest.parquet", rows)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[list[str] | None]:
    """The columns of each reading of a manifest; None is all."""
    seen: list[list[str] | None] = []
    read: Callable[..., Any] = parquet.read_table

    def noted(path: Path, columns: list[str] | None = None, **rest: Any) -> Any:
        seen.append(columns)
        return read(path, columns=columns, **rest)

    monkeypatch.setattr(parquet, "read_table", noted)
    return seen


def test_a_manifest_is_read_once_for_the_columns_that_are_needed(tmp_path: Path, reads: list[list[str] | None]) -> None:
    write_both_splits(tmp_path)
    load_train_set(tmp_path, CONFIG)
    assert reads == [["clip_id", "word"]]
    reads.clear()
    teacher_set(configured(real_share=0.5), tmp_path)
    assert reads == [["clip_id", "word", "synthetic"]]
    reads.clear()
    held = validation_set(tmp_path, CONFIG)
    assert reads == [["clip_id", "word"]] * len(SPLITS) and held.words == WORDS * 24


def test_words_are_those_of_the_clips_that_nobody_made(tmp_path: Path) -> None:
    write_both_splits(tmp_path)
    data = load_train_set(tmp_path, CONFIG)
    assert data.words == WORDS * 24 and len(data.y) > len(data.words)


def test_people_are_told_from_voices_by_a_boolean(tmp_path: Path) -> None:
    write_both_splits(tmp_path)
    data = load_train_set(tmp_path, configured(real_share=0.75))
    assert data.weights is not None
    people = np.arange(96) % 8 >= 4
    for label in (2, 3):
        own = data.y[:96] == label
        assert data.weights[:96][own & people].sum() == pytest.approx(0.75 * data.weights[:96][own].sum())


def test_clips_of_the_data_set_weigh_the_same_with_changed_features_and_without() -> None:
    x, y = patterns()
    settings = {"real_share": 0.75, "word_balance": 0.5, "speech_share": 0.4}
    said = ["_silence_", "dog", "yes", "no", "_silence_", SPEECH, "yes", "no"] * 12
    synthetic = np.arange(96) % 8 < 4

    def weighed(changed: bool) -> TrainSet:
        features = FeatureSet("train", x, y.astype(np.int32), np.array(said))
        return train_set(features, said, configured(spec_augment=changed, **settings), synthetic)

    plain, changed = weighed(False), weighed(True)
    assert plain.augment is None and changed.augment is not None
    assert plain.weights is not None and changed.weights is not None
    assert len(plain.y) == 96 < len(changed.y) == len(changed.weights)
    known = y != 1  # of _unknown_, pseudo-words take their part
    assert changed.weights[:96][known] == pytest.approx(plain.weights[known])
    assert np.bincount(changed.y, changed.weights) == pytest.approx(np.bincount(plain.y, plain.weights))
