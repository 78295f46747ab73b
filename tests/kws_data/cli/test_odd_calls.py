"""Calls that look right at a glance: numbers that are none, empty paths, closed streams, folders of broken files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kws_data.cli import run


@pytest.mark.parametrize(
    "call",
    [
        ["catalog", "--publish", "--epsilon", "nan"],
        ["listen", "--seconds", "nan"],
        ["listen", "--seconds", "-1"],
        ["bench", "damaged", "--seconds", "nan"],
        ["split", "demo", "--out", ""],
        ["import", "folder", ".", "--recordings", ""],
        ["evaluate", "--bundle", "", "--data", "x"],
        ["agreement", "--seed", "-1"],
        ["select", "demo", "--budget", "3.5"],
    ],
    ids=str,
)
def test_numbers_that_are_none_and_empty_paths_are_refused(
    call: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(call) == 2 and not list(tmp_path.iterdir())
    said = capsys.readouterr().err
    assert "fault of kws" not in said and ("empty" in said or "number" in said or "range" in said)


@pytest.mark.parametrize("name", ["recordings/catalog.sqlite", "kitchen.yaml", "go.flac", "model.tflite"])
@pytest.mark.parametrize("call", [["audit", "--page"], ["agreement", "--page"], ["select", "kitchen.yaml", "--out"]])
def test_what_would_be_lost_is_not_written_over(
    call: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("recordings").mkdir()
    Path("recordings/catalog.sqlite").write_bytes(b"SQLite format 3\0 of mine")
    for file in ("kitchen.yaml", "go.flac", "model.tflite"):
        Path(file).write_text("mine")
    before = Path(name).read_bytes()
    assert run([*call, name]) == 2 and Path(name).read_bytes() == before
    assert "which would be lost" in capsys.readouterr().err


def test_a_folder_of_which_nothing_can_be_used_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data/yes").mkdir(parents=True)
    Path("data/yes/a.wav").write_text("no audio")
    assert run(["import", "folder", "data"]) == 2
    said = capsys.readouterr()
    assert "0 clips added" in said.out and "nothing that came in can be used" in said.err


def test_streams_that_a_caller_has_closed_change_nothing() -> None:
    program = "import os\nfor n in (0, 1, 2): os.close(n)\nfrom kws_data.cli import main\nmain(['boards'])"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
