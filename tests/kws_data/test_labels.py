"""One spelling of a word, and words that differ from a keyword only in how they are written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.labels import (
    BACKGROUND,
    SILENCE,
    SPEECH,
    UNKNOWN,
    fault_of_word,
    likeness,
    other_spellings,
    respelt,
    spelt,
    word_of,
)

FORMS = ("NFC", "NFD")
LETTERS = st.text(st.sampled_from("abyzÉüñ한글あ中ß"), min_size=1, max_size=6)


@given(st.text(max_size=12))
def test_a_spelling_is_final_and_the_same_for_both_forms(text: str) -> None:
    word = spelt(text)
    assert spelt(word) == word and word_of(word_of(text)) == word_of(text)
    assert len({spelt(unicodedata.normalize(form, text)) for form in FORMS}) == 1
    assert not any(sign.isspace() for sign in word), "no blanks are left"


@given(st.lists(LETTERS, min_size=2, max_size=3), st.sampled_from([" ", "  ", "\t", "\u00a0", "\u3000", "\n"]))
def test_a_blank_joins_parts_as_an_underscore_does(parts: list[str], blank: str) -> None:
    assert spelt(f" {blank.join(parts)}\t") == spelt("_".join(parts))


@given(LETTERS, LETTERS, st.sampled_from(["", "_", "-", " ", "\u2013", "\u200b"]), st.sampled_from(FORMS))
def test_case_form_and_signs_between_make_no_other_word(one: str, other: str, between: str, form: str) -> None:
    same = unicodedata.normalize(form, f"{one.upper()}{between}{other.lower()}")
    assert likeness(same) == likeness(f"{one}_{other}")


@pytest.mark.parametrize("same", ["Yes", "YES", "\uff39\uff25\uff33", "yes!", "-yes", "y_e_s", "yes\u200b", "¿Yes?"])
def test_what_looks_like_a_keyword_is_found(same: str) -> None:
    assert other_spellings(["no", "yes"], ["no", "yes", same, "eyes"]) == {same: "yes"}


@pytest.mark.parametrize("other", ["yess", "y", "été", "(speech)", "_yes_", "_unknown_", "yes'"])
def test_what_does_not_is_another_word(other: str) -> None:
    assert other_spellings(["yes", "speech"], [other]) == {}


def test_letters_that_have_other_capitals() -> None:
    words = {"IŞIK": "ışık", "İYİ": "iyi", "STRASSE": "straße", "ΛΌΓΟΣ": "λόγος", "DON\u2019T": "don't"}
    assert other_spellings(list(words.values()), words) == words


def test_other_spellings_are_asked_for_and_answered() -> None:
    words = ["yes", "Yes", "Yes", "hey jarvis", "go"]
    with pytest.raises(DataError) as caught:
        respelt(["yes", "hey_jarvis"], words, "stop", "data.other_spellings")
    line = str(caught.value)
    assert "Yes (2 clips) for the keyword yes" in line and "hey jarvis (1 clips) for the keyword hey_jarvis" in line
    assert "data.other_spellings" in line and "\n" not in line
    assert respelt(["yes"], words, "keyword", "") == {"Yes": "yes"}
    assert respelt(["yes"], words, "unknown", "") == {} == respelt(["go"], words, "stop", "")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        *((name, BACKGROUND) for name in ("_background_noise_", "_background_noise", "background_noise")),
        *((name, BACKGROUND) for name in ("Background Noise", "background-noise", "_noise_", "[noise]", "_Ambient_")),
        *((name, SILENCE) for name in ("_silence_", "_Silence", "<sil>", "(silence)")),
        *((name, UNKNOWN) for name in ("_unknown_", "_other_", "<unk>", "[UNKNOWN]", "_unknown")),
        *((name, name) for name in ("noise", "silence", "unknown", "other", "nothing", SPEECH, "_room_", "_x_")),
    ],
)
def test_names_of_what_is_no_word(name: str, word: str) -> None:
    assert word_of(name) == word


@pytest.mark.parametrize(
    "word", ["", ".", "?!", "a/b", "a\\b", "../../../tmp/evil", "<img_src=x>", "_noise_", "(speech)", "x" * 61]
)
def test_what_can_be_no_word(word: str) -> None:
    assert fault_of_word(word)


@pytest.mark.parametrize("word", ["yes", "don't", "hey_jarvis", "한글", "中", "می\u200cخواهم", "x" * 60, "7"])
def test_what_can_be_a_word(word: str) -> None:
    assert not fault_of_word(word)
