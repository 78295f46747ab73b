"""``kws evaluate CONFIG``: refusals are one line and exit 2, looks are counted and listed, few are marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exported_run import make_run

from kws_data.cli import run
from kws_data.pages.few import bracketed, grey
from kws_data.pages.html import table


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text('name: tiny\nkeywords: ["yes", "no"]\n')
    make_run(tmp_path / "runs/tiny")
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["evaluate", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    return told.err


def test_the_sealed_test_asks_for_a_reason(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for reason in ([], ["--reason", ""], ["--reason", "  "]):
        assert "the test split is sealed: say why you look at it" in refused(
            capsys, "tiny.yaml", "--split", "test", *reason
        )
    assert not (folder / "recordings").exists()


def test_each_look_is_counted_and_listed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    looking = ("--split", "test", "--reason", "before release 2", "--who", "Ann")
    assert run(["evaluate", "tiny.yaml", *looking]) == 0
    told = capsys.readouterr()
    assert "6 clips" in told.out and "looked at once, with one model" in told.err and "corrected" not in told.out
    make_run(folder / "runs/tiny", seed=1)
    assert run(["evaluate", "tiny.yaml", *looking]) == 0
    told = capsys.readouterr()
    assert "corrected for 2 models looked at on this test" in told.out and "2 times, with 2 models" in told.err
    assert run(["evaluate", "tiny.yaml", *looking, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["sealed"]["looks"], document["sealed"]["models"], document["split"]) == (3, 2, "test")
    assert run(["catalog", "--looks", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["tests"] == [{"test_sha256": document["sealed"]["test_sha256"], "looks": 3, "models": 2}]
    assert {(one["who"], one["reason"], one["verb"]) for one in listed["looks"]} == {
        ("Ann", "before release 2", "evaluate")
    }
    assert run(["catalog", "--looks"]) == 0
    assert capsys.readouterr().out.count("before release 2") == 3


def test_validation_needs_no_reason_and_says_where_the_threshold_was_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "tiny.yaml"]) == 0
    told = capsys.readouterr()
    assert "(0.0 %)" in told.out or "(100.0 %)" in told.out or "(50.0 %)" in told.out
    assert "in brackets: fewer than 10 clips" in told.out and "threshold was chosen on these very clips" in told.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "either CONFIG or --bundle"),
        (["tiny.yaml", "--bundle", "runs/tiny/model"], "either CONFIG or --bundle"),
        (["tiny.yaml", "--data", "."], "--data says nothing beside CONFIG"),
        (["tiny.yaml", "--board", "emulated"], "--set device.board=NAME"),
        (["--bundle", "runs/tiny/model", "--data", ".", "--split", "test"], "--split says nothing beside --bundle"),
        (["--bundle", "runs/tiny/model", "--data", ".", "--reason", "x"], "--reason says nothing beside --bundle"),
        (["tiny.yaml", "--split", "train"], "train"),
    ],
)
def test_options_of_the_other_form_are_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in refused(capsys, *arguments)


def test_a_leaking_test_is_refused_with_the_clips(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    make_run(folder / "runs/tiny", test2={"speaker": "s001"})
    told = refused(capsys, "tiny.yaml", "--split", "test", "--reason", "x")
    assert "the test split leaks" in told and "test2 and train1 of train (speaker s001)" in told
    assert not (folder / "recordings").exists()


def test_figures_of_few_clips_are_marked() -> None:
    assert grey("<b>", 9) == '<span class="few">&lt;b&gt;</span>' and grey("<b>", 10) == "&lt;b&gt;"
    assert "<td>&lt;b&gt;</td>" in table([(grey("<b>", 10),)])
    assert bracketed("50 %", 9) == "(50 %)" and bracketed("50 %", 10) == "50 %"
