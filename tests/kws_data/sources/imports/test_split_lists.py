"""Lists of files match whatever system wrote them; what matches nothing is told."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.split_lists import SplitLists, read_split_lists

FILES = ("yes/ab12cd34_nohash_0.flac", "no/ab12cd34_nohash_0.wav", "über/anna.b_1.WAV", "hey jarvis/x (2).wav")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


def read(root: Path, **lists: bytes) -> SplitLists:
    for name, data in lists.items():
        (root / f"{name}_list.txt").write_bytes(data)
    return read_split_lists(root, FILES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sets(st.sampled_from(FILES)),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "./", "data/speech_commands/", "C:/Users/me/", "/home/me/"]),
    st.sampled_from(["", ".wav", ".WAV", ".flac", ".mp3"]),
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from(["{}", " {} ", '"{}"', "{}\n", "{}\n# a comment"]),
    st.booleans(),
)
def test_a_line_names_its_file(
    tmp_path: Path,
    files: set[str],
    encoding: str,
    end: str,
    above: str,
    suffix: str,
    form: str,
    frame: str,
    backslashes: bool,
) -> None:
    names = [above + name.rpartition(".")[0] + suffix for name in sorted(files)]
    lines = [unicodedata.normalize(form, name.replace("/", "\\") if backslashes else name) for name in names]
    text = "".join(frame.format(line).replace("\n", end) + end for line in lines)
    found = read(tmp_path, validation=text.encode(encoding))
    assert found == SplitLists(dict.fromkeys(files, "validation"))


def test_what_names_no_file_is_told_as_it_stands(tmp_path: Path) -> None:
    found = read(tmp_path, testing=b"yes\\gone.wav\r\n  \r\nplain words\r\nnohash\r\n#x\r\n")
    assert found.splits == {} and found.absent == ("yes\\gone.wav", "plain words", "nohash")


def test_case_and_missing_words_where_only_one_file_is_meant(tmp_path: Path) -> None:
    assert read(tmp_path, testing=b"YES/AB12CD34_nohash_0.wav\n").splits == {FILES[0]: "testing"}
    assert read(tmp_path, testing=b"anna.b_1\n").splits == {FILES[2]: "testing"}
    assert read(tmp_path, testing=b"ab12cd34_nohash_0.wav\n").absent == ("ab12cd34_nohash_0.wav",), "it may be either"


def test_files_of_one_clip_share_its_split(tmp_path: Path) -> None:
    (tmp_path / "Validation_List.txt").write_text("yes/a.wav\n")
    assert read_split_lists(tmp_path, ["yes/a.flac", "yes/a.wav"]).splits.keys() == {"yes/a.flac", "yes/a.wav"}


def test_a_file_in_both_lists_is_tested_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, validation=b"no/ab12cd34_nohash_0.wav", testing=b"no/ab12cd34_nohash_0.wav")
    assert found.splits == {FILES[1]: "testing"} and FILES[1] in found.notes[0]


def test_a_list_in_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="save it as UTF-8"):
        read(tmp_path, validation="über/a.wav".encode("latin-1"))


def test_an_import_names_two_examples(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "data", speakers=2)
    (root / "validation_list.txt").write_bytes("\ufeffgo\\gone.wav\r\nstop\\gone.wav\r\n# note\r\n".encode())
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "speech-commands", root)
    assert any("'go\\\\gone.wav' and 'stop\\\\gone.wav'" in line for line in report.warnings())
