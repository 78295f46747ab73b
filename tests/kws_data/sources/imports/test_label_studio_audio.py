"""Which file a task of Label Studio means, and when nobody can know."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from kws_data.sources.imports.files_below import FilesBelow
from kws_data.sources.imports.layouts.label_studio_audio import Named, audio_named, find_audio


def files(root: Path, *names: str) -> FilesBelow:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return FilesBelow(root)


@pytest.mark.parametrize(
    ("data", "upload", "named"),
    [
        ({"audio": "a.wav", "sound": "b.wav"}, "", "a.wav"), ({"sound": "x/a.WAV", "n": 3}, "", "x/a.WAV"),
        ({"audio_file": " a.mp3 "}, "", "a.mp3"), ({"path": "C:\\x\\a.flac"}, "", "C:\\x\\a.flac"),
        ({"url": "https://host/page", "wav": "s3://bucket/a.wav?sig=1"}, "", "s3://bucket/a.wav?sig=1"),
        ({"audio": ["a.wav"]}, "", "a.wav"), ({"audio": "recording 7"}, "", "recording 7"),
        ({}, "9f3c-a.wav", "9f3c-a.wav"),
        ({"left": "a.wav", "again": "a.wav"}, "", "a.wav"),
        ({"x": "/data/local-files/?d=a.wav"}, "", "/data/local-files/?d=a.wav"),
    ],
)  # fmt: skip
def test_the_field_with_the_recording(data: dict[str, object], upload: str, named: str) -> None:
    assert audio_named(data, upload) == (named, "")


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ({"left": "a.wav", "right": "b.wav"}, "several recordings (left, right)"),
        ({"image": "a.png"}, "fields are image"),
        ({}, "fields are nothing"), ({"audio": None, "text": "hello"}, "fields are audio, text"),
    ],
)  # fmt: skip
def test_fields_without_one_recording_are_named(data: dict[str, object], part: str) -> None:
    named, reason = audio_named(data)
    assert named == "" and part in reason and "call the field" in reason


@pytest.mark.parametrize(
    "named",
    [
        "audio/ü 1.wav", "/data/local-files/?d=audio/%C3%BC%201.wav", "/data/upload/3/9f3c1a2b-ü 1.wav", "ü 1.wav",
        "http://localhost:8080/data/upload/9f3c1a2b-%C3%BC%201.wav", "C:\\rec\\audio\\ü 1.wav", "audio\\ü 1.wav",
        "gs://bucket/other/ü 1.wav", "Audio/Ü 1.WAV", unicodedata.normalize("NFD", "audio/ü 1.wav"),
    ],
)  # fmt: skip
def test_a_file_is_found_however_it_is_named(named: str, tmp_path: Path) -> None:
    assert find_audio(files(tmp_path, "audio/ü 1.wav", "audio/2.wav"), [named]) == {named: Named("audio/ü 1.wav", True)}


def test_signs_of_addresses_in_a_plain_name(tmp_path: Path) -> None:
    names = ["what?.wav", "a#1.wav", "50%.wav", "http:[x.wav"]
    there = files(tmp_path, *names)
    assert {one: found.name for one, found in find_audio(there, names).items() if found.there} == dict(
        zip(names, names, strict=True)
    )


def test_of_two_files_of_one_name_the_path_tells(tmp_path: Path) -> None:
    there = files(tmp_path, "x/a/1.wav", "y/b/1.wav")
    found = find_audio(there, ["/mnt/a/1.wav", "s3://bucket/z/b/1.wav", "1.wav", "9f3c1a2b-1.wav"])
    assert [one.name for one in found.values() if one.there] == ["x/a/1.wav", "y/b/1.wav"]
    for unclear in ("1.wav", "9f3c1a2b-1.wav"):
        assert "x/a/1.wav or y/b/1.wav" in found[unclear].reason


def test_two_tasks_never_take_one_file_by_its_name_alone(tmp_path: Path) -> None:
    uploads = ["/data/upload/1/11111111-a.wav", "/data/upload/1/22222222-a.wav", "/data/upload/1/33333333-b.wav"]
    found = find_audio(files(tmp_path, "a.wav", "b.wav", "c/d.wav"), [*uploads, "c/d.wav", "e/d.wav", "./c\\d.wav"])
    assert {one for one in found if found[one].there} == {uploads[2], "c/d.wav", "./c\\d.wav"}
    assert "22222222-a.wav" in found[uploads[0]].reason and "11111111-a.wav" in found[uploads[1]].reason
    assert "may mean c/d.wav" in found["e/d.wav"].reason and not found["c/d.wav"].reason


@pytest.mark.parametrize("named", ["../a.wav", "x/../../a.wav", "..", "gone.wav", "http://[bad/a.mp3"])
def test_what_is_not_there_is_absent(named: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("outside")
    found = find_audio(files(tmp_path / "in", "other.wav"), [named])[named]
    assert not found.there and found.reason == ""


@pytest.mark.parametrize("named", ["/", "\\", "a\0.wav", "https://host/"])
def test_what_is_no_path_is_told(named: str, tmp_path: Path) -> None:
    assert "names no file" in find_audio(files(tmp_path, "a.wav"), [named])[named].reason
