"""Names of files that every disk takes and keeps apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.file_names import folder_names, is_device, safe_name

WORDS = st.one_of(
    st.text(max_size=8), st.sampled_from(["CON", "aux", "nul.txt", "Yes", "yes", "a?b", "a*b", "x" * 300])
)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *(("go", "go"), ("a/b", "a-b"), ("..", "-"), ("été", "été"), ("a.b", "a-b"), ("e\u0301te\u0301", "été")),
        *(("CON", "CON-"), ("aux", "aux-"), ("nul.txt", "nul-txt"), ("com1", "com1-"), ("LPT\u00b9", "LPT\u00b9-")),
        *(
            ("yes ", "yes"),
            ("yes.", "yes"),
            ("_x_", "_x_"),
            ('<>:"|?*', "-"),
            ("tab\there", "tab-here"),
            ("con1", "con1"),
        ),
    ],
)
def test_words_become_safe_names(word: str, name: str) -> None:
    assert safe_name(word) == name


@given(WORDS)
def test_a_safe_name_is_one_everywhere(word: str) -> None:
    name = safe_name(word)
    assert name and len(name.encode()) <= 120 and not is_device(name)
    assert name[0] not in ". " and name[-1] not in ". " and not set(name) & set('<>:"/\\|?*\0\n')
    assert name == unicodedata.normalize("NFC", name)


@given(st.sets(WORDS, max_size=8))
def test_no_two_words_share_a_folder(words: set[str]) -> None:
    names = folder_names(words)
    assert names.keys() == words and not any(name.startswith("_") for name in names.values())
    assert len({unicodedata.normalize("NFD", name).casefold() for name in names.values()}) == len(words)


def test_words_keep_the_folders_that_they_have() -> None:
    assert folder_names(["yes", "Yes"])["yes"] == "yes"
    names = folder_names(["yes", "Yes"], {"Yes": "Yes"})
    assert names["Yes"] == "Yes" and names["yes"].startswith("yes-")
    cut = folder_names(["y" * 300, "y" * 301])
    assert len(set(cut.values())) == 2, "names that are cut stay apart"


@pytest.mark.parametrize("name", ["CON", "con", "Nul.tar.gz", "COM9", "lpt1 ", "CONIN$", "prn.wav"])
def test_devices_of_windows(name: str) -> None:
    assert is_device(name)
