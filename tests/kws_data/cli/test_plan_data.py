"""``kws plan-data``: by options, by answers, by questions on a terminal, and held against a catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Terminal

from kws_data.cli import run
from kws_data.config.load import load_config
from kws_data.coverage.data_plan.document import read_plan

ORDER = ["plan-data", "--words", "lamp,radio", "--licence", "CC-BY-4.0", "--start", "2027-01-04"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_options_alone_make_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--people", "12", "--hours", "0.5", "--set", "people.subgroups={age: {60+: 4}}", "--consent", "research, x"]
    assert run([*ORDER, *more, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    plan = read_plan(Path("data_plan.md"))
    assert document["people"] == {"total": 12, "subgroups": {"age": {"60+": 4}}} == plan.people.model_dump()
    assert document["schedule"]["start"] == "2027-01-04" and document["ends"] > "2027-01-04"
    assert plan.consents == ["research", "x"] and plan.hours.negatives == 0.5


def test_a_plan_can_be_begun_from_another_one_and_from_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ORDER, "--people", "12"]) == 0
    assert run(["plan-data", "--answers", "data_plan.md", "--takes", "3", "--out", "second.md"]) == 0
    second = read_plan(Path("second.md"))
    assert (second.people.total, second.takes, second.words) == (12, 3, ["lamp", "radio"])
    Path("kitchen.yaml").write_text("name: kitchen\nkeywords: [lamp]\ndata:\n  licence: CC0-1.0\n")
    assert run(["plan-data", "kitchen.yaml", "--out", "third.md"]) == 0
    third = read_plan(Path("third.md"))
    assert (third.name, third.words, third.licences) == ("kitchen", ["lamp"], ["CC0-1.0"])


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--set", "people.totl=3"], "did you mean total"),
        (["--set", "people"], "KEY=VALUE"),
        (["--set", "name.x=3", "--set", "name.x.y=3"], "no table"),
        (["--set", "people={"], "--set people"),
        (["--start", "tomorrow"], "2027-01-11"),
        (["--words", "a/b"], "no word"),
        (["--answers", "none.yaml"], "not found"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    more: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ORDER, *more]) == 2
    said = capsys.readouterr().err.strip()
    assert named in said and "\n" not in said and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (["--check", "none.md"], "not found"),
        (["--check", "plan.yaml", "--recordings", "nope"], "no catalogue here: 'nope'"),
        (["--check", "plan.yaml", "--words", "yes"], "--words is for a new plan"),
        (["--check", "plan.yaml", "--out", "other.md", "--force"], "--out is for a new plan"),
        (["config.yaml", "--check", "plan.yaml"], "CONFIG is for a new plan"),
        *(
            ([*ORDER, *more, "--out", out], "name a file")
            for out in (".", "./", "sub", "..", "new/", "~", "plan.yaml/", "sub/..")
            for more in ([], ["--force"])
        ),
        ([*ORDER, "--out", "plan.yaml/x.md"], "plan.yaml"),
    ],
)
def test_neither_a_typo_nor_a_folder_is_taken_for_what_is_meant(
    call: list[str], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*ORDER, "--out", "plan.yaml"]) == 0
    (tmp_path / "sub").mkdir()
    capsys.readouterr()
    assert run(["plan-data", *call[call[0] == "plan-data" :]]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert named in said and "fault of kws" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.yaml", "sub"]


def test_one_is_not_called_several(capsys: pytest.CaptureFixture[str]) -> None:
    few = ["plan-data", "--words", "yes", "--licence", "x", "--people", "1", "--takes", "1"]
    assert run(few) == 0
    said = capsys.readouterr().out
    assert "1 person says 1 word 1 time, until" in said and "with 1 test person a" in said


def test_a_plan_says_nothing_of_what_it_does_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A voice that is not installed is no matter of a plan."""
    monkeypatch.setattr("kws_data.extras.with_what_is_there", lambda config: (config, ["without a teacher"]))
    teacher = "train: {teacher: {optional: true}}"
    Path("kitchen.yaml").write_text(f"name: kitchen\nkeywords: [lamp]\ndata: {{licence: CC0-1.0}}\n{teacher}\n")
    assert load_config("kitchen.yaml").train.teacher.optional
    assert run(["plan-data", "kitchen.yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_words_and_licence_are_needed_and_a_plan_is_not_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan-data"]) == 2 and "--words" in capsys.readouterr().err
    assert run(["plan-data", "--words", "lamp"]) == 2 and "--licence" in capsys.readouterr().err
    assert run(ORDER) == 0 and run(ORDER) == 2 and "--force" in capsys.readouterr().err
    assert run([*ORDER, "--force", "--people", "7"]) == 0 and read_plan(Path("data_plan.md")).people.total == 7


def test_check_ends_with_1_and_says_what_to_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ORDER) == 0
    capsys.readouterr()
    assert run(["plan-data", "--check", "data_plan.md"]) == 1
    said = capsys.readouterr().out
    assert said.index(" 1. people who said all words: 0, wanted 40") < said.index(
        "next: kws collect --words lamp,radio --takes 10"
    )
    assert run(["plan-data", "--check", "data_plan.md", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["missing"][0]["kind"] == "people" and document["met"] == len(document["all"]) - len(
        document["missing"]
    )
    assert [path.name for path in tmp_path.iterdir()] == ["data_plan.md"]  # a look leaves nothing behind


def test_questions_on_a_terminal(tmp_path: Path) -> None:
    answers = [
        ("Name of the plan", "kitchen"),
        ("Words", "lamp,radio"),
        ("Purpose", ""),
        ("How many people", "many"),
        ("How many people", "24"),
        ("Takes", "5"),
        ("gender", "female:10,male:10"),
        ("age", ""),
        ("accent", ""),
        ("Hours", "1"),
        ("room", "kitchen"),
        ("room", "kitchen:8"),
        ("distance", ""),
        ("Licences", "CC-BY-4.0"),
        ("consent", "research"),
        ("First day", "2027-01-11"),
        ("People a day", "6"),
        ("Who leads", "Ann"),
    ]
    with Terminal(["plan-data"], tmp_path) as terminal:
        for question, answer in answers:
            terminal.wait_for(question)
            terminal.wait_for(": ")
            terminal.press(f"{answer}\n")
        terminal.wait_for("data_plan.md: 24 people")
        assert terminal.finish() == 0
    plan = read_plan(tmp_path / "data_plan.md")
    assert plan.purpose == "hear lamp, radio" and plan.people.subgroups == {"gender": {"female": 10, "male": 10}}
    assert plan.conditions.people == {"room": {"kitchen": 8}} and plan.roles["data lead"] == "Ann"
    assert plan.schedule.start.isoformat() == "2027-01-11" and plan.schedule.people_a_day == 6
