"""Near words: whom they are measured on, what is counted, and folds that hear everybody else."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from made_folder import make_folder, speaker_id, tone
from tiny_bundle import tiny_bundle

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.cli.bench.near import command
from kws_data.config.config import Config
from kws_data.config.data import PeopleFold
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.clip_pool import fold_of
from kws_data.dataset.manifest import read_manifest
from kws_data.errors import BundleError, DataError
from kws_data.experiments.near_words import (
    NearWords,
    Taken,
    chosen_words,
    fold_configs,
    import_words,
    near_words,
    report,
)
from kws_data.sources.imports.configured import import_configured
from kws_data.statistics.intervals import wilson


def config(**data: object) -> Config:
    values = {"source": "folder", "folder": "data", "recordings": "rec", **data}
    split = {"test": "validation_list", "validation_share": 0.2}
    return Config.model_validate(
        {
            "name": "t",
            "keywords": ["go", "stop"],
            "data": values,
            "split": split,
            "augment": {"copies": 1},
            "train": {"teacher": {"kind": "encoder" if values.get("unlabelled") else "models"}},
        }
    )


def make_run(settings: Config, threshold_int8: int = -128) -> None:
    """The run's data set, and a bundle that knows nothing."""
    with Catalog("rec") as catalog:
        list(import_configured(catalog, settings))
        built = build_dataset(settings, catalog, settings.run_dir / "dataset", BuildOptions(1))
    bundle = tiny_bundle(settings.labels, threshold_int8)
    replace(bundle, dataset_version=built.version).save(settings.run_dir / "model")


def measured(settings: Config, *words: str, folder: str = "more") -> tuple[NearWords, list[Clip]]:
    with Catalog("rec") as catalog:
        clips = import_words(catalog, settings, [folder], lambda *_: None)
        return near_words(settings, catalog, clips, chosen_words(settings, clips, words)), clips


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People 0 and 1 are tested, 2 to 11 train or fix the threshold; 12 to 15 are heard of in ``more`` only."""
    monkeypatch.chdir(tmp_path)
    make_folder(Path("data"))
    for word in ("gone", "up", "go"):
        for number in range(16):
            write_flac(Path("more") / word / f"{speaker_id(number)}_nohash_5.flac", tone(word, number, 5), 16_000)


def test_only_people_whom_the_run_has_not_heard_are_measured() -> None:
    make_run(config())
    found, clips = measured(config())
    assert [(word.word, word.clips, len(word.people)) for word in found.words] == [("gone", 6, 6), ("up", 6, 6)]
    rows = read_manifest("runs/t/dataset")
    heard = {row["speaker"] for row in rows if row["split"] != "test" and row["word"] in ("go", "cat")}
    assert found.heard == heard and len(heard) == 10 and not heard & found.words[0].people
    assert all(word.taken_for.total() == word.clips for word in found.words), "at this threshold all is taken"
    assert found.test["fpr"] == 1.0 and found.test["clips"] == sum(row["split"] == "test" for row in rows)
    document = report(config(), ["more"], [found])
    assert document["all"]["clips"] == 12 and document["people_left_out"] == 10 and len(document["runs"]) == 1
    assert set(document["words"][0]["taken_for"]) <= {"go", "stop"}
    make_run(config(), threshold_int8=127)
    assert [word.taken_for.total() for word in measured(config())[0].words] == [0, 0]
    assert len(clips) == 48


def test_a_recording_of_the_run_under_another_name_is_not_measured() -> None:
    make_run(config())
    train = next(r for r in read_manifest("runs/t/dataset") if r["split"] == "train" and r["word"] == "cat")
    shutil.copy(Path("data") / train["origin"], Path("more") / "up" / f"{speaker_id(20)}_nohash_0.flac")
    found, _ = measured(config(), "up")
    assert found.words[0].clips == 6 and len(found.heard) == 11


def test_who_is_heard_without_labels_is_not_measured() -> None:
    for number in (12, 13):
        write_flac(Path("wild") / f"{speaker_id(number)}_nohash_9.flac", tone("left", number, 9), 16_000)
    make_run(config(unlabelled=["wild"]))
    found, _ = measured(config(), "up")
    assert found.words[0].clips == 4


def test_counts_and_intervals() -> None:
    one = Taken("no", frozenset("ab"), 3, Counter({"go": 1, "stop": 2}))
    other = Taken("no", frozenset("bc"), 2, Counter({"go": 1}))
    assert (one + other).to_dict() == {
        "word": "no",
        "clips": 5,
        "people": 3,
        "taken": 4,
        "share": 0.8,
        "ci95": list(wilson(4, 5)),
        "taken_for": {"go": 2, "stop": 2},
    }
    test = {"accuracy": 0.5, "tpr": 0.5, "fpr": None, "threshold": 0.5, "clips": 4}
    results = [NearWords((word,), frozenset("bd"), test) for word in (one, other)]
    document = report(config(), ["more"], results)
    assert document["words"][0]["clips"] == 5 and document["people_left_out"] == 1, "b is measured by another run"
    assert document["test"]["accuracy"]["runs"] == 2 and document["test"]["fpr"] is None
    with pytest.raises(DataError, match=r"whom the run has not heard: '2 people'.*--folds"):
        report(config(), ["more"], [NearWords((Taken("no"),), frozenset("bd"), test)])


def test_folds_measure_everybody_once_by_a_run_that_has_not_heard_them(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Config] = []

    def run_steps(own: Config, names: Any, **_: Any) -> None:
        ran.append(own)
        assert names == ("collect", "record", "build", "train", "export")
        make_run(own)

    monkeypatch.setattr("kws_data.cli.steps.run_steps", run_steps)
    for number in range(16, 30):
        write_flac(Path("more/up") / f"{speaker_id(number)}_nohash_5.flac", tone("up", number, 5), 16_000)
    Path("c.yaml").write_text(json.dumps(config(more_folders=["more"]).model_dump(mode="json")))
    result = CliRunner().invoke(command, ["c.yaml", "--words", "up", "--folds", "3", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [own.name for own in ran] == [f"t_without_{fold}_of_3" for fold in range(3)]
    assert document["words"][0]["clips"] == document["words"][0]["people"] == 18 + 2 and len(document["runs"]) == 3
    for fold, own in enumerate(ran):
        rows = [row for row in read_manifest(own.run_dir / "dataset") if row["split"] == "train"]
        people = {row["speaker"] for row in rows if row["origin"].endswith("_5.flac")}
        assert people and fold not in {fold_of(speaker, 3) for speaker in people}
    shown = CliRunner().invoke(command, ["c.yaml", "--words", "up", "--folds", "3"]).stdout
    assert "up    20     20      100.0%" in shown and "own test: accuracy" in shown and "3 runs" in shown


def test_each_fold_has_a_run_of_its_own() -> None:
    folds = fold_configs(config(more_folders=["more"]), 2)
    assert [own.data.more_people for own in folds] == [PeopleFold(folds=2, without=fold) for fold in range(2)]
    assert len({own.run_dir for own in folds}) == 2


def test_bad_calls_are_one_line() -> None:
    with pytest.raises(BundleError, match="bundle is missing"):
        measured(config())
    make_run(config())
    for words, message in ((("go",), "a near word is a keyword: 'go'"), (("og",), "nobody says.*'og'.*gone, up")):
        with pytest.raises(DataError, match=message):
            measured(config(), *words)
    with pytest.raises(DataError, match="data folder not found"):
        measured(config(), folder="none")
    with Catalog("rec") as catalog, pytest.raises(DataError, match=r"no folder of near words.*--folder"):
        import_words(catalog, config(), [], lambda *_: None)
    bundle = tiny_bundle(config().labels)
    replace(bundle, dataset_version="sha256:other").save("runs/t/model")
    with pytest.raises(DataError, match="trained on another data set"):
        measured(config())
