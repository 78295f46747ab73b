"""Runs are compared on the clips of both, by clip id; what cannot be compared is refused in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_run import made_run
from tiny_bundle import LABELS

from kws_data.cli import run as kws
from kws_data.errors import DataError
from kws_data.evaluation.compare_runs import compare_runs
from kws_data.evaluation.compared_run import load_run, load_runs
from kws_data.evaluation.run_differences import Pair

SOME = list(range(0, 200, 25))  # 8 clips of as many speakers


def pair(root: Path, first: str = "a", second: str = "b") -> Pair:
    (found,) = compare_runs([load_run(name, "int8", root) for name in (first, second)])
    return found


def test_differences_are_those_of_the_clips_that_both_were_tested_on(tmp_path: Path) -> None:
    made_run(tmp_path / "a", SOME)
    made_run(tmp_path / "b", [*SOME[:2], 210], clips=180, first=50)
    found = pair(tmp_path)
    assert (found.clips, found.only_baseline, found.only_run) == (150, 50, 30)
    one = found.shares["accuracy"]
    assert (one.first, one.second) == pytest.approx((144 / 150, 1.0))  # of SOME, 6 lie from clip 50 on
    assert one.paired.difference == pytest.approx(6 / 150) and one.paired.only_first == (6,)
    assert one.paired.p[0] == pytest.approx(2 / 2**6) and one.paired.speakers == 15
    assert found.costs["tflite_bytes"] == (9_008, 9_003) and found.costs["inference_cycles"] == (None, None)


def test_tpr_and_fpr_are_of_their_own_clips(tmp_path: Path) -> None:
    """Clip n has label n % 4; what is heard wrongly is the next label: of _unknown_ (1) a keyword, of no silence."""
    made_run(tmp_path / "a", [1, 3, 7])
    made_run(tmp_path / "b", [])
    found = pair(tmp_path)
    tpr, fpr = found.shares["tpr"], found.shares["fpr"]
    assert (tpr.first, tpr.second, tpr.paired.clips) == (0.98, 1.0, 100)
    assert (fpr.first, fpr.second, fpr.paired.clips) == (0.01, 0.0, 100)
    assert fpr.paired.difference == pytest.approx(-0.01) and fpr.verdict in ("better", "not told apart")
    assert found.per_keyword["no"].first == 0.96 and found.per_keyword["yes"].first == 1.0


def test_a_lower_fpr_is_better(tmp_path: Path) -> None:
    made_run(tmp_path / "a", list(range(1, 200, 4)))
    made_run(tmp_path / "b", [])
    found = pair(tmp_path)
    assert found.shares["fpr"].verdict == found.shares["accuracy"].verdict == "better"
    assert found.verdict.startswith("b is better than a by 25.0 points of accuracy [+")
    assert pair(tmp_path, "b", "a").shares["fpr"].verdict == "worse"


def test_what_would_decide_it_is_told(tmp_path: Path) -> None:
    made_run(tmp_path / "a", [10, 50, 90])
    made_run(tmp_path / "b", [20, 130])
    found = pair(tmp_path)
    one = found.shares["accuracy"]
    assert one.verdict == "not told apart" and one.more_clips
    reach = one.paired.difference - one.paired.low
    assert one.more_clips == pytest.approx(200 * ((reach / one.paired.difference) ** 2 - 1), abs=1)
    assert f"{one.more_clips:,} more clips like these would decide it" in found.verdict
    made_run(tmp_path / "c", [10, 50, 94])
    assert "both are right as often" in pair(tmp_path, "a", "c").verdict


def test_p_is_adjusted_for_how_many_runs_are_compared(tmp_path: Path) -> None:
    made_run(tmp_path / "a", list(range(0, 60, 5)))
    for name, wrong in (("b", range(0, 30, 5)), ("c", range(0, 60, 5)), ("d", ())):
        made_run(tmp_path / name, list(wrong))
    pairs = compare_runs([load_run(name, "int8", tmp_path) for name in "abcd"])
    p = [one.shares["accuracy"].paired.p[0] for one in pairs]
    assert p == pytest.approx([2 / 2**6, 1.0, 2 / 2**12])
    assert [one.shares["accuracy"].p_holm for one in pairs] == pytest.approx([2 * p[0], 1.0, 3 * p[2]])


def test_one_model_is_not_told_apart_from_itself(tmp_path: Path) -> None:
    made_run(tmp_path / "a", [2])
    made_run(tmp_path / "b", [2])
    assert pair(tmp_path).verdict == "b is the same model as a, with the same decision on each clip"
    made_run(tmp_path / "b", [3])
    assert "not told apart" in pair(tmp_path).verdict


def test_a_run_whose_bundle_is_another_than_was_measured_is_noted(tmp_path: Path) -> None:
    for name in "ab":
        made_run(tmp_path / name, [2])
    report = load_run("b", "int8", tmp_path).report
    bundle = {"model_sha256": report["model"]["sha256"], "threshold": report["host"]["int8"]["threshold"]}
    path = tmp_path / "b/model/bundle.json"
    path.parent.mkdir()
    path.write_text(json.dumps(bundle))
    assert pair(tmp_path).notes == ()
    path.write_text(json.dumps({**bundle, "threshold": 0.99}))
    assert [note.split(":")[0] for note in pair(tmp_path).notes] == ["b"]


def test_labels_may_be_named_in_another_order(tmp_path: Path) -> None:
    made_run(tmp_path / "a", [2])
    other = made_run(tmp_path / "b", [2])
    first, second = (load_run(name, "int8", tmp_path) for name in "ab")
    swap = np.array([0, 1, 3, 2, -1])
    rows = second.rows
    turned = replace(
        rows,
        labels=(*LABELS[:2], "no", "yes"),
        y=swap[rows.y],
        detected=swap[rows.detected],
        scores=rows.scores[:, [0, 1, 3, 2]],
    )
    (found,) = compare_runs([first, replace(second, rows=turned)])
    assert found.shares["accuracy"].paired.only_first == found.shares["tpr"].paired.only_second == (0,)
    assert other.name == "b"


def test_without_a_manifest_intervals_are_by_clip_and_that_is_said(tmp_path: Path) -> None:
    made_run(tmp_path / "a", SOME, manifest=False)
    made_run(tmp_path / "b", [])
    found = pair(tmp_path)
    assert found.shares["accuracy"].paired.speakers == 200 and "nobody knows who spoke" in found.notes[0]


def test_false_accepts_are_compared_as_rates(tmp_path: Path) -> None:
    made_run(tmp_path / "a", false_accepts=2)
    made_run(tmp_path / "b", false_accepts=9)
    (rate,) = pair(tmp_path).rates.values()
    assert rate.events == (2, 9) and rate.ratio == pytest.approx(4.5)
    assert rate.p == pytest.approx(2 * sum((1, 11, 55)) / 2**11)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"first": 900}, "no clip was tested in both runs"),
        ({"moved": 1}, "clips are labelled otherwise.*clip00000 and 199 more"),
        ({"labels": ("_silence_", "_unknown_", "yes", "stop")}, "runs have other labels.*no, stop"),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    made_run(tmp_path / "a")
    made_run(tmp_path / "b", **changes)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=told):
        pair(tmp_path)


def test_a_run_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    made_run(tmp_path / "a")
    with pytest.raises(DataError, match=r"run not found: 'b'\. runs with a report: a"):
        load_run("b", "int8", tmp_path)
    (tmp_path / "configs").mkdir()
    with pytest.raises(DataError, match=r"this is no run: .*no report/report\.json in it"):
        load_run(str(tmp_path / "configs"), "int8", tmp_path)
    with pytest.raises(DataError, match="engine device"):
        load_run("a", "device", tmp_path)
    assert load_run(str(tmp_path / "a"), "int8", tmp_path / "none").report["config"] == "a"


def test_runs_are_called_by_their_folder_where_that_tells_them_apart(tmp_path: Path) -> None:
    for place in ("x/a", "x/b", "y/a"):
        made_run(tmp_path / place)
    x_a, x_b, y_a = (str(tmp_path / place) for place in ("x/a", "x/b", "y/a"))
    assert [run.name for run in load_runs([x_a, x_b], "int8", tmp_path)] == ["a", "b"]
    assert [run.name for run in load_runs([x_a, y_a], "int8", tmp_path)] == [x_a, y_a]


def test_a_response_of_no_word_is_not_measured(tmp_path: Path) -> None:
    made_run(tmp_path / "a")
    run = load_run("a", "int8", tmp_path)
    assert run.figure("stream", "response_ms", "p95") == 300.0
    run.report["stream"]["response_ms"].update(detected=0, p95=0.0)
    assert run.figure("stream", "response_ms", "p95") is None


def test_the_verb_prints_a_table_one_document_and_writes_what_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made_run(tmp_path / "runs" / "a|b", SOME)
    made_run(tmp_path / "runs" / "<i>c", [])
    assert kws(["compare", "a|b", "<i>c", "--out", "page.html", "--markdown", "page.md"]) == 0
    shown = capsys.readouterr().out
    assert "accuracy" in shown and "<i>c is better than a|b by 4.0 points" in shown
    markdown = Path("page.md").read_text()
    assert "## &lt;i>c against a\\|b" in markdown and "| accuracy | 96.0 % | 100.0 % | +4.0 [" in markdown
    html = Path("page.html").read_text()
    assert "<i>c" not in html and html.count("<svg") >= 3 and 'class="says"' in html
    assert kws(["compare", "a|b", "<i>c", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["pairs"][0]["accuracy"]["verdict"] == "better"
    assert [one["name"] for one in document["runs"]] == ["a|b", "<i>c"]
