"""Rules, examples and changes of a guideline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.labelling.guideline import (
    Example,
    changed_lines,
    changed_rules,
    default_text,
    examples_of,
    guideline_in_force,
    names_label,
    parts_of,
    parts_on,
    rules_of,
)

TEXT = """# Labels

Hear it first.

## Rules

- **R1 Whole word**: all of it.
  Half of it is bad.
- R2: no plurals
### R3: Any voice
Children too.

## Edge cases

1. R10. Twice
"""


def test_rules_have_short_names_in_any_form():
    assert rules_of(TEXT) == {"R1": "Whole word", "R2": "no plurals", "R3": "Any voice", "R10": "Twice"}


def test_parts_hold_their_lines_and_say_where_they_stand():
    parts = {part.name: part for part in parts_of(TEXT)}
    assert parts["R1 Whole word"].text == "- **R1 Whole word**: all of it.\n  Half of it is bad."
    assert parts["R1 Whole word"].heading == "Rules"
    assert parts["Labels"].text == "# Labels\n\nHear it first."


def test_the_guideline_that_comes_along_has_rules_and_shows_no_clip_that_is_not_there():
    text = default_text()
    assert list(rules_of(text)) == [f"R{number}" for number in range(1, 9)]
    assert examples_of(text) == []
    for heading in ("Overview", "Terms", "Procedure", "Rules", "Edge cases"):
        assert f"## {heading}\n" in text


def test_examples_are_clips():
    text = "![cut off](clip:0123456789abcdef) ![x](clip:../../etc) `![no](clip:ffffffffffffffff)`"
    assert examples_of(text) == [Example("0123456789abcdef", "cut off")]


@pytest.mark.parametrize(
    ("text", "label", "named"),
    [
        ("say `Go` or not", "go", True),
        ("going", "go", False),
        ("that is a bad recording.", "(bad)", True),
        ("another word counts", "_unknown_", True),
        ("Hey Jarvis", "hey_jarvis", True),
        ("hey you", "hey_jarvis", False),
    ],
)
def test_a_label_is_named_as_a_word(text, label, named):
    assert names_label(text, label) is named


def test_rules_that_say_something_of_a_label_and_sections_where_none_does():
    text = '# Labels\n\n## Terms\n\nsay "no"\n\n- **R1 No voice**: noise, no word\n- **R2 Halves**: half of stop\n'
    parts = parts_of(text)
    assert [part.name for part in parts_on(parts, ["no"])] == ["Terms"]  # "no voice" is not about the word
    assert [part.name for part in parts_on(parts, ["no", "stop"])] == ["R2 Halves"]
    assert parts_on(parts, ["left"]) == []


def test_changed_lines_and_rules():
    after = TEXT.replace("no plurals", "plurals count").replace("Hear it first.", "Hear it twice.")
    assert changed_rules(TEXT, after) == {"R2"}
    assert changed_rules(TEXT, TEXT.replace("  Half", "    Half")) == set()
    assert changed_rules(TEXT, "") == {"R1", "R2", "R3", "R10"}
    assert set(changed_lines(TEXT, after)) == {
        "- R2: no plurals",
        "- R2: plurals count",
        "Hear it first.",
        "Hear it twice.",
    }


@given(st.text(alphabet="#-* R1:.\nab|", max_size=80))
def test_any_text_is_cut_into_parts_that_do_not_overlap(text):
    seen: set[int] = set()
    for part in parts_of(text):
        assert seen.isdisjoint(part.lines)
        seen.update(part.lines)
    assert all(number in seen for number, line in enumerate(text.splitlines()) if line.strip())
    assert changed_rules(text, text) == set()
    assert changed_lines(text, text) == []


def test_the_first_who_labels_gets_the_one_that_comes_along(catalog):
    first = guideline_in_force(catalog)
    assert (first.version, first.text.strip()) == (1, default_text().strip())
    catalog.guidelines.add("# Ours")
    assert guideline_in_force(catalog).version == 2
