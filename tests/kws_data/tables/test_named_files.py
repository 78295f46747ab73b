"""Paths in tables are written in many ways; each stands for a file only where it can stand for no other."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.tables.named_files import named_files

NAMES = ["yes/a.wav", "no/a.wav", "no/b.flac", "deep/clips/c.wav", unicodedata.normalize("NFD", "über/ä.wav")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("yes/a.wav", "yes/a.wav"),
        ("./yes/a.wav", "yes/a.wav"),
        ("yes\\a.wav", "yes/a.wav"),
        (".\\yes\\a.wav", "yes/a.wav"),
        ("Yes/A.WAV", "yes/a.wav"),
        ("yes/a", "yes/a.wav"),
        ("no/b", "no/b.flac"),
        ("b.flac", "no/b.flac"),
        ("c", "deep/clips/c.wav"),
        ("clips/c.wav", "deep/clips/c.wav"),
        ("über/ä.wav", NAMES[4]),
        ("/home/anna/data/yes/a.wav", "yes/a.wav"),
        ("C:\\Users\\anna\\data\\yes\\a.wav", "yes/a.wav"),
        ("file:///data/yes/a.wav", "yes/a.wav"),
        ("../data/yes/a.wav", "yes/a.wav"),
        ("data/yes/a.wav", "yes/a.wav"),
    ],
)
def test_a_path_that_can_stand_for_one_file_only_is_it(text: str, name: str) -> None:
    found = named_files([text], NAMES)
    assert found.found == {text: name}
    same = unicodedata.normalize("NFC", text.removeprefix(".\\").replace("\\", "/").removeprefix("./"))
    assert found.otherwise == (() if same == unicodedata.normalize("NFC", name) else (text,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.wav", "may stand for 2 files, such as no/a.wav and yes/a.wav"),
        ("a", "may stand for 2 files"),
        ("", "names no file"),
        (".", "names no file"),
        ("a\0.wav", "names no file"),
        ("../yes", "names no file"),
        ("/etc/passwd", "names no file"),
    ],
)
def test_what_is_not_sure_says_why(text: str, reason: str) -> None:
    found = named_files([text], NAMES)
    assert not found.found and reason in found.reasons[text]


def test_a_file_that_is_not_there_is_neither_found_nor_wrong() -> None:
    found = named_files(["yes/z.wav", "yes/a.mp3"], NAMES)
    assert (found.found, found.reasons) == ({}, {})


def test_files_that_differ_in_case_only_are_told_apart() -> None:
    found = named_files(["yes/a.wav", "yes/A.WAV", "Yes/a.wav"], ["yes/a.wav", "yes/A.wav"])
    assert found.found == {"yes/a.wav": "yes/a.wav"} and set(found.reasons) == {"yes/A.WAV", "Yes/a.wav"}


def test_a_missing_file_does_not_become_one_of_the_same_name() -> None:
    texts = ["/data/yes/a.wav", "/data/b.wav", "/data/no/b.wav"]
    found = named_files(texts, ["yes/a.wav", "b.wav"])
    assert found.found == {"/data/yes/a.wav": "yes/a.wav", "/data/b.wav": "b.wav"}
    assert named_files(["yes/a.wav", "no/b.wav"], ["yes/a.wav", "b.wav"]).found == {"yes/a.wav": "yes/a.wav"}


def test_two_machines_may_have_made_one_table() -> None:
    texts = ["/home/anna/yes/a.wav", "D:\\ben\\no\\b.flac"]
    found = named_files(texts, NAMES)
    assert list(found.found.values()) == ["yes/a.wav", "no/b.flac"]
    assert "2 files of t.csv are named otherwise" in found.note("t.csv")[0]


def test_two_paths_for_one_file_are_none() -> None:
    found = named_files(["x/yes/c.wav", "x/no/c.wav"], ["c.wav"])
    assert not found.found and all("as another line does" in reason for reason in found.reasons.values())


def test_a_table_in_a_folder_names_its_neighbours_or_paths_from_the_root() -> None:
    names = ["train/1.wav", "test/1.wav", "clips/2.wav"]
    found = named_files(["1.wav", "test/1.wav", "../clips/2.wav"], names, "train")
    assert found.found == {"1.wav": "train/1.wav", "test/1.wav": "test/1.wav", "../clips/2.wav": "clips/2.wav"}


PART = st.text(st.characters(blacklist_characters="/\\\0:~", blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=6)


NAME = st.lists(PART.filter(lambda part: part.strip() == part and part[0] != "."), min_size=1, max_size=3)


@given(
    paths=st.lists(NAME, min_size=1, max_size=6),
    form=st.sampled_from(["NFC", "NFD"]),
    front=st.sampled_from(["", "C:\\x\\", "/mnt/y/"]),
)
def test_every_form_of_a_path_finds_its_own_file_or_none(paths: list[list[str]], form: str, front: str) -> None:
    names = sorted({"/".join(path) + ".wav" for path in paths})
    written = {name: front + unicodedata.normalize(form, name) for name in names}  # type: ignore[arg-type]
    texts = {text.replace("/", "\\") if front[:1] == "C" else text: name for name, text in written.items()}
    assert named_files(names, names).found == {name: name for name in names}
    found = named_files(texts, names)
    assert all(found.found[text] == name for text, name in texts.items() if text in found.found)
    assert len(found.found) + len(found.reasons) == len(texts)
