"""Noise of kinds that training had, of others, and of recordings that nobody tells the kind of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from made_negatives import hiss
from tiny_bundle import tiny_bundle

from kws_data.audio import write_flac
from kws_data.bundle import ModelBundle
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.negative_table import read_negatives
from kws_data.evaluation import noise_kinds
from kws_data.evaluation.noise_kinds import silence_kinds
from kws_data.evaluation.predictions import INT8, Predictions, predicted
from kws_data.evaluation.silence_kinds import NoiseClip, NoiseHeard, SilenceKinds
from kws_data.features.load import load_features
from kws_data.sources.imports.configured import import_configured
from kws_data.sources.synth.noises.kinds import KINDS
from kws_data.statistics.clusters import speaker_interval

BUNDLE = tiny_bundle(("_silence_", "_unknown_", "go", "stop"))
ALL, NOTHING = replace(BUNDLE, threshold_int8=-128), replace(BUNDLE, threshold_int8=127)
SPLITS = {"forest": "training", "clock": "testing", "rain": "validation", "street": "testing", "": "testing"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    root = tmp_path_factory.mktemp("noise")
    make_folder(root / "data")
    rows = ["file,kind,split"]
    for kind, split in SPLITS.items():
        for take in range(2):
            name = f"{kind or 'thing'}_{take}.flac"
            write_flac(root / "hours" / name, hiss(name, 9.0), 16_000)
            rows.append(f"{name},{kind or 'noise'},{'training' if name == 'street_0.flac' else split}")
    (root / "hours" / "metadata.csv").write_text("\n".join(rows) + "\n")
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec")}
    config = Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {**data, "negatives": [str(root / "hours")]},
            "split": {"test": "validation_list", "validation_share": 0.2},
            "augment": {"copies": 2},
        }
    )
    with Catalog(config.data.recordings) as catalog:
        list(import_configured(catalog, config))
        build_dataset(config, catalog, root / "out", BuildOptions(1))
    return config


@pytest.fixture(autouse=True)
def few_sounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sounds of two kinds are made: one that training knows by name, and one that it does not."""
    made = {"rain": KINDS["rain"], "beeps": KINDS["beeps"]}
    monkeypatch.setattr("kws_data.sources.synth.noises.kinds.KINDS", made)
    monkeypatch.setattr(noise_kinds, "MADE_S", 2)


def test_clips(config: Config, bundle: ModelBundle = ALL) -> Predictions:
    folder = Path(config.data.recordings).parent / "out"
    test = load_features(folder, "test")
    scores = np.zeros((len(test), 4), np.int8)
    return predicted(bundle, INT8, "test", test.clip_ids, test.y, scores)


test_clips.__test__ = False  # type: ignore[attr-defined]


def found(config: Config, bundle: ModelBundle = ALL) -> SilenceKinds:
    return silence_kinds(bundle, test_clips(config, bundle), Path(config.data.recordings).parent / "out", config)


def test_kinds_are_parted_by_what_training_and_thresholds_had(config: Config) -> None:
    said = found(config)
    assert said.unseen is not None and said.seen is not None and said.untold is not None
    assert set(said.unseen.kinds) == {"clock", "beeps"} and said.not_measured is None
    assert "street" in said.seen.kinds and "clock" not in said.seen.kinds
    assert set(said.untold.kinds) == {"thing_0.flac", "thing_1.flac"}
    stretches = read_negatives(Path(config.data.recordings).parent / "out", "test", ["recording", "samples"])
    cut = sum(one["samples"] // 16_000 for one in stretches if "clock" in one["recording"])
    assert said.unseen.kinds["clock"][0] == cut > 0 and said.unseen.kinds["beeps"][0] == 2


def test_silence_of_the_test_counts_with_its_own_decisions(config: Config) -> None:
    said, silence = found(config).seen, int((test_clips(config).y == 0).sum())
    assert said is not None and silence
    own = sum(clips for kind, (clips, _) in said.kinds.items() if kind not in SPLITS)
    assert own == silence


def test_what_detects_everything_and_what_detects_nothing(config: Config) -> None:
    for bundle, fpr in ((ALL, 1.0), (NOTHING, 0.0)):
        said = found(config, bundle)
        assert {part.fpr for part in (said.seen, said.unseen, said.untold) if part} == {fpr}


def test_where_every_kind_was_trained_on_nothing_is_claimed(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kws_data.sources.synth.noises.kinds.KINDS", {"rain": KINDS["rain"]})
    monkeypatch.setattr(noise_kinds, "kind_of_noise", lambda clip: "rain")
    said = found(config)
    assert said.unseen is None and said.not_measured is not None and "data.negatives" in said.not_measured
    assert said.to_dict()["unseen"] is None


def test_kinds_that_are_held_out_are_unseen_where_every_kind_would_be_in_training(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kws_data.sources.synth.noises.kinds.KINDS", {"rain": KINDS["rain"]})
    rows = ["file,kind,split"]
    for kind in ("forest", "clock", "rain"):
        for split in ("training", "testing"):
            write_flac(tmp_path / "hours" / f"{kind}_{split}.flac", hiss(f"{kind} {split}", 9.0), 16_000)
            rows.append(f"{kind}_{split}.flac,{kind},{split}")
    (tmp_path / "hours" / "metadata.csv").write_text("\n".join(rows) + "\n")
    said = []
    for held in ([], ["forest", "rain"]):
        data = {**config.data.model_dump(), "recordings": str(tmp_path / "rec"), "negatives": [str(tmp_path / "hours")]}
        kept = {**config.split.model_dump(), "held_out_noise": held}
        own = Config.model_validate({**config.model_dump(), "data": data, "split": kept})
        with Catalog(own.data.recordings) as catalog:
            list(import_configured(catalog, own))
            build_dataset(own, catalog, tmp_path / "out", BuildOptions(1))
        test = load_features(tmp_path / "out", "test")
        scores = predicted(ALL, INT8, "test", test.clip_ids, test.y, np.zeros((len(test), 4), np.int8))
        said.append(silence_kinds(ALL, scores, tmp_path / "out", own))
    before, after = said
    assert before.unseen is None and "split.held_out_noise" in (before.not_measured or "")
    assert after.unseen is not None and after.not_measured is None
    assert set(after.unseen.kinds) == {"forest", "rain"} and after.unseen.clips == 2 * 2 * 12, "three stretches each"
    assert after.seen is not None and "clock" in after.seen.kinds


def test_it_comes_back_from_json_and_is_the_same_again(config: Config) -> None:
    said = found(config)
    assert SilenceKinds.from_dict(json.loads(json.dumps(said.to_dict()))) == said == found(config)


def test_intervals_of_unseen_noise_are_by_kind() -> None:
    clips = [NoiseClip(f"k{n // 8}", f"r{n // 4}", n % 5 == 0) for n in range(48)]
    hits, by_kind, by_recording = ([getattr(c, name) for c in clips] for name in ("detected", "kind", "recording"))
    assert NoiseHeard.of(clips, by_kind=True).ci95 == speaker_interval(np.array(hits), by_kind)
    assert NoiseHeard.of(clips, by_kind=False).ci95 == speaker_interval(np.array(hits), by_recording)
    assert next(iter(NoiseHeard.of(clips, True).kinds.values()))[1] == 0.25


def test_a_data_set_that_does_not_tell_its_noise_claims_nothing(config: Config, tmp_path: Path) -> None:
    said = silence_kinds(ALL, test_clips(config), tmp_path, config)
    assert said.seen is said.unseen is None and "kws build again" in (said.not_measured or "")
