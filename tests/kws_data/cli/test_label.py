"""kws label and kws agreement, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from labelled_clips import add_bare_clips, say_it

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.labelling.doubled import Doubled, keep_doubled
from kws_data.labelling.guideline import guideline_in_force


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Six clips that two people labelled, one of them differently, in the catalogue of this folder."""
    monkeypatch.chdir(tmp_path)
    with Catalog("recordings") as catalog:
        clips = add_bare_clips(catalog, 6)
        keep_doubled(catalog, Doubled(1.0))
        version = guideline_in_force(catalog).version
        for number, clip in enumerate(clips):
            label = ("yes", "no")[number % 2]
            say_it(catalog, clip, "ann", label, guideline=version, seconds=2.0, rule="R1")
            say_it(catalog, clip, "bob", "no" if number == 0 else label, guideline=version)
    return clips


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON document that a call prints."""
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a call that is refused."""
    capsys.readouterr()
    assert run(list(arguments)) == 2
    out, line = capsys.readouterr()
    assert out == ""
    assert line.count("\n") == 1
    return line


def test_labels_are_counted_taken_over_and_brought_back(clips, capsys):
    before = told(capsys, "label", "status")
    assert (before["progress"]["settled"], before["progress"]["disagreements"], before["to_apply"]) == (5, 1, 5)
    assert told(capsys, "label", "apply", "--only-tell")["words"] == 5
    done = told(capsys, "label", "apply", "--note", "first")
    assert (done["words"], done["disagreements"]) == (5, 1)
    assert told(capsys, "label", "apply")["batch"] is None
    listed = told(capsys, "label", "changes", "--batch", str(done["batch"]))
    assert (listed["batches"][0]["note"], len(listed["findings"])) == ("first", 5)
    assert told(capsys, "label", "undo", str(done["batch"]))["taken_back"] == 5
    assert "undone already" in refused(capsys, "label", "undo", str(done["batch"]))
    assert told(capsys, "label", "status") == before


def test_what_is_printed_can_be_read(clips, capsys):
    for call in (["label", "status"], ["label", "apply"], ["label", "changes"], ["label", "review"], ["agreement"]):
        capsys.readouterr()
        assert run(call) == 0
        assert capsys.readouterr().out.strip()
    out = run(["label", "changes", "--batch", "1"]), capsys.readouterr().out
    assert "settled label" in out[1]


def test_a_label_that_is_only_written_differently_is_told(clips, capsys):
    assert told(capsys, "label", "apply")["respelt"] == {}
    with Catalog("recordings") as catalog:
        say_it(catalog, clips[0], "eve", "NO", "adjudicator")
    assert run(["label", "apply"]) == 0
    assert "NO is no: they differ only in how they are written" in capsys.readouterr().out


def test_agreement_is_told_noted_and_written_as_a_page(clips, capsys):
    report = told(capsys, "agreement", "--page", "agreement.html")
    assert report["percent"]["value"] == pytest.approx(5 / 6)
    assert [one["clip_id"] for one in report["disputed"]] == clips[:1]
    assert "What is confused" in Path("agreement.html").read_text()
    assert told(capsys, "agreement")["batch"] == report["batch"]
    assert told(capsys, "agreement", "--only-tell")["batch"] is None
    assert "settle them: kws label" in (run(["agreement"]), capsys.readouterr().out)[1]
    with Catalog("recordings") as catalog:
        say_it(catalog, clips[0], "eve", "no", "adjudicator")
    out = (run(["agreement"]), capsys.readouterr().out)[1]
    assert "1 of them decided by an adjudicator" in out and "settle" not in out
    assert run(["agreement", "--page", "/proc/x.html"]) == 2
    assert "'/proc/x.html'" in capsys.readouterr().err


def test_the_guideline_is_shown_changed_and_compared(clips, capsys):
    shown = told(capsys, "label", "guideline")
    assert (shown["version"], shown["rules"]["R1"]) == (1, "Whole word")
    Path("rules.md").write_text(shown["text"].replace("all of its sounds are there", "all of it is heard"))
    made = told(capsys, "label", "guideline", "--edit", "rules.md", "--note", "clearer")
    assert (made["version"], made["new"], made["changed_rules"]) == (2, True, ["R1"])
    assert told(capsys, "label", "guideline", "--edit", "rules.md")["new"] is False
    assert [one["note"] for one in told(capsys, "label", "guideline", "--list")] == ["comes with kws", "clearer"]
    assert (
        "+- **R1 Whole word**: a keyword counts if all of it"
        in told(capsys, "label", "guideline", "--diff", "1")["text"]
    )
    review = told(capsys, "label", "review")
    assert {one["giver"] for one in review["touched"]} == {"ann"}  # who named R1
    assert review["others_by_version"] == {"1": 6}
    assert "there are 1 to 2" in refused(capsys, "label", "guideline", "--version", "7")
    Path("empty.md").write_text("\n")
    assert "the guideline is empty: 'empty.md'" in refused(capsys, "label", "guideline", "--edit", "empty.md")
    Path("twice.md").write_text("- **R1 One**: a\n- **R2 Two**: b\n- **R1 Three**: c\n")
    assert "several rules have one name: 'R1'" in refused(capsys, "label", "guideline", "--edit", "twice.md")
    Path("lost.md").write_text(f"- **R1 One**: ![a](clip:{clips[0]}) ![b](clip:{'0' * 16})\n")
    assert told(capsys, "label", "guideline", "--edit", "lost.md")["clips_not_there"] == ["0" * 16]
    assert run(["label", "guideline", "--edit", "lost.md"]) == 0
    assert "not in this catalogue" in capsys.readouterr().err
    Path("odd.md").write_bytes(b"\xff\xfe\xff")
    assert "no UTF-8" in refused(capsys, "label", "guideline", "--edit", "odd.md")
    assert "--note goes with --edit" in refused(capsys, "label", "guideline", "--note", "x")


def test_to_label_studio_and_back(clips, capsys):
    sent = told(capsys, "label", "export", "out", "--label", "yes", "--label", "no")
    assert (sent["clips"], sent["labels"]) == (6, ["yes", "no"])
    assert len(list(Path("out/audio").glob("*.wav"))) == 6
    tasks = json.loads(Path("out/tasks.json").read_text())
    result = [{"id": "a", "from_name": "label", "type": "choices", "value": {"choices": ["yes"]}}]
    for number, task in enumerate(tasks):
        task["annotations"] = [{"id": number, "completed_by": 3, "result": result}]
    tasks.append({"id": 99, "data": {"audio": "x.wav", "clip": "f" * 16}, "annotations": tasks[0]["annotations"]})
    Path("back.json").write_text(json.dumps(tasks))
    back = told(capsys, "label", "import", "back.json", "--annotator", "3=eve")
    assert (back["annotations"], back["new"], len(back["problems"])) == (6, 6, 1)
    again = told(capsys, "label", "import", "back.json", "--annotator", "9=zoe")
    assert (again["new"], again["annotators"], again["annotators_not_there"]) == (0, ["3"], ["9"])
    assert run(["label", "import", "back.json", "--annotator", "9=zoe"]) == 0
    error = capsys.readouterr().err
    assert "nothing in this file is by 9; annotators there: 3" in error and f"({'f' * 16};" in error
    pace = told(capsys, "label", "status")["progress"]["annotators"]["eve"]
    assert pace == {"count": 6, "median_seconds": None, "per_hour": None}
    assert "'out'" in refused(capsys, "label", "export", "out")
    assert told(capsys, "label", "export", "out", "--force")["clips"] == 6
    Path("broken.json").write_text("[1,")
    assert "broken.json" in refused(capsys, "label", "import", "broken.json")
    assert "3=ann" in refused(capsys, "label", "import", "back.json", "--annotator", "3")


def test_clips_for_label_studio_are_chosen_by_word_or_by_id(clips, capsys):
    assert told(capsys, "label", "apply")["words"] == 5
    assert told(capsys, "label", "export", "a", "--word", "yes")["clips"] == 2
    Path("ids.txt").write_text(f"{clips[4]}\n{clips[0]}\n{clips[4]}\n")
    assert told(capsys, "label", "export", "b", "--clips", "ids.txt")["clips"] == 2
    Path("ids.txt").write_text(f"{clips[4]}\n", encoding="utf-8-sig")  # as Notepad writes it
    assert told(capsys, "label", "export", "bom", "--clips", "ids.txt")["clips"] == 1
    Path("ids.txt").write_text("nonsense\n")
    assert "no such clip" in refused(capsys, "label", "export", "c", "--clips", "ids.txt")
    assert "no clip to send" in refused(capsys, "label", "export", "c", "--word", "left")
    assert "'called left'" in refused(capsys, "label", "export", "c", "--word", "yes", "--word", "left")
    assert not Path("c").exists()


def test_an_imported_label_that_is_only_written_differently_is_the_word_of_the_catalogue(clips, capsys):
    assert told(capsys, "label", "apply")["words"] == 5
    result = [{"id": "a", "from_name": "label", "type": "choices", "value": {"choices": ["YES"]}}]
    said = [{"id": 1, "completed_by": 3, "result": result}]
    task = {"id": 1, "data": {"audio": "x.wav", "clip": clips[2]}, "annotations": said}
    Path("back.json").write_text(json.dumps([task]))
    assert told(capsys, "label", "import", "back.json")["respelt"] == {"YES": "yes"}
    assert run(["label", "import", "back.json"]) == 0
    out = capsys.readouterr().out
    assert "1 annotations of 1 annotators, 0 of them new" in out and "YES is yes: they differ only" in out
    assert told(capsys, "label", "status")["progress"]["disagreements"] == 1  # all three said yes of that clip


def test_a_new_export_takes_the_place_of_the_older_one_and_leaves_other_files(clips, capsys):
    told(capsys, "label", "export", "out")
    own = [Path("out/my notes.txt"), Path("out/audio/mine.wav"), Path("out/more/labels.json")]
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    Path("out/README.md").write_text("changed")
    Path("ids.txt").write_text(clips[2])
    told(capsys, "label", "export", "out", "--clips", "ids.txt", "--label", "up", "--force")
    assert [path.read_text() for path in own] == ["mine"] * 3
    assert {path.name for path in Path("out/audio").iterdir()} == {f"{clips[2]}.wav", "mine.wav"}
    assert len(json.loads(Path("out/tasks.json").read_text())) == 1
    assert "up" in Path("out/labelling.xml").read_text() and "changed" not in Path("out/README.md").read_text()
    assert sorted(path.name for path in Path().iterdir()) == ["ids.txt", "out", "recordings"]
    Path("out/tasks.json").unlink()
    Path("out/tasks.json").mkdir()
    assert run(["label", "export", "out", "--force"]) == 2
    assert "export cannot be replaced: 'out'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call", ["status", "apply", "undo 1", "changes", "guideline", "review", "export x", "import x.json"]
)
def test_without_a_catalogue_there_is_one_clear_line(tmp_path, monkeypatch, capsys, call):
    monkeypatch.chdir(tmp_path)
    assert "no catalogue here" in refused(capsys, "label", *call.split())
    assert "no catalogue here" in refused(capsys, "agreement")
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_none_is_told_with_the_nearest(capsys):
    assert "did you mean apply?" in refused(capsys, "label", "aply")
