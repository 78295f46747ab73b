"""Edge Impulse exports as its tools write them: which label a file gets, and what is told of the others."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import tone
from made_layouts import acquisition

from kws_data.audio import write_wav
from kws_data.errors import DataError
from kws_data.sources.imports.items import Scan
from kws_data.sources.imports.layouts.edge_impulse import LAYOUT, scan

THREE = [
    {"startIndex": 0, "endIndex": 15_999, "label": "noise"},
    {"startIndex": 16_000, "endIndex": 31_999, "label": "yes"},
    {"startIndex": 32_000, "endIndex": 47_999, "label": "noise"},
]


def record(root: Path, *names: str, samples: int = 48_000) -> None:
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone(name, number, samples=samples), 16_000)


def entry(path: str, label: object, category: str = "training", **others: object) -> dict[str, object]:
    return {"path": path, "name": path, "category": category, "label": label, **others}


def one(word: object) -> dict[str, object]:
    return {"type": "label", "label": word}


def write_info(root: Path, *files: Mapping[str, Any], place: str = "info.labels") -> Path:
    (root / place).write_text(json.dumps({"version": 1, "files": files}))
    return root


def words(found: Scan) -> dict[str, str]:
    return {item.name: item.word for item in found.items}


def test_several_labels_are_indexes_of_values(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav")
    found = scan(write_info(tmp_path, entry("training/a.wav", {"type": "multi-label", "labels": THREE})))
    assert words(found) == {
        "training/a.wav#0.000-1.000": "noise",
        "training/a.wav#1.000-2.000": "yes",
        "training/a.wav#2.000-3.000": "noise",
    }
    item = found.items[1]
    assert np.array_equal(item.read(item.path), tone("training/a.wav", 0, samples=48_000)[16_000:32_000])


def test_labels_of_another_length_set_their_file_aside_and_no_other(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav", "training/b.wav")
    multi = {"type": "multi-label", "labels": THREE[:2]}
    found = scan(write_info(tmp_path, entry("training/a.wav", multi), entry("training/b.wav", one("no"))))
    assert words(found) == {"training/b.wav": "no"}
    [(place, reason)] = found.problems
    assert place == "training/a.wav" and "31,999" in reason and "48,000" in reason


def test_a_broken_recording_with_several_labels_is_told(tmp_path: Path) -> None:
    record(tmp_path, "training/b.wav")
    (tmp_path / "training" / "a.wav").write_bytes(b"RIFF")
    multi = {"type": "multi-label", "labels": THREE}
    found = scan(write_info(tmp_path, entry("training/a.wav", multi), entry("training/b.wav", one("no"))))
    assert words(found) == {"training/b.wav": "no"} and found.problems[0][0] == "training/a.wav"


def test_a_document_may_have_several_labels(tmp_path: Path) -> None:
    values = [int(value) for value in tone("no", 2, samples=16_000)]
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "a.json").write_text(json.dumps(acquisition(values)))
    halves = [
        {"startIndex": 0, "endIndex": 7_999, "label": "no"},
        {"startIndex": 8_000, "endIndex": 15_999, "label": "x"},
    ]
    found = scan(write_info(tmp_path, entry("training/a.json", {"type": "multi-label", "labels": halves})))
    assert words(found) == {"training/a.json#0.000-0.500": "no", "training/a.json#0.500-1.000": "x"}
    assert found.items[1].read(found.items[1].path).tolist() == values[8_000:]


@pytest.mark.parametrize(
    ("place", "file"),
    [("", "training/rec.1.wav"), ("", "rec.1.wav"), ("training/", "rec.1.wav"), ("testing/", "rec.1.wav")],
)
def test_structured_labels_of_uploads_are_read(place: str, file: str, tmp_path: Path) -> None:
    record(tmp_path, "training/rec.1.wav")
    (tmp_path / "testing").mkdir()
    document = {"version": 1, "type": "structured-labels", "structuredLabels": {file: THREE, "gone.wav": THREE}}
    (tmp_path / place / "structured_labels.labels").write_text(json.dumps(document))
    found = scan(tmp_path)
    assert list(words(found).values()) == ["noise", "yes", "noise"] and found.absent == ("gone.wav",)
    assert (found.notes, found.problems) == ((), ())


@pytest.mark.parametrize("text", ["{", '{"structuredLabels": 3}', "[]", '{"boundingBoxes": {}}'])
def test_structured_labels_that_cannot_be_read_are_told(text: str, tmp_path: Path) -> None:
    record(tmp_path, "training/yes.1.wav")
    (tmp_path / "training" / "structured_labels.labels").write_text(text)
    found = scan(tmp_path)
    assert found.problems[0][0] == "training/structured_labels.labels" and len(found.notes) == 1


def test_an_unlabelled_file_takes_its_structured_labels(tmp_path: Path) -> None:
    record(tmp_path, "training/rec.wav")
    write_info(tmp_path, entry("training/rec.wav", {"type": "unlabeled"}, metadata={"speaker": "Anna"}))
    (tmp_path / "structured_labels.labels").write_text(json.dumps({"structuredLabels": {"training/rec.wav": THREE}}))
    found = scan(tmp_path)
    assert [item.word for item in found.items] == ["noise", "yes", "noise"] and found.items[0].speaker == "Anna"


def test_tables_that_say_different_things_are_told(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav", "training/b.wav", "training/c.wav")
    write_info(
        tmp_path,
        entry("training/a.wav", one("yes")),
        entry("training/b.wav", one("yes")),
        entry("./training/b.wav", one("no")),
        entry("training\\a.wav", one("yes")),
    )
    (tmp_path / "structured_labels.labels").write_text(json.dumps({"structuredLabels": {"training/a.wav": THREE}}))
    (tmp_path / "training" / "bounding_boxes.labels").write_text("{}")
    found = scan(tmp_path)
    assert words(found) == {"training/a.wav": "yes", "training/c.wav": "c"}
    assert "a second time" in dict(found.problems)["info.labels files[3]"]
    assert "two different labels" in dict(found.problems)["training/b.wav"]
    unread, by_name, otherwise = found.notes
    assert "training/bounding_boxes.labels is not read" in unread and "training/a.wav" in otherwise
    assert by_name.startswith("1 files are not named") and "'c' of training/c.wav" in by_name


def ndjson(*lines: object) -> str:
    return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_labels_of_a_large_export_are_read_line_by_line(end: str, tmp_path: Path) -> None:
    record(tmp_path, "training/yes.a.wav", "training/yes.b.wav")
    items = [{"__key": "files", "__item": entry(f"training/yes.{name}.wav", one("Yes"))} for name in "ab"]
    text = ndjson({"__ndjson": True, "version": 1}, *items, "", '{"__key": "files", "__it').replace("\n", end)
    (tmp_path / "info.labels").write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = scan(tmp_path)
    assert words(found) == {"training/yes.a.wav": "Yes", "training/yes.b.wav": "Yes"}
    [(place, reason)] = found.problems
    assert place == "info.labels line 5" and "export it again" in reason and found.notes == ()


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1}\n{"b": 2}', '{"__ndjson": true}', '{"__ndjson": true, "files": 3}']
)
def test_labels_that_are_neither_are_one_error(text: str, tmp_path: Path) -> None:
    record(tmp_path, "training/yes.a.wav")
    (tmp_path / "info.labels").write_text(text)
    with pytest.raises(DataError) as caught:
        scan(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("label", "word", "reason"),
    [
        ({"type": "keyvalue-labels", "labels": {"word": "yes", "speaker": "b"}}, "yes", ""),
        ({"type": "keyvalue-labels", "labels": {"Keyword": " yes ", "mood": "glad"}}, "yes", ""),
        ({"type": "keyvalue-labels", "labels": {"said": "yes"}}, "yes", ""),
        ({"type": "keyvalue-labels", "labels": {"class": "yes", "mood": "glad"}}, "yes", ""),
        ({"type": "keyvalue-labels", "labels": {"speaker": "b"}}, "", "(speaker)"),
        ({"type": "keyvalue-labels", "labels": {"said": "yes", "mood": "glad"}}, "", "(said, mood)"),
        ({"type": "unlabeled"}, "", "not labelled"), ({}, "", "not labelled"), (None, "", "not labelled"),
        ("yes ", "yes", ""), ({"type": "label", "label": " Yes"}, "Yes", ""),
        ({"type": "multi-label", "labels": []}, "", "not labelled"), ({"type": "label", "label": 7}, "7", ""),
    ],
)  # fmt: skip
def test_kinds_of_labels(label: object, word: str, reason: str, tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav")
    found = scan(write_info(tmp_path, entry("training/a.wav", label, metadata=None)))
    assert words(found) == ({"training/a.wav": word} if word else {})
    assert bool(found.problems) == bool(reason) and all(reason in said for _, said in found.problems)


def test_the_other_keys_of_a_label_are_metadata(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav")
    label = {"type": "keyvalue-labels", "labels": {"word": "yes", "speaker": "b", "gender": "f"}}
    [item] = scan(write_info(tmp_path, entry("training/a.wav", label, metadata={"speaker": "Anna"}))).items
    assert (item.speaker, item.attributes["gender"]) == ("Anna", "female")


@pytest.mark.parametrize(
    "path",
    [
        "training/ümlaut yes (1)",
        "training\\ümlaut yes (1).wav", "./training/ümlaut yes (1).wav", "C:\\data\\training\\ümlaut yes (1).wav",
        "/home/ann/export/training/ümlaut yes (1).wav", "Training/Ümlaut Yes (1).WAV", "ümlaut yes (1).wav",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("disk", ["NFC", "NFD"])
def test_paths_are_found_however_they_are_written(path: str, form: Any, disk: Any, tmp_path: Path) -> None:
    there = unicodedata.normalize(disk, "training/ümlaut yes (1).wav")
    record(tmp_path, there)
    found = scan(write_info(tmp_path, entry(unicodedata.normalize(form, path), one("yes"))))
    assert words(found) == {there: "yes"} and (found.notes, found.absent) == ((), ())
    assert found.items[0].path.is_file()


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ("a.1.wav", "a.1.wav.2abc.wav"), ("a.1.wav", "a.1.wav.1dpgg1sk.ingestion-7d7dbb8c47-fs9bp.wav"),
        ("a.1.wav", "a.1.1dpgg1sk.ingestion-7d7dbb8c47-fs9bp.wav"), ("A.1.wav", "a.1.221bfoko.s3.wav"),
        ("a.1.wav.2abc.wav", "a.1.wav"), ("a.3.json", "a.3.json.1q53q69i.s3.wav"),
        ("u\u0308.wav", "\u00fc.1dpgg1sk.wav"),
    ],
)  # fmt: skip
def test_a_name_that_the_ingestion_changed_is_found(listed: str, there: str, tmp_path: Path) -> None:
    record(tmp_path, f"training/{there}")
    for path in (f"training/{listed}", f"training\\{listed}", listed):
        found = scan(write_info(tmp_path, entry(path, one("right"))))
        assert words(found) == {f"training/{there}": "right"} and (found.notes, found.absent) == ((), ())


def test_structured_labels_find_a_name_that_the_ingestion_changed(tmp_path: Path) -> None:
    record(tmp_path, "training/rec.1.wav.2abc.wav", "testing/rec.2.wav.2abc.wav")
    for place, name in (("training", "rec.1.wav"), (".", "rec.2.wav")):
        (tmp_path / place / "structured_labels.labels").write_text(json.dumps({"structuredLabels": {name: THREE}}))
    assert len(scan(tmp_path).items) == 6 and scan(tmp_path).notes == ()


def test_a_changed_name_is_taken_only_where_it_can_be_no_other(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav.2abc.wav", "training/a.wav.2abd.wav", "training/b.1dpgg1sk.wav")
    record(tmp_path, "training/c.1dpgg1sk.wav", "training/c.wav", "testing/d.1dpgg1sk.wav")
    names = ("a.wav", "b.wav", "b.1dpgg1sk.wav", "c.wav", "d.wav")
    found = scan(write_info(tmp_path, *(entry(f"training/{name}", one(name)) for name in names)))
    assert words(found) == {
        "training/a.wav.2abc.wav": "a", "training/a.wav.2abd.wav": "a", "training/b.1dpgg1sk.wav": "b.1dpgg1sk.wav",
        "training/c.1dpgg1sk.wav": "c", "training/c.wav": "c.wav", "testing/d.1dpgg1sk.wav": "d",
    }  # fmt: skip
    assert found.absent == ("training/a.wav", "training/b.wav", "training/d.wav")


def test_a_name_without_a_label_makes_no_clip(tmp_path: Path) -> None:
    record(tmp_path, "training/ .wav", "training/yes.1.wav")
    found = scan(tmp_path)
    assert words(found) == {"training/yes.1.wav": "yes"} and "'yes'" in found.notes[0]
    assert found.problems == (("training/ .wav", "its name says no label: rename it <label>.<id>.wav"),)


def test_folders_of_splits_count_whatever_their_case(tmp_path: Path) -> None:
    record(tmp_path, "Testing/yes.1.wav", "TRAINING/yes.2.wav")
    found = scan(write_info(tmp_path, entry("Testing/yes.1.wav", one("yes"), "")))
    splits = [(item.name, item.given_split) for item in found.items]
    assert splits == [("TRAINING/yes.2.wav", "training"), ("Testing/yes.1.wav", "testing")]


def test_a_path_out_of_the_folder_is_told(tmp_path: Path) -> None:
    record(tmp_path, "secret.wav", "in/training/a.wav")
    files = [entry("../secret.wav", one("yes"), "../.."), entry("training/a.wav", one("no")), entry("", one("no"))]
    found = scan(write_info(tmp_path / "in", *files))
    assert words(found) == {"training/a.wav": "no"}
    assert [place for place, _ in found.problems] == ["info.labels files[0]", "info.labels files[2]"]


def test_samples_that_are_no_audio_and_audio_outside_are_counted(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav", "loose.wav", "other/b.wav")
    for name in (
        "training/x.csv",
        "training/y.CSV",
        "testing/z.parquet",
        "testing/p.png",
        "training/noext",
        "README.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    found = scan(write_info(tmp_path, entry("training/a.wav", one("yes")), entry("training/x.csv", one("yes"))))
    assert words(found) == {"training/a.wav": "yes"} and found.problems == ()
    left_out, outside = found.notes
    assert "(2 of .csv, 1 of .parquet, 1 of .png, 1 of no suffix)" in left_out
    assert outside.startswith("2 audio files") and "loose.wav" in outside


def test_categories_that_are_no_split_are_told(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav", "training/b.wav", "training/c.wav")
    categories = {"a": "split", "b": "post-processing", "c": "testing"}
    found = scan(write_info(tmp_path, *(entry(f"training/{n}.wav", one("yes"), c) for n, c in categories.items())))
    assert [item.given_split for item in found.items] == ["", "", "testing"]
    assert [note.split(":")[0] for note in found.notes] == [
        "1 files are of the category post-processing",
        "1 files are of the category split",
    ]


def test_an_export_of_nothing_but_problems_says_the_first(tmp_path: Path) -> None:
    record(tmp_path, "training/a.wav")
    write_info(tmp_path, entry("training/a.wav", {"type": "unlabeled"}))
    with pytest.raises(DataError, match="not labelled: label it"):
        LAYOUT.find(tmp_path)
