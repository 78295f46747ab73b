import json
from pathlib import Path

import numpy as np
import pytest
from made_dataset import made_info, made_row, make_dataset
from tiny_bundle import tiny_bundle

from kws_data.errors import BundleError, DataError
from kws_data.evaluation.inference import int8_scores
from kws_data.features.load import feature_path
from kws_data.quality.easy_clips import SURE, easy_clips


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A data set of forty clips in three copies each, and an untrained model of it."""
    rows = [made_row(n, split="train") for n in range(40)]
    bundle = tiny_bundle()
    make_dataset(tmp_path / "dataset", rows, version=bundle.dataset_version)
    bundle.save(tmp_path / "model")
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (40, 3, bundle.frontend.frames(16_000), bundle.frontend.features), np.int8)
    parts = {"x": x, "y": np.full(40, 2, np.int32), "ids": np.array([row["clip_id"] for row in rows])}
    for part, values in parts.items():
        np.save(feature_path(tmp_path / "dataset", "train", part), values)
    return tmp_path


def test_easy_is_what_the_model_is_sure_of_in_every_copy(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tiny_bundle()
    x = np.load(feature_path(run_folder / "dataset", "train", "x"))
    scores, _ = int8_scores(bundle.tflite, x.reshape(-1, *x.shape[2:]))
    own = (scores[:, 2].reshape(40, 3).min(axis=1).astype(float) + 128) / 256
    limit = float(np.median(own))
    monkeypatch.setattr("kws_data.quality.easy_clips.SURE", limit)
    assert easy_clips(run_folder) == [f"{n:016x}" for n in np.flatnonzero(own >= limit)]
    monkeypatch.setattr("kws_data.quality.easy_clips.SURE", SURE)
    assert len(easy_clips(run_folder)) == int((own >= SURE).sum())


def test_a_model_of_another_data_set_is_refused(run_folder: Path) -> None:
    info = made_info([made_row(1)], version="sha256:other")
    (run_folder / "dataset" / "dataset.json").write_text(json.dumps(info))
    with pytest.raises(DataError, match="another data set"):
        easy_clips(run_folder)
    (run_folder / "model" / "bundle.json").unlink()
    with pytest.raises(BundleError):
        easy_clips(run_folder)
