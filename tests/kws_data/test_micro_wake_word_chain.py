"""The whole chain for ESPHome's micro_wake_word, small: the word, a run without a board, the folder for the device, and
pymicro-wakeword hearing in it what ``kws evaluate`` says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from wake_word_runtime import first_of_each, steps_of_manifest

from kws_data.audio import read_audio

pytestmark = pytest.mark.slow
pytest.importorskip("pymicro_features")
pytest.importorskip("pymicro_wakeword")

CONFIG = """
name: word
seed: 3
keywords: [computer]
data:
  source: synthetic
  synth: {speakers: 16, takes: 2, other_words: [maybe, house, left]}
split: {validation_share: 0.3}
frontend: {kind: micro_frontend}
augment: {copies: 2}
model: {family: tenet, channels: 12, blocks: 1, kernel: 5, branches: [], stride: 3}
train: {epochs: 40, ema: 0.8}
export: {quantise: post}
"""


def kws(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kws_data.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=900, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder in which the chain has run."""
    path = tmp_path_factory.mktemp("word")
    (path / "word.yaml").write_text(CONFIG)
    done = kws(path, "run", "word.yaml", "--json")
    assert done.returncode == 0, done.stderr
    (path / "stdout.json").write_text(done.stdout)
    return path


def report_of(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "stdout.json").read_text())
    return report


def test_the_report_has_no_board_and_a_detector_that_learnt(folder: Path) -> None:
    report = report_of(folder)
    assert report["device"] is None
    assert report["model"]["island_bytes"] is None
    assert [check["name"] for check in report["budget"]["checks"]] == ["model_bytes", "arena_bytes"]
    assert report["host"]["int8"]["tpr"] > 0.5
    assert report["host"]["int8"]["accuracy"] > 0.7, "silence and other words are one: either is right"
    page = (folder / "runs/word/report/report.html").read_text()
    assert "micro_wake_word" in page
    assert "On the board" not in page


def test_a_second_run_does_nothing(folder: Path) -> None:
    again = kws(folder, "run", "word.yaml")
    assert again.returncode == 0, again.stderr
    current = [line for line in again.stderr.splitlines() if line.endswith(": current")]
    assert len(current) == 7, again.stderr
    assert "micro_wake_word" in again.stdout


def test_the_folder_for_the_device_hears_what_kws_hears(folder: Path, tmp_path: Path) -> None:
    made = kws(folder, "export", "--bundle", "runs/word/model", "--to", "micro_wake_word", "--out", "device")
    assert made.returncode == 0, made.stderr
    stream = folder / "runs/word/dataset/stream"
    heard = kws(folder, "evaluate", "--bundle", "runs/word/model", "--stream", str(stream), "--json")
    assert heard.returncode == 0, heard.stderr
    found = [row["time_s"] for row in json.loads(heard.stdout)["detections"]]
    samples = read_audio(stream / "stream.flac", 16_000)
    steps = steps_of_manifest(folder / "device/computer.json", samples)
    assert found == [round(sample / 16_000, 3) for sample in first_of_each(steps, 16_000)]
    assert len(found) > 3


def test_one_worker_makes_the_same_features(folder: Path) -> None:
    dataset = folder / "runs/word/dataset/dataset.json"
    before = json.loads(dataset.read_text())["version"]
    (folder / "recordings/features").rename(folder / "recordings/features-before")
    again = kws(folder, "build", "word.yaml", "--workers", "1")
    assert again.returncode == 0, again.stderr
    assert json.loads(dataset.read_text())["version"] == before
