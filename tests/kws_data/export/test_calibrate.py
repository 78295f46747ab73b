"""A run is calibrated to a wish: chosen on validation, kept as a wish, seen by later steps, and put back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from made_folder import make_folder
from made_negatives import hiss, make_negatives
from tiny_bundle import tiny_bundle

from kws_data.audio import write_flac, write_wav
from kws_data.bundle import ModelBundle
from kws_data.catalog.catalog import Catalog
from kws_data.cli import run as kws
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import read_columns
from kws_data.errors import DataError
from kws_data.evaluation.stated_negatives import StatedNegatives
from kws_data.evaluation.stated_wish import Stated, calibrated_config
from kws_data.evaluation.wishes import Wishes
from kws_data.export.calibrate import Calibration, calibrate, uncalibrated
from kws_data.export.on_negatives import choose_on_negatives
from kws_data.pipeline import STEPS, export_files
from kws_data.sources.imports.configured import import_configured

BUNDLE = replace(tiny_bundle(("_silence_", "_unknown_", "go", "stop")), threshold_int8=-128)
VALUES = {
    "name": "small",
    "keywords": ["go", "stop"],
    "data": {"source": "folder", "folder": "data", "recordings": "rec", "negatives": ["hours"]},
    "stream": {"false_accepts_per_hour": 900.0},
    "split": {"test": "validation_list", "validation_share": 0.2},
    "augment": {"copies": 2},
}
MODEL = Path("runs/small/model")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built data set with negatives, beside it the configuration; and what is to be stated as negatives."""
    root = tmp_path_factory.mktemp("calibrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        make_folder(Path("data"))
        make_negatives(Path("hours"), seconds=31.0)
        make_negatives(Path("more"), people=1, noises=1, seconds=200.0)
        config = Config.model_validate(VALUES)
        with Catalog(config.data.recordings) as catalog:
            list(import_configured(catalog, config))
            build_dataset(config, catalog, config.run_dir / "dataset", BuildOptions(1))
        Path("small.yaml").write_text(yaml.safe_dump(VALUES))
    return root


@pytest.fixture
def config(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """In a folder of its own: an exported model, its stamp, and all that was built."""
    monkeypatch.chdir(tmp_path)
    for name in ("rec", "hours", "more", "data"):
        Path(name).symlink_to(built / name)
    shutil.copytree(built / "runs", "runs")
    shutil.copy(built / "small.yaml", "small.yaml")
    BUNDLE.save(MODEL)
    (MODEL / "export.json").write_text(json.dumps({"method": "post", "stream": {"negatives": {}}}))
    stamp = Path("runs/small/steps/export.json")
    stamp.parent.mkdir()
    stamp.write_text(json.dumps({"key": "of before", "fingerprint": BUNDLE.bundle_hash}))
    return Config.model_validate(VALUES)


def all_files() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path("runs").rglob("*")) if path.is_file()}


def found_for(config: Config, wishes: Wishes, *negatives: str) -> Calibration:
    stated = Stated(wishes, None, negatives)
    return calibrate(ModelBundle.load(MODEL), config, stated, config.run_dir / "dataset", MODEL)


def test_for_its_own_wish_a_run_gets_the_thresholds_that_export_gives_it(config: Config) -> None:
    chosen = choose_on_negatives(BUNDLE, config.run_dir / "dataset", config)
    found = calibrate(BUNDLE, config, Stated(Wishes(900.0)), config.run_dir / "dataset", MODEL)
    assert chosen is not None and found.bundle.stream == chosen.spec
    assert found.bundle.threshold_int8 == BUNDLE.threshold_int8


def test_nothing_is_changed_without_apply(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    before = all_files()
    assert kws(["calibrate", "small.yaml", "--wish", "900 false accepts an hour", "--fpr", "0.9", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["met"] and not document["applied"] and document["stream"]["words"] > 0
    assert document["set"] == ["stream.false_accepts_per_hour=900", "threshold.max_fpr=0.9"]
    assert {name: data for name, data in all_files().items() if ".lock" not in name} == before


def test_what_is_applied_is_seen_by_later_steps_kept_as_a_wish_and_put_back(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    before = all_files()
    assert kws(["calibrate", "small.yaml", "--false-accepts-per-hour", "300", "--wish", "fpr <= 50 %", "--apply"]) == 0
    bundle = ModelBundle.load(MODEL)
    assert bundle.stream.sums and bundle.bundle_hash != BUNDLE.bundle_hash
    assert bundle.threshold_int8 > BUNDLE.threshold_int8 and bundle.tflite == BUNDLE.tflite
    stamp = json.loads(Path("runs/small/steps/export.json").read_text())
    assert stamp["key"] == "of before" and stamp["fingerprint"] != BUNDLE.bundle_hash
    assert Stated.read(MODEL) == Stated(Wishes(300.0, 0.5))
    assert json.loads((MODEL / "export.json").read_text())["stream"]["wish"]["false_accepts_per_hour"] == 300.0
    assert bundle.bundle_hash in Path("runs/small/firmware/kws_bundle.c").read_text()
    assert calibrated_config(config, MODEL).stream.false_accepts_per_hour == 300.0
    capsys.readouterr()
    again = calibrate(bundle, config, Stated(Wishes(300.0, 0.5)), config.run_dir / "dataset", MODEL)
    assert again.bundle == bundle, "what was chosen before must not shape what is chosen now"
    assert kws(["calibrate", "small.yaml", "--undo"]) == 0
    after = all_files()
    assert ModelBundle.load(MODEL) == BUNDLE and not (MODEL / "calibration.json").exists()
    stamp = json.loads(Path("runs/small/steps/export.json").read_text())
    assert stamp == {"key": "of before", "fingerprint": BUNDLE.bundle_hash}
    assert json.loads(after[str(MODEL / "export.json")]) == json.loads(before[str(MODEL / "export.json")])
    with pytest.raises(DataError, match="not calibrated"):
        uncalibrated(BUNDLE, MODEL)


def test_nothing_to_undo_changes_nothing(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    before = all_files()
    assert kws(["calibrate", "small.yaml", "--undo"]) == 2
    assert "not calibrated" in capsys.readouterr().err
    assert {name: data for name, data in all_files().items() if ".lock" not in name} == before


def test_a_wish_that_is_not_met_is_not_applied(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    before = all_files()
    assert kws(["calibrate", "small.yaml", "--tpr", "1", "--false-accepts-per-hour", "0.001"]) == 1
    assert "--apply" not in capsys.readouterr().out
    assert kws(["calibrate", "small.yaml", "--tpr", "1", "--false-accepts-per-hour", "0.001", "--apply"]) == 1
    shown = capsys.readouterr().out
    assert "NOT MET" in shown and "not applied" in shown
    assert {name: data for name, data in all_files().items() if ".lock" not in name} == before


def test_stated_negatives_are_heard_beside_those_of_the_data_set(config: Config) -> None:
    alone = calibrate(BUNDLE, config, Stated(Wishes(900.0)), config.run_dir / "dataset", MODEL)
    stated = Stated(Wishes(900.0), None, ("more",))
    both = calibrate(BUNDLE, config, stated, config.run_dir / "dataset", MODEL)
    assert alone.stream and both.stream and alone.stream.words == both.stream.words
    hours = {kind: one.hours for kind, one in alone.stream.negatives.items()}
    assert both.stream.negatives["speech"].hours > hours["speech"] + 300 / 3_600
    assert stated.overrides() == []


def test_without_negatives_of_the_data_set_words_are_laid_into_the_stated_ones(config: Config) -> None:
    Path("runs/small/dataset/negatives.parquet").unlink()
    with pytest.raises(DataError, match=r"no negatives to choose a stream's thresholds on.*--negatives FOLDER"):
        found_for(config, Wishes(900.0))
    clips = found_for(config, Wishes(tpr=0.5))
    assert clips.stream is None and clips.clips and "its thresholds stay" in clips.notes[0]
    found = found_for(config, Wishes(900.0), "more")
    assert found.stream and found.stream.words == 4 and found.stream.negatives["speech"].hours > 300 / 3_600


def test_what_is_told_of_stated_negatives_does_not_count_against_the_detector(config: Config) -> None:
    """A keyword that is known to be said there is no false accept, and no word is laid over it."""
    shutil.copytree(Path("more").resolve(), "told")
    rows = Path("told/metadata.csv").read_text().replace("a cat sat", "go")
    Path("told/metadata.csv").write_text(rows)
    (Path("told") / "broken.wav").write_bytes(b"RIFF")
    own = StatedNegatives([Path("told")], BUNDLE.labels, 16_000, config.run_dir)
    read = list(own.recordings())
    assert {one.kind for one in read} <= {"speech", "noise", "stated"} and len(read) == 3
    assert all(one.mentioned == {"go"} for one in read if "speech" in one.name)
    assert [name for name, _ in own.set_aside] == ["told/broken.wav"]


def test_negatives_from_the_run_itself_and_folders_that_are_not_there_are_refused(config: Config) -> None:
    Path("runs/small/dataset/stream").mkdir()
    for folder, told in (("runs/small/dataset/stream", "test clips lie there"), ("nowhere", "folder not found")):
        with pytest.raises(DataError, match=told):
            found_for(config, Wishes(900.0), folder)


def test_folders_with_test_clips_and_folders_named_twice_are_refused_before_listening(config: Config) -> None:
    Path("runs/other/dataset").mkdir(parents=True)
    Path("twice").symlink_to("more")
    place = config.data.recordings
    told = {
        (place,): "in the recordings folder",
        (f"{place}/audio",): "in the recordings folder",
        ("runs/other/dataset",): "or another",
        (".",): "hold a run's folder",
        ("more", "twice"): "named twice",
        ("more", "more/speech"): "named twice",
    }
    shutil.rmtree("runs/small/dataset")  # listening would say that it is missing
    for folders, why in told.items():
        with pytest.raises(DataError, match=why):
            found_for(config, Wishes(900.0), *folders)


def test_copies_of_test_clips_of_keywords_of_streams_and_of_each_other_are_set_aside(config: Config) -> None:
    columns = read_columns("runs/small/dataset", "audio_sha256", "split", "label")
    rows = list(zip(*columns.values(), strict=True))
    test = next(sha for sha, split, _ in rows if split == "test")
    word = next(sha for sha, split, label in rows if split == "train" and label == "go")
    shutil.copytree(Path("more").resolve(), "copies")
    with Catalog(config.data.recordings) as catalog:
        for name, sha256 in (("test", test), ("word", word)):
            write_wav(f"copies/{name}.wav", catalog.load(sha256), 16_000)
    shutil.copy("copies/noise/tap_0.flac", "copies/noise/tap_1.flac")
    write_flac(Path("runs/other/dataset/stream/stream.flac"), hiss("stream", 20.0), 16_000)
    write_wav("copies/stream.wav", hiss("stream", 20.0), 16_000)
    alone, found = found_for(config, Wishes(900.0), "more"), found_for(config, Wishes(900.0), "copies")
    assert alone.stream and found.stream and found.stream.negatives == alone.stream.negatives
    reasons = dict(found.set_aside)
    assert set(reasons) == {f"copies/{name}" for name in ("test.wav", "word.wav", "stream.wav", "noise/tap_1.flac")}
    assert "test split" in reasons["copies/test.wav"] and "a keyword is said" in reasons["copies/word.wav"]
    assert "stream of test clips" in reasons["copies/stream.wav"] and "tap_0" in reasons["copies/noise/tap_1.flac"]


@pytest.mark.parametrize("rest", [["--undo"], ["--fpr", "0.5"]])
def test_negatives_that_would_not_be_heard_are_refused(
    config: Config, rest: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert kws(["calibrate", "small.yaml", "--negatives", "more", *rest]) == 2
    assert "--negatives" in capsys.readouterr().err


def test_without_a_stamp_nothing_is_applied_and_nothing_listened_to(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("runs/small/steps/export.json").unlink()
    shutil.rmtree("runs/small/dataset")
    assert kws(["calibrate", "small.yaml", "--false-accepts-per-hour", "900", "--apply"]) == 2
    assert "a result is missing" in capsys.readouterr().err


def test_the_wish_is_part_of_what_export_is_made_of(config: Config) -> None:
    (export,) = (step for step in STEPS if step.name == "export")
    assert export.own_files is export_files
    assert export_files(config)[-1] == MODEL / "calibration.json"


@pytest.mark.parametrize("text", ["[1]", "{}", '{"schema": 1, "wish": 3, "per_keyword": null, "negatives": []}', "{"])
def test_a_damaged_wish_is_one_clear_line(config: Config, text: str) -> None:
    (MODEL / "calibration.json").write_text(text)
    with pytest.raises(DataError, match="damaged"):
        Stated.read(MODEL)
