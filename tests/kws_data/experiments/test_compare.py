from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.cli.bench.model import cells
from kws_data.config.config import Config
from kws_data.config.export import ExportSettings
from kws_data.config.model import ModelSettings
from kws_data.errors import ConfigError, DataError
from kws_data.experiments import compare as bench_model
from kws_data.experiments.compare import Entry, bench_models, summary, without_twins
from kws_data.experiments.contestants import CONTESTANTS, OWN, REFERENCE, config_of, contestants
from kws_data.experiments.shape_cost import ShapeCost
from kws_data.sources.imports.find_layout import import_layout
from kws_data.statistics.intervals import mean_share

CONFIG = Config.model_validate({"name": "t", "keywords": ["go", "stop"], "train": {"epochs": 40}})


def test_the_mlperf_reference_has_its_published_shape() -> None:
    (reference,) = contestants([REFERENCE])
    config = config_of(CONFIG, reference, 0)
    assert (config.frontend.frames(16_000), config.frontend.features) == (49, 10)
    assert (config.model.family, config.model.channels, config.model.blocks) == ("ds_cnn", 64, 4)
    assert config.train == CONFIG.train and config.augment == CONFIG.augment


def test_only_the_configurations_own_model_has_4_bits() -> None:
    four = CONFIG.model_copy(
        update={"model": ModelSettings(pointwise_bits=4), "export": ExportSettings(aware_epochs=60)}
    )
    made = {one.name: config_of(four, one, 0) for one in CONTESTANTS}
    assert {name for name, config in made.items() if config.model.pointwise_bits == 4} == {OWN}
    assert all(config.export.aware_epochs == 60 for config in made.values())


def test_tiny_conv_sees_49_frames_of_40_bands() -> None:
    config = config_of(CONFIG, contestants(["tiny_conv"])[0], 0)
    assert (config.frontend.frames(16_000), config.frontend.features) == (49, 40)


def test_every_contestant_makes_a_configuration_of_its_own() -> None:
    made = [config_of(CONFIG, one, 3) for one in CONTESTANTS]
    assert all(config.seed == 3 for config in made)
    assert len({config.sha256("model", "frontend") for config in made}) >= len(CONTESTANTS) - 1
    assert made[0].model == CONFIG.model and contestants(None)[0].name == OWN


def test_the_same_model_is_not_trained_twice() -> None:
    twin = CONFIG.model_copy(update={"model": contestants(["tenet"])[0].model})
    assert [one.name for one in without_twins(twin, contestants([OWN, "tenet", "bc_resnet"]))] == [OWN, "bc_resnet"]


def test_shorter_training_shortens_teachers_in_proportion() -> None:
    train = config_of(CONFIG, CONTESTANTS[0], 0, epochs=10).train
    assert train.epochs == 10 and train.teacher.epochs == round(CONFIG.train.teacher.epochs / 4)


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(ConfigError, match="mlperf_ds_cnn"):
        contestants(["resnet"])


def known_entry(folder: Path, name: str, seed: int, scores: np.ndarray, y: np.ndarray, **result: Any) -> Entry:
    (one,) = contestants([name])
    entry = Entry(one, CONFIG.model_copy(update={"seed": seed}), folder, "v", folder / name / str(seed))
    entry.folder.mkdir(parents=True)
    right = float((scores.argmax(axis=1) == y).mean())
    found = {
        "key": entry.key,
        "cost": ShapeCost(16_000, 9_000, 20_000, 1, 900_000, 1, 9_000, 1, 1).to_dict(),
        "int8": {"accuracy": right, "accuracy_ci95": [0.5, 1.0], "tpr": 0.9, "fpr": 0.01, "clips": len(y)},
        "float_accuracy": right + 0.01,
        "same_people_accuracy": right,
        "tpr_at_1pct_fpr": 0.9,
        "train_seconds": 3.0,
        **result,
    }
    (entry.folder / "result.json").write_text(json.dumps(found))
    ids = np.array([f"c{n}" for n in range(len(y))])
    np.savez(entry.folder / "scores.npz", scores=scores, y=y, ids=ids)
    return entry


def test_the_summary_compares_clip_by_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_model, "_speakers", lambda _, ids: [str(one) for one in ids])
    y = np.arange(200) % 4
    good = np.eye(4, dtype=np.int8)[y] * 100
    worse = good.copy()
    worse[:40] = np.eye(4, dtype=np.int8)[(y[:40] + 1) % 4] * 100
    entries = [known_entry(tmp_path, OWN, seed, good, y) for seed in (0, 1)]
    entries += [known_entry(tmp_path, REFERENCE, seed, worse, y) for seed in (0, 1)]
    document = summary(CONFIG, entries)
    own, reference = document["models"]
    assert own["accuracy"]["mean"] == 1.0 and reference["accuracy"]["mean"] == pytest.approx(0.8)
    assert own["int8_loss"]["mean"] == pytest.approx(0.01) and own["bytes_per_point"] == 160
    (pair,) = document["against"]
    assert (pair["model"], pair["reference"]) == (OWN, REFERENCE)
    assert pair["difference"] == pytest.approx(0.2) and pair["verdict"] == "better"
    assert pair["only_first"] == (40, 40) and max(pair["p"]) < 1e-10


def test_intervals_of_shares_end_where_those_of_kws_train_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_model, "_speakers", lambda _, ids: [str(one) for one in ids])
    y = np.arange(200) % 4
    scores, flawed = np.eye(4, dtype=np.int8)[y] * 100, np.eye(4, dtype=np.int8)[np.where(y < 3, y, 0)] * 100
    entries = [known_entry(tmp_path, OWN, 0, scores, y, tpr_at_1pct_fpr=0.8, float_accuracy=1.0)]
    entries.append(known_entry(tmp_path, OWN, 1, flawed, y, float_accuracy=0.7))
    (row,) = summary(CONFIG, entries)["models"]
    assert row["accuracy"] == mean_share([1.0, 0.75]).to_dict() and row["accuracy"]["high"] == 1.0
    assert row["tpr_at_1pct_fpr"] == mean_share([0.8, 0.9]).to_dict()
    assert row["tpr"] == {"mean": 0.9, "low": 0.9, "high": 0.9, "runs": 2}
    assert row["int8_loss"]["low"] < 0  # a difference, which may be below 0
    assert cells(row)["accuracy"] == "87.50% (0.0% to 100.0%)"


def test_a_result_of_other_settings_is_not_taken(tmp_path: Path) -> None:
    y = np.arange(8) % 4
    entry = known_entry(tmp_path, OWN, 0, np.eye(4, dtype=np.int8)[y], y)
    assert entry.known() is not None
    other = Entry(entry.contestant, CONFIG.model_copy(update={"seed": 5}), tmp_path, "v", entry.folder)
    assert other.known() is None
    (entry.folder / "scores.npz").unlink()
    assert entry.known() is None


def test_a_result_that_another_run_replaced_is_named(tmp_path: Path) -> None:
    y = np.arange(8) % 4
    entries = [known_entry(tmp_path, OWN, seed, np.eye(4, dtype=np.int8)[y], y) for seed in (0, 1)]
    (entries[1].folder / "result.json").write_text('{"key": "of other settings"}')
    with pytest.raises(DataError, match=r"no result for the table: '.*result\.json'\. .*run this one again"):
        summary(CONFIG, entries)


@pytest.mark.slow
def test_two_models_go_all_the_way_to_the_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_folder(tmp_path / "data")
    config = Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {"source": "folder", "folder": str(folder), "recordings": str(tmp_path / "recordings")},
            "split": {"test": "validation_list", "validation_share": 0.2},
            "augment": {"copies": 2},
            "model": {"channels": 8, "blocks": 1, "kernel": 5},
            "train": {"epochs": 1, "batch": 8},
        }
    )
    with Catalog(tmp_path / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
    chosen = contestants([OWN, "tiny_conv"])
    said: list[str] = []
    document = bench_models(config, chosen, tmp_path / "bench", workers=1, say=said.append)
    assert [row["name"] for row in document["models"]] == [OWN, "tiny_conv"] and len(said) == 2
    own, tiny_conv = document["models"]
    assert own["model_bytes"] < tiny_conv["model_bytes"] and own["inference_cycles"] > 0
    assert own["test_clips"] == tiny_conv["test_clips"] == document["against"][0]["clips"]
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "bench").rglob("result.json")}
    assert bench_models(config, chosen, tmp_path / "bench", workers=1) == document
    assert written == {path: path.stat().st_mtime_ns for path in written}  # nothing was trained again
