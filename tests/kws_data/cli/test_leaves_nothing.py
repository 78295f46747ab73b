"""A verb that fails leaves nothing behind that was not there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_data.cli import VERBS, run

CONFIG = "name: tiny\nkeywords: [go]\ndata: {source: folder, folder: nowhere}\n"
EMPTY = "name: tiny\nkeywords: [go]\ndata: {source: folder, folder: empty}\n"
#: Verb -> calls that cannot succeed, in a folder with tiny.yaml, empty.yaml, the empty folder ``empty`` and a text.
WRONG: dict[str, list[list[str]]] = {
    "doctor": [["--seconds", "0"], ["--play", "text"], ["--nonsense"]],
    "boards": [["--nonsense"]],
    "new": [["x"], ["../up", "--keywords", "a"], ["x", "--keywords", "a,_b"], ["x", "--keywords", "a", "--data", "no"]],
    "plan-data": [
        ["nowhere.yaml"],
        ["--answers", "text", "--out", "plan.md"],
        ["--set", "people.totl=60", "--out", "plan.md"],
        ["--check", "nowhere"],
        ["--check", "text"],
    ],
    "import": [
        ["unlabelled", "nowhere"],
        ["unlabelled", "empty"],
        ["speech-commands", "nowhere"],
        ["speech-commands", "empty"],
        ["speech-commands", "text"],
        ["folder", "empty"],
        ["nonsense", "empty"],
        ["common-voice", "empty"],
        ["mswc", "empty"],
        ["edge-impulse", "empty"],
        ["label-studio", "text"],
        ["audiomnist", "empty"],
        ["urls", "nowhere"],
        ["urls", "text"],
        ["./layout.py", "empty"],
    ],
    "synth": [["tiny.yaml"], ["nowhere.yaml"], ["demo", "--set", "data.synth.speakers=0"]],
    "record": [
        ["tiny.yaml"],
        ["empty.yaml"],
        ["--words", "a"],
        ["--words", "a", "--speaker", "s", "--consent", "c", "--board", "nothing"],
        ["--words", "a", "--speaker", "s", "--consent", "c", "--port", "/dev/none"],
        ["--words", "a", "--speaker", "s", "--consent", "c", "--play", "text"],
        ["--plan", "text", "--speaker", "s", "--consent", "c"],
        ["--words", "a", "--speaker", "s", "--consent", "c", "--yes", "--quarantine", "none=1"],
        ["--continuous", "1", "--speaker", "s", "--consent", "c", "--board", "nothing"],
    ],
    "audit": [
        [],
        ["nowhere.yaml"],
        ["--checks", "nonsense"],
        ["--apply"],
        ["--undo", "1"],
        ["--list"],
        ["--page", "page.html"],
    ],
    "collect": [
        [],
        ["nowhere.yaml", "--licence", "CC0-1.0"],
        ["--words", "go", "--licence", "CC0-1.0", "--consent-text", "nowhere"],
        ["--words", "go", "--licence", "CC0-1.0", "--certificate", "nowhere"],
        ["--words", "go", "--licence", "CC0-1.0", "--host", "192.0.2.1"],
    ],
    "label": [
        [],
        ["page", "--clips", "nowhere"],
        ["page", "nowhere.yaml"],
        ["auto", "nowhere.yaml"],
        ["apply"],
        ["undo", "1"],
        ["status"],
        ["guideline", "--edit", "nowhere"],
        ["import", "nowhere"],
        ["import", "text"],
        ["export", "--to", "label-studio", "out"],
        ["export", "out", "--clips", "text"],
        ["apply", "--automatic", "2"],
        ["undo"],
        ["changes"],
        ["review"],
        ["nonsense"],
        ["--recordings", "text"],
    ],
    "agreement": [[], ["--page", "a/b/page.html"], ["--recordings", "text"]],
    "select": [["nowhere.yaml"], ["demo", "--budget", "0"], ["tiny.yaml", "--out", "ids.txt"]],
    "catalog": [
        [],
        ["--lineage", "abcd"],
        ["--rot"],
        ["--publish"],
        ["--recordings", "text"],
        ["--set-aside"],
        ["--looks"],
    ],
    "forget-speaker": [["s01"], ["s01", "--yes"], ["s01", "--recordings", "text"]],
    "split": [["tiny.yaml"], ["demo"], ["demo", "--out", "lists"]],
    "build": [["tiny.yaml"], ["empty.yaml"], ["tiny.yaml", "--ray-address", "x"]],
    "embed": [
        ["nowhere.yaml"],
        ["demo", "--set", "encoder.model=nowhere"],
        ["demo", "--set", "encoder.kind=moonshine", "--set", "encoder.model=text", "--out", "out.npz"],
    ],
    "dataset": [
        ["diff", "a", "b"],
        ["diff", "demo", "tiny.yaml"],
        ["export", "tiny.yaml", "--to", "edge-impulse", "--out", "out"],
        ["export", "empty", "--to", "speech-commands", "--out", "out"],
    ],
    "search": [
        ["demo", "--space", "nowhere"],
        ["demo", "--resume"],
        ["tiny.yaml", "--rungs", "1"],
        ["demo", "--rungs", "x"],
    ],
    "datasheet": [["demo"], ["tiny.yaml"], ["nowhere"], ["empty"]],
    "train": [["demo"], ["demo", "--seeds", "2"], ["demo", "--learning-curve"]],
    "export": [
        ["demo"],
        ["--bundle", "nowhere", "--to", "arduino", "--out", "out"],
        ["--bundle", "empty", "--to", "nonsense", "--out", "a/b/out"],
        ["demo", "--to", "zephyr", "--out", "out"],
    ],
    "check": [["demo"], ["--tflite", "text"], ["--tflite", "nowhere"], []],
    "evaluate": [
        ["--bundle", "nowhere", "--data", "empty"],
        ["--bundle", "empty", "--stream", "text"],
        ["--data", "empty"],
        ["demo"],
        ["demo", "--split", "test"],
        ["demo", "--split", "test", "--reason", "why"],
    ],
    "calibrate": [
        ["demo"],
        ["demo", "--wish", "few false accepts"],
        ["demo", "--wish", "0 false accepts an hour"],
        ["demo", "--wish", "tpr >= 95"],
        ["demo", "--fpr", "0.01", "--wish", "fpr <= 2 %"],
        ["demo", "--false-accepts-per-hour", "0.1", "--apply"],
        ["demo", "--undo"],
        ["demo", "--undo", "--fpr", "0.01"],
    ],
    "compare": [["demo"], ["demo", "empty"], ["empty", "text", "--out", "page.html"], ["empty", "nowhere", "empty"]],
    "streams": [
        ["nonsense"],
        ["make", "--words", "empty", "--negatives", "empty", "--out", "out"],
        ["make", "--words", "nowhere", "--negatives", "empty", "--out", "a/b/out"],
        ["make", "--words", "text", "--negatives", "empty", "--out", "text"],
    ],
    "try": [
        ["demo"],
        [],
        ["tiny.yaml", "--bundle", "empty"],
        ["--bundle", "nowhere"],
        ["--bundle", "empty", "--serve"],
        ["--bundle", "text", "--out", "a/b/try.html"],
        ["demo", "--port", "8000"],
    ],
    "flash": [["demo"], ["demo", "--set", "device.board=nothing"]],
    "device-eval": [["demo"]],
    "listen": [
        ["--play", "nowhere"],
        ["--play", "text"],
        ["demo"],
        ["nowhere.yaml"],
        ["--board", "nothing"],
        ["demo", "--set", "device.board=nothing"],
    ],
    "slices": [["demo"], ["demo", "--by", "accent"], ["nowhere.yaml"]],
    "report": [["demo"]],
    "run": [
        ["demo", "--set", "device.board=nothing"],
        ["nowhere.yaml"],
        ["tiny.yaml"],
        ["empty.yaml"],
        ["demo", "--until", "nothing"],
        ["demo", "--set", "data.noise_folder=nowhere"],
        ["twice.yaml"],
    ],
    "bench": [
        ["nonsense"],
        ["engine", "--bundle", "nowhere"],
        ["--bundle", "text"],
        ["synth", "--styles", "none"],
        ["try", "--bundle", "nowhere"],
    ],
}


def test_every_verb_has_calls_that_fail() -> None:
    assert WRONG.keys() == VERBS.keys()


@pytest.mark.parametrize(("verb", "call"), [(v, call) for v in WRONG for call in WRONG[v]], ids=str)
def test_a_verb_that_fails_leaves_nothing_behind(
    verb: str,
    call: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("tiny.yaml", CONFIG),
        ("empty.yaml", EMPTY),
        ("text", "no audio"),
        ("twice.yaml", "a: 1\na: 2"),
    ):
        Path(name).write_text(text)
    Path("empty").mkdir()
    before = sorted(Path().rglob("*"))
    assert run([verb, *call]) == 2
    assert sorted(Path().rglob("*")) == before
    said = [line for line in capfd.readouterr().err.splitlines() if not line.startswith(("•", "  "))]
    assert len(said) == 1 and said[0].startswith("kws: ") and "fault of kws" not in said[0], said
