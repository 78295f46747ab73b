"""What contributors agree to: filled, versioned, and no script in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.web.collect_consent import DEFAULT, PLACES, ConsentText, consent_text

VALUES = {name: f"the {name}" for name in PLACES}


def test_the_text_of_kws_is_filled_and_tells_all_of_it() -> None:
    text = consent_text(VALUES).text
    assert "{" not in text and all(value in text for value in VALUES.values())


@pytest.mark.parametrize("name", ["who", "contact", "licence", "retention", "purpose"])
def test_what_is_left_empty_is_named_with_its_option(name: str) -> None:
    with pytest.raises(DataError, match=f"--{name}"):
        consent_text({**VALUES, name: "  "})


def test_an_unknown_place_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    path.write_text("I agree. Ask {contakt}.")
    with pytest.raises(DataError, match=r"did you mean \{contact\}"):
        consent_text(VALUES, path)


@pytest.mark.parametrize("content", [b"", b"  \n ", b"\xff\xfa\x00", b"x" * 70_000])
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.md"
    path.write_bytes(content)
    with pytest.raises(DataError):
        consent_text(VALUES, path)
    with pytest.raises(DataError, match="cannot be read"):
        consent_text(VALUES, tmp_path / "none.md")


def test_every_change_of_text_or_licence_is_another_version() -> None:
    one = consent_text(VALUES)
    assert one.version == consent_text(VALUES).version
    others = [consent_text({**VALUES, "who": "x"}), ConsentText(one.text, "CC0-1.0"), ConsentText(one.text + "!", "")]
    assert len({one.version, *(other.version for other in others)}) == 4


def test_a_text_becomes_html_below_the_pages_own_headings() -> None:
    html = ConsentText("## A\ntext **bold**\n\n- one\n  and more", "").html
    assert [tag in html for tag in ("<h3>A</h3>", "<strong>bold</strong>", "<li>one")] == [True] * 3
    assert "<h3>Your rights</h3>" in ConsentText(DEFAULT, "").html


@given(st.text(alphabet=st.sampled_from(list("<>&\"'*# -\n[]()ascript:=/")), max_size=200))
def test_nothing_in_a_text_becomes_a_script(text: str) -> None:
    html = ConsentText(text, "").html
    assert not re.search(r"<\s*(script|img|iframe|style|svg)|<[^>]* on\w+=|javascript:[^<]*\">", html, re.IGNORECASE)
