"""Several seeds with their interval; parts of the speakers with the line through their errors."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from kws_data.config.config import Config
from kws_data.config.training import TrainSettings
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import DataError
from kws_data.experiments.seeds import run_seeds
from kws_data.experiments.speaker_curve import first_speakers, speakers_curve
from kws_data.export.export import export_model
from kws_data.statistics.intervals import mean_share
from kws_data.training.curves import epoch_plot, power_law, speakers_plot
from kws_data.training.fit import History
from kws_data.training.run import train
from tests.kws_data.training.test_run import LABELS, SHAPE, patterns, write_dataset

CONFIG = Config(name="t", keywords=LABELS[2:], model=SHAPE, train=TrainSettings(epochs=6, batch=16, learning_rate=0.02))


def test_the_power_law_is_found_again_and_drawn_on() -> None:
    amounts = [10, 25, 50, 100]
    law = power_law(amounts, [0.8 * n**-0.4 for n in amounts])
    assert law.exponent == pytest.approx(0.4) and law.error(400) == pytest.approx(0.8 * 400**-0.4)
    assert power_law([10, 100], [0.1, 0.0]).error(1) <= 1
    picture = speakers_plot(amounts, [0.7, 0.8, 0.85, 0.9], law)
    assert "<svg" in picture and "power law" in picture
    assert "validation" in epoch_plot(History([2.0, 1.0], [0.5, 0.8], [(2, 0.75)]))
    assert epoch_plot(History([2.0], [0.5])) == epoch_plot(History([2.0], [0.5]))


def test_larger_parts_contain_the_smaller_ones() -> None:
    speakers = [f"s{i % 40:02d}" for i in range(200)]
    parts = [first_speakers(speakers, share, seed=0) for share in (0.1, 0.25, 0.5, 1.0)]
    assert [len(part) for part in parts] == [4, 10, 20, 40]
    assert all(small < large for small, large in pairwise(parts))
    assert first_speakers(speakers, 0.1, seed=1) != parts[0]
    with pytest.raises(DataError, match="ten training speakers"):
        first_speakers(["a", "b"], 0.5, 0)


@pytest.mark.slow
def test_three_seeds_are_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules["kws_data.experiments.seeds"], "cores", lambda: 1)
    write_dataset(tmp_path)
    train(CONFIG, tmp_path, CONFIG.run_dir / "model")
    bundle = export_model(CONFIG, tmp_path, "sha256:1", CONFIG.run_dir / "model")
    stages: set[str] = set()
    found = run_seeds(CONFIG, tmp_path, "sha256:1", 3, lambda stage, done, total: stages.add(stage))
    assert [result["seed"] for result in found["seeds"]] == [0, 1, 2] and "seed 1: train" in stages
    assert not any(stage.startswith("seed 0") for stage in stages)
    assert found["accuracy"] == mean_share([result["accuracy"] for result in found["seeds"]]).to_dict()
    assert 0 <= found["fpr"]["low"] <= found["fpr"]["mean"] <= found["fpr"]["high"] <= 1
    seeds = CONFIG.run_dir / "seeds"
    assert json.loads((seeds / "seeds.json").read_text()) == found
    assert (seeds / "0/model/model.tflite").read_bytes() == bundle.tflite
    assert (seeds / "1/model/model.tflite").read_bytes() != (seeds / "2/model/model.tflite").read_bytes()
    stages.clear()
    assert run_seeds(CONFIG, tmp_path, "sha256:1", 3, lambda stage, done, total: stages.add(stage)) == found
    assert not stages


@pytest.mark.slow
def test_the_curve_over_speakers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["kws_data.experiments.speaker_curve"], "cores", lambda: 1)
    write_dataset(tmp_path)
    x, _ = patterns()
    words = ["_silence_", "dog", "yes", "no"]
    rows = [{"clip_id": f"train{i}", "word": words[i % 4], "speaker": f"s{i // 4:02d}"} for i in range(len(x))]
    write_manifest(tmp_path / "manifest.parquet", rows)
    found = speakers_curve(CONFIG, tmp_path, tmp_path / "model")
    assert [point["speakers"] for point in found["points"]] == [2, 6, 12, 24]
    assert found["points"][-1]["clips"] > found["points"][0]["clips"] == 8
    assert found["points"][-1]["accuracy"] > 0.5 and set(found["expected_accuracy"]) == {"2x", "4x"}
    assert (tmp_path / "model/speakers_curve.svg").exists()
    assert not list((tmp_path / "model/speakers").glob("*.npz"))
