"""What annotators and speakers say of clips, put into the words of the catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.catalog.transcripts import words_of
from kws_data.sources.imports.layouts.label_studio_regions import Label
from kws_data.sources.imports.layouts.label_studio_votes import decide
from kws_data.sources.imports.speaker_terms import age_of, gender_of


def test_annotators_decide() -> None:
    yes, no, stretch = Label("yes"), Label("no"), Label("yes", 0.1, 0.9)
    assert decide([frozenset({yes})] * 2 + [frozenset({no})]) == ([yes], 2, "")
    assert decide([frozenset({yes}), frozenset({no})])[2] == "annotators disagree: yes / no"
    assert decide([frozenset({yes, stretch})]) == ([stretch], 1, "")
    assert "more than one label" in decide([frozenset({yes, no})])[2]
    near = Label("yes", 0.12, 0.93)
    assert decide([frozenset({stretch}), frozenset({near})]) == ([stretch], 2, ""), "times need not be the same"


@pytest.mark.parametrize(
    ("text", "band"),
    [("30", "20-39"), ("12", "child"), ("13", "teen"), ("60.0", "60+"), ("fourties", "40-59"), ("20-39", "20-39"),
     ("1234", ""), ("", ""), ("nan", ""), ("adult", "adult")],
)  # fmt: skip
def test_ages_have_bands(text: str, band: str) -> None:
    assert age_of(text) == band


@pytest.mark.parametrize(("text", "gender"), [("F", "female"), ("male_masculine", "male"), ("do_not_wish_to_say", "")])
def test_genders_have_one_name(text: str, gender: str) -> None:
    assert gender_of(text) == gender


@settings(deadline=None)
@given(st.text())
def test_words_are_safe_in_paths(sentence: str) -> None:
    assert all(word and "/" not in word and not word[0].isspace() for word in words_of(sentence))
