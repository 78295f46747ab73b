"""Which keywords a transcript says, in whatever form and script it is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.catalog.transcripts import contains_without_blanks, is_sentence, keywords_said, says_nothing


@pytest.mark.parametrize(
    ("transcript", "keyword"),
    [
        ("Sit down, please.", "down"),
        ("He said “Go!” and left", "go"),
        ("Hey, Jarvis! Lights.", "hey_jarvis"),
        ("hey-jarvis", "hey_jarvis"),
        ("Heyjarvis", "hey_jarvis"),
        ("hey jarvis", "hey-jarvis"),
        ("hey jarvis", "hey jarvis"),
        ("OK, fine", "ok"),
        ("okay, O.K.", "OK"),
        ("Ganz oben über allem", "über"),
        (unicodedata.normalize("NFD", "Über allem"), "über"),
        ("ÜBER ALLEM", unicodedata.normalize("NFD", "über")),
        ("don’t do it", "don't"),
        ("Jarvis's light", "jarvis"),
        ("l’eau est froide", "eau"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("ＹＥＳ", "yes"),
        ("option 2, please", "2"),
        ("хорошо, стоп", "стоп"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("قف الآن", "قف"),
        ("a so\u00adft hy\u200bphen", "soft"),
        ("请问，你好吗？", "你好"),
        ("請說yes吧", "yes"),
        ("hey小爱同学", "小爱"),
        ("hey，小爱同学", "hey小爱"),
        ("それはハイと言った", "はい"),
        ("สวัสดีครับ", "สวัสดี"),
        ("ສະບາຍດີບໍ່", "ສະບາຍດີ"),
        ("សូមជំរាបសួរ", "ជំរាបសួរ"),
        ("မင်္ဂလာပါရှင်", "မင်္ဂလာပါ"),
    ],
)
def test_a_keyword_is_found_however_it_is_written(transcript: str, keyword: str) -> None:
    assert keywords_said(transcript, ["zebra", keyword]) == (keyword,)


@pytest.mark.parametrize(
    ("transcript", "keyword"),
    [
        ("a good downtown", "down"),
        ("hey, my jarvis", "hey_jarvis"),
        ("going gone", "go"),
        ("cafe", "café"),
        ("намного", "но"),
        ("नमस्ते", "नम"),
        ("你们好", "你好"),
        ("12", "2"),
        ("", "go"),
        ("go", "..."),
    ],
)
def test_a_part_of_a_word_is_no_keyword(transcript: str, keyword: str) -> None:
    assert keywords_said(transcript, [keyword]) == ()


WORD = st.text(st.characters(categories=["Ll", "Lu", "Lo", "Mn", "Nd"]), min_size=1, max_size=8)


@given(st.lists(WORD, min_size=1, max_size=6), st.data())
def test_forms_case_and_signs_do_not_matter(words: list[str], data: st.DataObject) -> None:
    keyword = "_".join(words[: data.draw(st.integers(1, len(words)))])
    sign = data.draw(st.sampled_from([" ", ", ", "-", "… ", " “", "\u3000", "'"]))
    text = sign.join(words)
    expected = keywords_said(text, [keyword])
    for form in ("NFC", "NFD"):
        for way in (unicodedata.normalize(form, text), unicodedata.normalize(form, text).lower(), f"¿{text}!"):  # type: ignore[arg-type]
            assert keywords_said(way, [keyword]) == expected
        assert bool(keywords_said(text, [unicodedata.normalize(form, keyword)])) == bool(expected)  # type: ignore[arg-type]


LATIN = st.text("abcdefgäöüéß", min_size=1, max_size=8)


@given(st.lists(LATIN, min_size=1, max_size=6), st.integers(0, 5), st.integers(1, 3))
def test_any_run_of_words_is_said_and_no_piece_of_one(words: list[str], start: int, length: int) -> None:
    phrase = words[start : start + length]
    text = ", ".join(words).title()
    assert not phrase or keywords_said(text, ["_".join(phrase)])
    assert not keywords_said(text, ["".join(words) + "x"])


def test_words_that_contain_a_keyword_of_a_script_without_blanks() -> None:
    assert contains_without_blanks("你好吗", ["你好", "go"]) == ("你好",)
    assert contains_without_blanks("ハイ", ["はい"]) == ("はい",)
    assert contains_without_blanks("hey_firefox", ["firefox"]) == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("你好", False),
        ("小爱同学", False),
        ("我今天去学校", True),
        ("こんにちは", False),
        ("今日はいい天気ですね", True),
        ("สวัสดี", False),
        ("วันนี้อากาศดีมาก", True),
        ("donaudampfschifffahrt", False),
        ("안녕하세요여러분모두", False),
    ],
)
def test_a_sentence_without_blanks_is_told_from_a_word(text: str, sentence: bool) -> None:
    assert is_sentence(text) is sentence


def test_signs_alone_say_nothing() -> None:
    assert says_nothing("") and says_nothing(" … !") and not says_nothing("嗯")
