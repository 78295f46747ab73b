"""A guideline says, lists and links, whoever wrote it."""

from __future__ import annotations

import pytest

from kws_data.labelling.guideline import default_text
from kws_data.web.guideline_html import examples_of, guideline_html

CLIP = "0123456789abcdef"


def test_clips_become_buttons_and_links_open_elsewhere() -> None:
    html = guideline_html(
        f"# A\n\n![soft *yes*](clip:{CLIP}) and [again](clip:{CLIP}), [more](https://a.example/?q=1&b=2)"
    )
    assert html.startswith("<h2>A</h2>")
    button = f'<button type="button" class="example" data-clip="{CLIP}">'
    assert html.count(button) == 2 and html.count("</button>") == 2
    assert '<a href="https://a.example/?q=1&amp;b=2" target="_blank" rel="noopener noreferrer">more</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](/files/label.js)",
        "[x](clip:../../etc/passwd)",
        f'[x](clip:{CLIP}"onclick=alert(1))',
        "[x][y]\n\n[y]: vbscript:x",
    ],
)
def test_nothing_runs_or_is_fetched(text: str) -> None:
    html = guideline_html(text)
    assert not [tag for tag in ("<script", "<img", "<a ", "<button", "<iframe", "onclick=alert(1)>") if tag in html]
    assert examples_of(text) == ()


def test_examples_within_code_are_not_meant() -> None:
    assert examples_of(default_text()) == ()
    assert examples_of(f"![a](clip:{CLIP}) `![b](clip:{'1' * 16})` [a](clip:{CLIP})") == (CLIP,)
    assert "<table>" in guideline_html(default_text())
