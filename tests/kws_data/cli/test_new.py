"""``kws new`` writes a configuration that loads, says what to do next, and replaces nothing unasked."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_tools.boards.spec import load_board
from kws_data.cli import run
from kws_data.config.load import load_config


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_configuration_is_written_and_the_next_calls_are_told(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "kitchen", "--keywords", "lamp,yes,Öl"]) == 0
    assert [path.name for path in empty.iterdir()] == ["kitchen.yaml"]
    config = load_config("kitchen.yaml")
    assert (config.name, config.keywords) == ("kitchen", ["lamp", "yes", "Öl"])
    said = capsys.readouterr().out
    assert "kws run kitchen.yaml\n" in said and "kws record --speaker ann --words 'lamp,yes,Öl'" in said


def test_json_holds_the_file_and_the_next_calls(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty / "my data").mkdir()
    assert run(["new", "kitchen.yaml", "--keywords", "lamp", "--data", "my data", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["config"], document["name"], document["keywords"]) == ("kitchen.yaml", "kitchen", ["lamp"])
    assert document["next"][0] == "kws run kitchen.yaml"
    assert shlex.split(document["next"][1])[-2:] == ["--export", "my data"] and len(document["next"]) == 2
    assert load_config("kitchen.yaml").data.folder == "my data"


def test_a_board_on_the_desk_is_named_with_its_port_and_nothing_is_played_to_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kws_data.cli.new.load_board", lambda name: replace(load_board("emulated"), port="desk"))
    assert run(["new", "a", "--keywords", "lamp", "--board", "mine", "--json"]) == 0
    calls = json.loads(capsys.readouterr().out)["next"]
    assert calls[0] == "kws run a.yaml --set device.port=PORT" and calls[1].endswith("--board mine --port PORT")
    config = load_config("a.yaml")
    assert (config.device.board, config.data.record_test_clips) == ("mine", 0)


@pytest.mark.parametrize(
    "name",
    [
        "con",
        "Con.x",
        "nul.yaml",
        "lpt1",
        "COM9.kitchen",
        "kitchen.",
        "a/b",
        "a\\b",
        "x y",
        "a:b",
        "\U0001f600",
        "é",
        "",
    ],
)
def test_a_name_that_no_file_or_folder_can_have_everywhere_is_refused(
    empty: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(["new", name, "--keywords", "lamp"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "name" in error and list(empty.iterdir()) == []


def test_a_file_that_is_there_is_replaced_with_force_only(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty / "kitchen.yaml").write_text("mine")
    assert run(["new", "kitchen", "--keywords", "lamp"]) == 2
    assert (empty / "kitchen.yaml").read_text() == "mine"
    error = capsys.readouterr().err
    assert "kitchen.yaml" in error and "--force" in error and error.count("\n") == 1
    assert run(["new", "kitchen", "--keywords", "lamp", "--force"]) == 0
    assert load_config("kitchen.yaml").keywords == ["lamp"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["../up", "--keywords", "lamp"], "name cannot be used: '../up'"),
        (["", "--keywords", "lamp"], "name cannot be used"),
        (["a", "--keywords", "lamp,"], "keyword '' is empty"),
        (["a", "--keywords", "lamp,lamp"], "a keyword stands twice"),
        (["a", "--keywords", "_silence_"], "_silence_"),
        (["a", "--keywords", "lamp,Lamp"], "'lamp' and 'Lamp' are one word"),
        (["CON", "--keywords", "lamp"], "Windows keeps this name"),
        (["a", "--keywords", "lamp", "--board", "nothing"], "known boards: b_l475e_iot01a, emulated"),
        (["a", "--keywords", "lamp", "--data", "none"], "'none' does not exist"),
        (["a"], "--keywords"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_nothing_is_written(
    arguments: list[str], expected: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", *arguments]) == 2
    error = capsys.readouterr().err
    assert expected in error and error.count("\n") == 1
    assert not list(empty.iterdir())


def test_blanks_around_keywords_are_passed_over_and_a_name_too_long_for_a_file_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["new", "kitchen", "--keywords", "lamp, radio"]) == 0
    assert load_config("kitchen.yaml").keywords == ["lamp", "radio"]
    assert run(["new", "kitchen", "--keywords", "table  lamp,Music", "--force"]) == 0
    config = load_config("kitchen.yaml")
    assert config.keywords == ["table_lamp", "Music"] and "music" not in config.data.synth.other_words
    capsys.readouterr()
    assert run(["new", "x" * 300, "--keywords", "lamp"]) == 2
    assert "at most 100 characters" in capsys.readouterr().err
