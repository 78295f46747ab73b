"""Exports of Label Studio as they lie in folders: which file a task means, who decides, and what is told."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import tone

from kws_data.audio import read_audio, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.items import Scan
from kws_data.sources.imports.layouts.label_studio import LAYOUT


def task(number: object, audio: object, *words: str, **more: Any) -> dict[str, Any]:
    """A task whose whole recording got a word from each annotator."""
    said = [{"result": [{"type": "choices", "from_name": "choice", "value": {"choices": [word]}}]} for word in words]
    return {"id": number, "data": {"audio": audio}, "annotations": said, **more}


def region(word: str, start: object, end: object, name: str = "r", kind: str = "labels") -> dict[str, Any]:
    return {"id": name, "type": kind, "from_name": kind, "value": {"start": start, "end": end, kind: [word]}}


def folder(root: Path, *names: str, **exports: list[Any]) -> Path:
    """A folder with recordings of two seconds, each of its own sound, and exports."""
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone("yes", number, samples=32_000), 16_000)
    for name, rows in exports.items():
        (root / f"{name}.json").write_text(json.dumps(rows))
    return root


def words(scan: Scan) -> dict[str, str]:
    return {item.name: item.word for item in scan.items}


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("audio/a.wav", "audio/a.wav"),
        ("audio/a.wav", "a.wav"),
        ("audio/a.wav", "audio\\a.wav"),
        ("audio/a.wav", "C:\\project\\audio\\a.wav"),
        ("audio/a.wav", "../audio/a.wav"),
        ("audio/a.wav", "/data/upload/2/1a2b3c4d-a.wav"),
        ("1a2b3c4d-a.wav", "/data/upload/2/1a2b3c4d-a.wav"),
        ("my file (1).wav", "/data/upload/2/1a2b3c4d-my_file_1.wav"),
        ("audio/a.wav", "/data/local-files/?d=project/audio/a.wav"),
        ("audio/a b.wav", "/data/local-files/?d=audio%2Fa%20b.wav"),
        ("audio/a+b.wav", "/data/local-files/?d=audio/a+b.wav"),
        ("audio/a.wav", "s3://bucket/deep/audio/a.wav"),
        ("audio/a#1.wav", "s3://bucket/audio/a#1.wav"),
        ("audio/a.wav", "https://host/audio/a.wav?X-Amz-Signature=1f.mp3"),
        ("100%25.wav", "100%25.wav"),
        ("what?.wav", "what?.wav"),
        (unicodedata.normalize("NFD", "ja/über.wav"), unicodedata.normalize("NFC", "ja/über.wav")),
        (unicodedata.normalize("NFC", "ja/über.wav"), unicodedata.normalize("NFD", "s3://b/über.wav")),
        ("audio/ü.wav", "audio/%C3%BC.wav"),
    ],
)
def test_addresses_mean_files(name: str, address: str, tmp_path: Path) -> None:
    scan = LAYOUT.find(folder(tmp_path, name, "other/b.wav", export=[task(1, address, "yes")]))
    assert words(scan) == {name: "yes"} and not scan.problems and not scan.absent


def test_the_path_decides_between_files_of_one_name(tmp_path: Path) -> None:
    rows = [task(1, "x/a.wav", "yes"), task(2, "/data/local-files/?d=project/y/a.wav", "no")]
    assert words(LAYOUT.find(folder(tmp_path, "x/a.wav", "y/a.wav", export=rows))) == {
        "x/a.wav": "yes",
        "y/a.wav": "no",
    }


def test_two_files_of_a_name_are_not_guessed_between(tmp_path: Path) -> None:
    rows = [task(1, "/data/upload/1/1a2b3c4d-a.wav", "yes"), task(2, "b.wav", "no")]
    scan = LAYOUT.find(folder(tmp_path, "x/a.wav", "y/a.wav", "b.wav", export=rows))
    assert words(scan) == {"b.wav": "no"}
    assert scan.problems[0][0] == "export.json task 1" and "x/a.wav and y/a.wav" in scan.problems[0][1]


def test_two_tasks_never_take_one_file_for_its_name(tmp_path: Path) -> None:
    uploads = [task(1, "/data/upload/1/1a2b3c4d-a.wav", "yes"), task(2, "/data/upload/1/9f8e7d6c-a.wav", "no")]
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", "b.wav", export=[*uploads, task(3, "b.wav", "no")]))
    assert words(scan) == {"b.wav": "no"}
    assert {place for place, _ in scan.problems} == {"export.json task 1", "export.json task 2"}
    assert all("two tasks would take one file" in reason for _, reason in scan.problems)
    sure = LAYOUT.scan(folder(tmp_path, export=[task(1, "a.wav", "yes"), task(2, "gone/a.wav", "no")]))
    assert words(sure) == {"a.wav": "yes"} and sure.problems[0][0] == "export.json task 2"


def test_only_the_mark_of_an_upload_is_taken_off(tmp_path: Path) -> None:
    scan = LAYOUT.scan(folder(tmp_path, "1.wav", export=[task(1, "yes-1.wav", "yes")]))
    assert not scan.items and scan.absent == ("yes-1.wav",)


@pytest.mark.parametrize(
    "name", ["\ud800.wav", "x" * 400 + ".wav", "a\0.wav", "..", "/", "?d=", "data:audio/wav;base64,AAAA"]
)
def test_addresses_of_no_file_are_told(name: str, tmp_path: Path) -> None:
    scan = LAYOUT.scan(folder(tmp_path, "b.wav", export=[task(1, name, "yes"), task(2, "b.wav", "no")]))
    assert words(scan) == {"b.wav": "no"} and len(scan.problems) + len(scan.absent) == 1
    assert all(one.encode() for one in scan.absent), "text that a database takes"


@pytest.mark.parametrize(
    "data",
    [{"sound": "a.wav"}, {"wav": "a.wav", "page": "x.html"}, {"url": "x.html", "path": "a.wav"}, {"Audio": "a.wav"},
     {"clip": "a.wav", "same": "a.wav"}, {"audio": "a.wav", "original": "b.wav"}],
)  # fmt: skip
def test_the_audio_may_have_another_key(data: dict[str, str], tmp_path: Path) -> None:
    rows = [task(1, "", "yes") | {"data": data}]
    assert words(LAYOUT.find(folder(tmp_path, "a.wav", "b.wav", export=rows))) == {"a.wav": "yes"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"left": "a.wav", "right": "b.wav"}, "several data keys name audio, left, right"),
        ({"audio": ["a.wav", "b.wav"], "text": "x"}, "its data keys are audio, text"),
        ({"audio": "data:audio/wav;base64," + "A" * 20_000}, "inside of the export"),
    ],
)
def test_keys_that_are_not_clear_are_named(data: dict[str, Any], told: str, tmp_path: Path) -> None:
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", "b.wav", export=[task(1, "", "yes") | {"data": data}]))
    assert not scan.items and told in dict(scan.problems)["export.json task 1"]


def test_of_tasks_about_one_file_none_wins_unsaid(tmp_path: Path) -> None:
    one, other = [task(1, "a.wav", "yes"), task(3, "b.wav", "no")], [task(1, "a.wav", "no")]
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", "b.wav", one=one, two=other))
    assert words(scan) == {"b.wav": "no"}
    assert "two.json task 1 is the other" in dict(scan.problems)["one.json task 1"]
    assert "one.json task 1 is the other" in dict(scan.problems)["two.json task 1"]


def test_tasks_beside_their_export_give_way_to_it(tmp_path: Path) -> None:
    """Those that were imported into Label Studio have predictions only, and lie where the export is put."""
    guess = {"predictions": [{"result": [{"type": "choices", "value": {"choices": ["no"]}}]}]}
    tasks = [task(1, "a.wav", **guess), task(2, "b.wav", **guess)]
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", "b.wav", export=[task(1, "a.wav", "yes")], tasks=tasks))
    assert words(scan) == {"a.wav": "yes"}
    assert [place for place, _ in scan.problems] == ["tasks.json task 2"]
    assert "only predictions" in scan.problems[0][1]


def test_annotators_who_disagree_are_not_outvoted_by_tasks_that_nobody_labelled(tmp_path: Path) -> None:
    rows = {"atasks": [task(1, "a.wav")], "export": [task(1, "a.wav", "no", "yes")]}
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", **rows))
    assert dict(scan.problems) == {"export.json task 1": "annotators disagree: no / yes"}


def test_parts_of_a_long_recording_may_be_tasks_of_their_own(tmp_path: Path) -> None:
    rows = [
        task(n, "a.wav") | {"annotations": [{"result": [region(word, n, n + 0.5)]}]}
        for n, word in enumerate(("yes", "no"))
    ]
    scan = LAYOUT.find(folder(tmp_path, "a.wav", export=rows))
    assert words(scan) == {"a.wav#0.000-0.500 yes": "yes", "a.wav#1.000-1.500 no": "no"} and not scan.problems
    rows[1]["annotations"][0]["result"][0]["value"]["start"] = 0.2
    assert not LAYOUT.scan(folder(tmp_path, export=rows)).items


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"annotations": [{"was_cancelled": True, "result": [region("yes", 0, 1)]}]}, "skipped by its annotator"),
        ({"drafts": [{"result": [region("yes", 0, 1)]}]}, "only a draft"),
        ({"predictions": [{"result": [region("yes", 0, 1)]}]}, "only predictions"),
        ({}, "not labelled"),
        ({"annotations": [{"result": []}]}, "not labelled"),
    ],
)
def test_tasks_that_nobody_labelled_say_why(more: dict[str, Any], told: str, tmp_path: Path) -> None:
    scan = LAYOUT.scan(folder(tmp_path, "a.wav", export=[task(1, "a.wav") | more]))
    assert not scan.items and told in dict(scan.problems)["export.json task 1"]


def test_the_ground_truth_decides(tmp_path: Path) -> None:
    row = task(1, "a.wav", "no", "no", "yes")
    assert words(LAYOUT.find(folder(tmp_path, "a.wav", export=[row]))) == {"a.wav": "no"}
    row["annotations"][2]["ground_truth"] = True
    assert words(LAYOUT.find(folder(tmp_path, "a.wav", export=[row]))) == {"a.wav": "yes"}


def test_a_region_that_cannot_be_used_is_told_and_the_others_stay(tmp_path: Path) -> None:
    results = [region("yes", 0.1, 0.9, "a"), region("no", 1.9, 1.0, "b"), region("no", 1.0, None, "c")]
    row = task(7, "a.wav") | {"annotations": [{"result": results}]}
    scan = LAYOUT.find(folder(tmp_path, "a.wav", export=[row]))
    assert words(scan) == {"a.wav#0.100-0.900 yes": "yes"}
    assert {place for place, _ in scan.problems} == {"export.json task 7 region b", "export.json task 7 region c"}


def test_reasons_are_one_line_whatever_annotators_write(tmp_path: Path) -> None:
    row = task("1\n2", "a.wav", "yes\nplease", "no " * 1_000)
    ((place, reason),) = LAYOUT.scan(folder(tmp_path, "a.wav", export=[row])).problems
    assert place == "export.json task 1 2" and len(reason) <= 1_000
    assert reason.startswith("annotators disagree: yes please / no no")


def test_template_of_regions_gives_each_keyword_its_samples(catalog: Catalog, tmp_path: Path) -> None:
    results = [
        region(what, start, start + 0.7, name, kind)
        for start, name, word in ((0.2, "a", "yes"), (1.1, "b", "no"))
        for what, kind in (("Speech", "labels"), (word, "choices"), (f"{word}, I said", "text"))
    ]
    row = task(1, "a.wav") | {"annotations": [{"result": results}]}
    report = import_layout(catalog, "label-studio", folder(tmp_path, "a.wav", export=[row]))
    clips = {clip.word: clip for clip in catalog.clips()}
    assert report.counts.added == 2 and clips.keys() == {"yes", "no"} and not report.set_aside
    assert clips["no"].attributes["transcript"] == "no, I said"
    audio = read_audio(tmp_path / "a.wav")[round(1.1 * 16_000) : round(1.8 * 16_000)]
    np.testing.assert_array_equal(catalog.load(clips["no"]), audio)


def test_times_beyond_a_file_of_unknown_length_are_set_aside(catalog: Catalog, tmp_path: Path) -> None:
    results = [region("yes", 0.1, 0.9, "a"), region("no", 200, 1100, "b"), region("no", 1.2, 2.5, "c")]
    row = task(1, "a.wav") | {"annotations": [{"result": results}]}
    report = import_layout(catalog, "label-studio", folder(tmp_path, "a.wav", export=[row]))
    told = dict(report.set_aside)
    assert report.counts.added == 1 and len(told) == 2
    assert "milliseconds" in told["a.wav#200.000-1100.000 no"]
    assert "beyond the end of the recording: 1.2 to 2.5 of 2 s" in told["a.wav#1.200-2.500 no"]


def test_rows_of_the_small_form_are_annotations_of_one_task(tmp_path: Path) -> None:
    rows = [{"id": 1, "audio": "a.wav", "choice": word, "annotator": n} for n, word in enumerate(("no", "yes", "no"))]
    rows += [{"id": 2, "audio": "b.wav", "choice": word, "annotator": n} for n, word in enumerate(("no", "yes"))]
    scan = LAYOUT.find(folder(tmp_path, "a.wav", "b.wav", export=rows))
    assert words(scan) == {"a.wav": "no"} and scan.items[0].attributes["annotators"] == 3
    assert dict(scan.problems) == {"export.json task 2": "annotators disagree: no / yes"}


@pytest.mark.parametrize(
    "row",
    [
        {"label": [{"start": 0, "end": 1, "labels": ["Speech"]}], "word": [{"start": 0, "end": 1, "choices": ["yes"]}]},
        {
            "label": {"start": 0, "end": 1, "labels": ["Speech"]},
            "transcription": {"start": 0, "end": 1, "text": ["yes"]},
        },
    ],
)
def test_regions_of_the_small_form_are_joined_by_their_times(row: dict[str, Any], tmp_path: Path) -> None:
    scan = LAYOUT.find(folder(tmp_path, "a.wav", export=[{"id": 1, "audio": "a.wav", **row}]))
    assert words(scan) == {"a.wav#0.000-1.000 yes": "yes"}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"word": "yes", "quality": "good"}, "yes"),
        ({"choice": "yes", "transcription": "yes, please"}, "yes"),
        ({"label": "stop", "word": "go"}, "stop"),
        ({"transcription": "yes"}, "yes"),
        ({"choice": {"choices": ["yes"]}}, "yes"),
    ],
)
def test_columns_of_the_small_form(row: dict[str, Any], word: str, tmp_path: Path) -> None:
    scan = LAYOUT.find(folder(tmp_path, "a.wav", export=[{"id": 1, "audio": "a.wav", **row}]))
    assert words(scan) == {"a.wav": word}


def test_files_of_a_target_storage_are_annotations_of_one_task(tmp_path: Path) -> None:
    inner = {"id": 5, "data": {"audio": "a.wav"}}
    for number, word in enumerate(("no", "yes", "no")):
        (said,) = task(5, "", word)["annotations"]
        (tmp_path / f"{number}.json").write_text(json.dumps({"id": number, **said, "task": inner}))
    scan = LAYOUT.find(folder(tmp_path, "a.wav"))
    assert words(scan) == {"a.wav": "no"} and not scan.problems


def test_more_exports_than_a_few_hundred_are_all_read(tmp_path: Path) -> None:
    exports = {f"export{number:03}": [task(number, f"{number}.wav", "yes")] for number in range(203)}
    assert len(LAYOUT.scan(folder(tmp_path, **exports)).absent) == 203


def test_json_of_something_else_is_named(tmp_path: Path) -> None:
    root = folder(tmp_path, "a.wav", export=[task(1, "a.wav", "yes")])
    (root / "package.json").write_text('{"name": "x"}')
    scan = LAYOUT.find(root)
    assert words(scan) == {"a.wav": "yes"} and scan.notes == (
        "package.json has no tasks of Label Studio and was not read",
    )


def test_a_table_that_is_called_json_is_answered_with_json(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text("id,audio,choice\n1,a.wav,yes\n")
    with pytest.raises(DataError, match="choose Export, JSON"):
        LAYOUT.find(tmp_path)


@pytest.mark.parametrize("name", ["project-1.csv", "project-1.tsv", "manifest.jsonl", "project.zip"])
def test_another_form_of_export_is_answered_with_json(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("id,audio,choice,annotator\n1,a.wav,yes,1\n")
    for place in (tmp_path, tmp_path / name):
        with pytest.raises(DataError, match="choose Export, JSON") as caught:
            LAYOUT.find(place)
        assert name in str(caught.value) and "\n" not in str(caught.value)
