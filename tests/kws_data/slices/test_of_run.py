"""A run's slices from its files, and ``kws slices`` on them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kws_data.cli import run
from kws_data.dataset.manifest import ManifestRow
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import DataError
from kws_data.evaluation.predictions import DEVICE_PART, HOST_PART, Predictions, write_predictions
from kws_data.features.load import feature_path
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE
from kws_data.slices.cut import SearchSettings
from kws_data.slices.of_run import read_clips, slices_of_run

LABELS = ("_silence_", "_unknown_", "up", "go")
COUNT, RATE = 240, 16_000
FAST = SearchSettings(draws=60)


def _row(number: int, label: str, split: str) -> ManifestRow:
    word = "bed" if label == "_unknown_" else label
    return ManifestRow(
        clip_id=f"{split}{number}",
        audio_sha256=f"{number + COUNT * (split == 'test'):064x}",
        samples=2_000,
        label=label,
        word=word,
        speaker=f"{split[0]}{number % 12}",
        synthetic=False,
        split=split,
        source="speech_commands",
        device="",
        licence="",
        consent="",
        origin=f"{word}/{number}.wav",
        session="",
        attributes=json.dumps({"accent": "us" if number % 12 < 6 else "gb"}),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of which "up" is missed, as *build* and *evaluate* leave it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text("name: tiny\nkeywords: [up, go]\n")
    dataset, report = tmp_path / "runs/tiny/dataset", tmp_path / "runs/tiny/report"
    dataset.mkdir(parents=True)
    report.mkdir()
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, COUNT)
    rows = [_row(n, LABELS[label], split) for split in ("validation", "test") for n, label in enumerate(y)]
    write_manifest(dataset / MANIFEST_FILE, rows)
    (dataset / DATASET_FILE).write_text("{}")
    for split in ("validation", "test"):
        np.save(dataset / f"audio-{split}.npy", rng.normal(0, 500, (COUNT, 2_000)).astype(np.int16))
        ids = np.array([f"{split}{n}" for n in range(COUNT)])
        x = np.zeros((COUNT, 1, 2, 2), np.int8)
        for part, values in (("x", x), ("y", y.astype(np.int32)), ("ids", ids)):
            np.save(feature_path(dataset, split, part), values)
    missed = (y == 2) & (rng.random(COUNT) < 0.6)
    detected = np.where(missed | (y < 2), -1, y)
    write_predictions(report / HOST_PART, _predictions("int8", y, detected, np.arange(COUNT)))
    chosen = np.arange(0, COUNT, 2)
    write_predictions(report / DEVICE_PART, _predictions("device", y[chosen], detected[chosen], chosen))
    return tmp_path


def _predictions(engine: str, y: np.ndarray, detected: np.ndarray, numbers: np.ndarray) -> Predictions:
    return Predictions(
        labels=LABELS,
        clip_ids=np.array([f"test{n}" for n in numbers]),
        splits=np.full(len(y), "test"),
        engines=np.full(len(y), engine),
        y=y.astype(np.int64),
        detected=detected.astype(np.int64),
        scores=np.zeros((len(y), 4), np.float32),
    )


def test_clips_are_joined_with_what_is_known_of_them(folder: Path) -> None:
    clips = read_clips(folder / "runs/tiny", RATE)
    assert clips.table.clips == COUNT and {"word", "accent"} <= set(clips.table.names)
    assert (clips.wrong & ~clips.table.holding({"word": "up"})).sum() == 0
    report = slices_of_run(folder / "runs/tiny", RATE, settings=FAST)
    assert [dict(one.conditions) for one in report.missed.found] == [{"word": "up"}]  # type: ignore[union-attr]


def test_the_board_is_judged_on_the_clips_that_it_heard(folder: Path) -> None:
    report = slices_of_run(folder / "runs/tiny", RATE, "device", settings=FAST)
    assert sum(kind.everything.clips for kind in report.kinds) == COUNT // 2 and report.engine == "device"


def test_what_was_not_measured_names_the_call(folder: Path) -> None:
    with pytest.raises(DataError, match="call kws run --until evaluate"):
        read_clips(folder / "runs/tiny", RATE, "float")
    with pytest.raises(DataError, match="call kws device-eval"):
        read_clips(folder / "runs/tiny", RATE, "device", "validation")
    np.save(feature_path(folder / "runs/tiny/dataset", "test", "ids"), np.array(["x"] * COUNT))
    with pytest.raises(DataError, match="another data set"):
        read_clips(folder / "runs/tiny", RATE)


def test_the_verb_tells_the_worst_slices_and_fails_a_gate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["slices", "tiny.yaml", "--depth", "2", "--by", "word", "--by", "accent"]
    assert run([*call, "--gate", "0.9"]) == 1
    told = capsys.readouterr().out
    assert 'FAILED by clips of "up"' in told and "word up" in told and "fails" in told
    assert run([*call, "--gate", "0.1"]) == 0
    assert "gate 10.0% held by" in capsys.readouterr().out
    assert not (folder / "runs/tiny/report/slices.json").exists()


def test_the_group_that_a_gate_judges_is_told_without_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["slices", "tiny.yaml", "--depth", "1"]) == 0
    assert 'worst group of 30 clips or more: clips of "up": TPR ' in capsys.readouterr().out


def test_an_attribute_alone_whose_slice_fails_has_its_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["slices", "tiny.yaml", "--by", "word"]) == 0
    assert "word up" in capsys.readouterr().out


def test_a_leaking_test_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kin: ManifestRow = {**_row(0, "go", "test"), "speaker": "v0"}
    write_manifest(folder / "runs/tiny/dataset" / MANIFEST_FILE, [_row(0, "go", "validation"), kin])
    (folder / "runs/tiny/steps").mkdir()
    for step in ("build", "evaluate"):
        (folder / f"runs/tiny/steps/{step}.json").write_text('{"key": "k", "fingerprint": "f"}')
    for options in ([], ["--by", "word"]):
        assert run(["slices", "tiny.yaml", *options]) == 2
        caught = capsys.readouterr()
        assert caught.out == "" and "the test split leaks" in caught.err and "(speaker v0)" in caught.err


def test_what_is_of_another_bundle_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = folder / "runs/tiny/steps"
    steps.mkdir()
    (steps / "evaluate.json").write_text('{"key": "of another bundle", "fingerprint": "f"}')
    assert run(["slices", "tiny.yaml", "--by", "word"]) == 0
    assert "evaluate: measured with another bundle" in capsys.readouterr().err


def test_json_is_the_report_and_the_gate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["slices", "tiny.yaml", "--depth", "1", "--json", "--gate", "0.9"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["gate"] == {"tpr_min": 0.9, "passed": False} and document["worst"]["conditions"] == {"word": "up"}
    assert document["worst_slice_tpr"]["high"] < 0.9


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--by", "acent"], "did you mean accent? there are word, "),
        (["--by", "WORD"], "did you mean word?"),
        (["--by", "source"], "one value"),
        (["--depth", "4"], "--depth"),
        (["--gate", "nan"], "--gate"),
        (["--engine", "float"], "call kws run --until evaluate"),
    ],
)
def test_wrong_calls_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert run(["slices", "tiny.yaml", *arguments]) == 2
    caught = capsys.readouterr()
    assert caught.out == "" and line in caught.err.splitlines()[-1]
