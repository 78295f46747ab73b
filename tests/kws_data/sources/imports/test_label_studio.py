"""Exports of Label Studio in their forms: which clips come of them, and what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import tone
from made_layouts import annotation

from kws_data.audio import write_wav
from kws_data.errors import DataError
from kws_data.sources.imports.items import Scan
from kws_data.sources.imports.layouts.label_studio import LAYOUT, scan

SECONDS = 3


def make(root: Path, *tasks: object, audio: tuple[str, ...] = ("audio/a.wav",), name: str = "export.json") -> Path:
    """An export beside recordings of three seconds."""
    for number, file in enumerate(audio):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        write_wav(root / file, tone(file, number, samples=SECONDS * 16_000), 16_000)
    (root / name).write_text(json.dumps(tasks))
    return root


def task(*annotations: object, audio: str = "audio/a.wav", **more: object) -> dict[str, object]:
    return {"id": 1, "data": {"audio": audio, "speaker": "Anna"}, "annotations": annotations, **more}


def region(key: str, kind: str, word: str, start: float, end: float, **more: object) -> dict[str, Any]:
    field = {"textarea": "text"}.get(kind, kind)
    return {"id": key, "from_name": kind, "type": kind, "value": {"start": start, "end": end, field: [word]}, **more}


def words(found: Scan) -> dict[str, str]:
    return {item.name: item.word for item in found.items}


def test_the_region_template_gives_one_clip_a_region(tmp_path: Path) -> None:
    """Label and choice come as two results with one id: taken apart, both clips are copies under two words."""
    results = []
    for key, word, start in (("r0", "yes", 0.2), ("r1", "no", 1.2)):
        for kind, said in (("labels", "Speech"), ("choices", word)):
            results.append(region(key, kind, said, start, start + 0.9, original_length=3.0))
    found = scan(make(tmp_path, task({"id": 1, "was_cancelled": False, "result": results})))
    assert words(found) == {"audio/a.wav#0.200-1.100 yes": "yes", "audio/a.wav#1.200-2.100 no": "no"}
    assert (found.problems, found.notes) == ((), ())
    samples = found.items[0].read(found.items[0].path)
    assert np.array_equal(samples, tone("audio/a.wav", 0, samples=48_000)[3_200:17_600])


def test_the_transcript_of_a_region_is_its_word_and_an_attribute(tmp_path: Path) -> None:
    results = [region("a", "labels", "Speech", 0.2, 1.1), region("a", "textarea", "Yes, please!", 0.2, 1.1)]
    [item] = scan(make(tmp_path, task({"result": results}))).items
    assert (item.word, item.attributes["transcript"]) == ("yes_please", "Yes, please!")


def test_bad_regions_are_told_each_with_its_task(tmp_path: Path) -> None:
    bad = [region("a", "labels", "yes", 200, 900), region("b", "labels", "yes", 1.0, 0.5)]
    good = region("c", "labels", "yes", 0.2, 0.9)
    found = scan(make(tmp_path, task({"result": [*bad, good]})))
    assert list(words(found)) == ["audio/a.wav#0.200-0.900 yes"]
    assert [place for place, _ in found.problems] == [
        "export.json task 1 region a (200 to 900)",
        "export.json task 1 region b (1.0 to 0.5)",
    ]
    assert "milliseconds" in found.problems[0][1]
    only = scan(make(tmp_path, task({"result": bad})))
    assert only.items == [] and len(only.problems) == 2, "that it is not labelled besides would be wrong"


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"annotations": [annotation("yes", cancelled=True)]}, "was skipped by everybody"),
        ({"predictions": [{"result": [region("a", "labels", "yes", 0.1, 0.9)]}]}, "only predictions"),
        ({"annotations": [], "drafts": [{"result": [region("a", "labels", "yes", 0.1, 0.9)]}]}, "only a draft"),
        ({"annotations": []}, "not labelled"), ({"annotations": [{"result": []}]}, "not labelled"),
        ({"annotations": [7]}, "not labelled"),
        ({"annotations": [{"result": [{"id": "a", "type": "rating", "value": {"rating": 3}}]}]}, "not labelled"),
    ],
)  # fmt: skip
def test_tasks_without_an_answer_say_why(more: dict[str, object], part: str, tmp_path: Path) -> None:
    found = scan(make(tmp_path, {**task(), **more}))
    assert found.items == [] and part in dict(found.problems)["export.json task 1"]
    assert "export it again" in found.problems[0][1]


def test_ground_truth_counts_before_the_majority(tmp_path: Path) -> None:
    truth = {"ground_truth": True, "result": [region("a", "labels", "no", 0.1, 0.9)]}
    others = [{"result": [region("a", "labels", "yes", 0.1, 0.9)]}] * 2
    assert list(words(scan(make(tmp_path, task(*others, truth)))).values()) == ["no"]


def test_two_tasks_of_one_recording(tmp_path: Path) -> None:
    audio = ("a.wav", "b.wav", "c.wav")
    tasks = [
        {"id": 1, "data": {"audio": "a.wav"}, "annotations": [annotation("yes")]},
        {"id": 2, "data": {"audio": "./a.wav"}, "annotations": [annotation("yes")]},
        {"id": 3, "data": {"audio": "b.wav"}, "annotations": [annotation("yes")]},
        {"id": 4, "data": {"audio": "b.wav"}, "annotations": [annotation("no")]},
        {"id": 5, "data": {"audio": "c.wav"}, "annotations": [annotation(stretches=((0.1, 0.9, "yes"),))]},
        {"id": 6, "data": {"audio": "c.wav"}, "annotations": [annotation(stretches=((1.1, 1.9, "no"),))]},
        {"id": 7, "data": {"audio": "c.wav"}, "annotations": []},
    ]
    found = scan(make(tmp_path, *tasks, audio=audio))
    assert words(found) == {"a.wav": "yes", "c.wav#0.100-0.900 yes": "yes", "c.wav#1.100-1.900 no": "no"}
    [(place, reason)] = found.problems
    assert place == "export.json task 3" and "yes here and no in export.json task 4" in reason
    assert len(found.notes) == 1 and found.notes[0].startswith(
        "1 recordings or stretches are in several tasks, such as a"
    )


def test_two_regions_of_one_stretch_with_two_words_are_no_copies(tmp_path: Path) -> None:
    found = scan(make(tmp_path, task(annotation(stretches=((0.1, 0.9, "yes"), (0.1, 0.9, "no"), (1.0, 1.9, "no"))))))
    assert list(words(found)) == ["audio/a.wav#1.000-1.900 no"]
    assert "(0.1 to 0.9 s) is no here and yes in another region" in found.problems[0][1]


def test_uploads_that_share_a_name_are_told(tmp_path: Path) -> None:
    uploads = [
        task(annotation(w), audio=f"/data/upload/1/{h}-a.wav", id=h) for w, h in (("yes", "1" * 8), ("no", "2" * 8))
    ]
    found = scan(make(tmp_path, *uploads, audio=("a.wav",)))
    assert found.items == [] and [place for place, _ in found.problems] == [
        "export.json task 11111111",
        "export.json task 22222222",
    ]
    both = scan(make(tmp_path / "both", *uploads, audio=("x/11111111-a.wav", "x/22222222-a.wav")))
    assert words(both) == {"x/11111111-a.wav": "yes", "x/22222222-a.wav": "no"}


def test_a_recording_of_another_length_is_told(tmp_path: Path) -> None:
    results = [region("a", "labels", "yes", 0.2, 1.1, original_length=5.0)]
    found = scan(make(tmp_path, task({"result": results})))
    assert len(found.items) == 1 and "5.000 s there, 3.000 s here" in found.notes[0]


def test_annotators_of_the_small_form_decide_together(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "audio": "audio/a.wav", "choice": word, "annotator": n} for n, word in enumerate(["yes", "no", "yes"])
    ]
    [item] = scan(make(tmp_path, *rows)).items
    assert (item.word, item.attributes["annotators"], item.attributes["annotators_agreeing"]) == ("yes", 3, 2)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"choice": "yes"}, {"audio/a.wav": "yes"}), ({"choice": {"choices": ["yes"]}}, {"audio/a.wav": "yes"}),
        ({"word": "yes", "annotator": 1}, {"audio/a.wav": "yes"}),
        ({"word": "data", "label": "yes"}, {"audio/a.wav": "yes"}),
        ({"transcription": "Hey, Jarvis", "lead_time": 2}, {"audio/a.wav": "hey_jarvis"}),
        ({"label": [{"start": 0.2, "end": 1.0, "labels": ["Speech"]}], "transcription": ["yes"], "annotator": 1},
         {"audio/a.wav#0.200-1.000 yes": "yes"}),
    ],
)  # fmt: skip
def test_rows_of_the_small_form(row: dict[str, object], expected: dict[str, str], tmp_path: Path) -> None:
    found = scan(make(tmp_path, {"id": 1, "audio": "audio/a.wav", **row}))
    assert words(found) == expected and found.problems == ()


def test_the_small_form_does_not_say_which_text_is_whose(tmp_path: Path) -> None:
    regions = [{"start": start, "end": start + 0.8, "labels": ["Speech"]} for start in (0.1, 1.1)]
    row = {"id": 1, "audio": "audio/a.wav", "label": regions, "transcription": ["yes", "no"], "annotator": 1}
    found = scan(make(tmp_path, row))
    assert found.items == [] and len(found.problems) == 2 and "JSON-MIN" in found.problems[0][1]


def test_a_word_in_the_data_of_an_unlabelled_row_is_no_answer(tmp_path: Path) -> None:
    found = scan(make(tmp_path, {"id": 1, "audio": "audio/a.wav", "word": "cat"}))
    assert found.items == [] and "not labelled" in found.problems[0][1]


def test_files_of_a_storage_hold_one_annotation_each(tmp_path: Path) -> None:
    data = {"id": 3, "data": {"audio": "audio/a.wav", "speaker": "Anna"}}
    make(tmp_path)
    (tmp_path / "17.json").write_text(json.dumps({"id": 17, "task": data, **annotation("yes")}))  # type: ignore[dict-item]
    (tmp_path / "export.json").unlink()
    [item] = scan(tmp_path).items
    assert (item.word, item.speaker) == ("yes", "Anna")


@pytest.mark.parametrize("alone", [True, False])
def test_a_table_is_one_line_that_says_how_to_export(alone: bool, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("audio,choice\naudio/a.wav,yes\n")
    with pytest.raises(DataError, match="export from Label Studio as JSON") as caught:
        LAYOUT.find(tmp_path / "export.csv" if alone else tmp_path)
    assert "export.csv" in str(caught.value) and "\n" not in str(caught.value)


def test_more_files_than_two_hundred_are_all_read(tmp_path: Path) -> None:
    for number in range(230):
        row = {"id": number, "audio": f"{number}.wav", "choice": "yes"}
        (tmp_path / f"{number}.json").write_text(json.dumps([row]))
    assert len(scan(tmp_path).absent) == 230
