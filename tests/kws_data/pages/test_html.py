"""The page kit's text: nothing of a user is HTML, names for screen readers, ids of their own, a policy by hash."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kws_data.pages.bars import stacked
from kws_data.pages.heat import heat_table
from kws_data.pages.html import Html, Section, figure, page, says, table
from kws_data.pages.plots import INK, MAIN, bare_figure, svg_of


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


def line(to: int) -> str:
    drawn, axes = bare_figure(3, 2)
    axes.plot([1, to], [1, 2], "o-", color=MAIN)
    axes.set_xlabel("x", color=INK)
    return svg_of(drawn)


@given(st.text(max_size=40))
def test_no_text_of_a_user_becomes_a_tag_or_an_attribute(given: str) -> None:
    own = {tag for tag, _ in tags(table([["a"]], ["b"], caption="c") + says("d") + figure("<svg></svg>", "e", alt="f"))}
    html = table([[given]], [given], caption=given) + says(given) + figure("<svg></svg>", given, alt=given)
    html += heat_table(np.array([[1]]), [given], [given], given) + stacked([(given, 1.0)], 2.0, "B", given)
    found = tags(html)
    marked = {"span"} if re.fullmatch(r'<span class="[a-z -]+">[^<>]*</span>', given) else set()
    assert {tag for tag, _ in found} <= own | marked | {"h3", "i", "b", "span", "td"}
    known = {"class", "tabindex", "role", "aria-label", "scope", "style"}
    assert all(set(attributes) <= known for _, attributes in found)


def test_a_table_takes_html_only_where_it_is_told_so() -> None:
    cells = table(
        [['<span class="no">x</span>', "<b>y</b>", Html("<b>z</b>"), '<span class="no" onclick="a()">w</span>']]
    )
    assert '<span class="no">x</span>' in cells and "&lt;b&gt;y" in cells and "<b>z</b>" in cells
    assert "&lt;span class=&quot;no&quot; onclick" in cells


def test_rows_of_few_clips_are_marked_and_boxes_can_be_reached() -> None:
    html = table([["a", 1], ["b", 2]], ["w", "n"], [1], few=[1], caption="Words")
    assert '<tr class="few"><td>b</td>' in html and html.count("few") == 1
    (box,) = [attributes for tag, attributes in tags(html) if tag == "div"]
    assert (box["tabindex"], box["aria-label"]) == ("0", "table: Words")


def test_pictures_have_names_ids_of_their_own_and_the_pages_colours() -> None:
    first, second = line(2), line(3)
    html = figure(first, "One.", alt="it rises") + figure(second + line(4), "Two.")
    labels = [attributes["aria-label"] for tag, attributes in tags(html) if tag == "svg"]
    assert labels == ["it rises", "Two.", "Two."]
    ids = re.findall(r' id="([^"]+)"', first + second)
    assert ids and len(set(ids)) == len(ids)
    assert set(re.findall(r"(?:url\(#|href=\"#)([\w-]+)", first)) == set(re.findall(r' id="([^"]+)"', first))
    assert MAIN not in first and "var(--p0)" in first and "var(--ink)" in first and first == line(2)


def test_sections_without_ids_get_some_and_no_two_are_the_same() -> None:
    html = page("t", "", [("One part", "a"), ("One part", "b"), Section("x", "X", "c"), ("", "d")])
    ids = re.findall(r'<section id="([^"]+)"', html)
    assert ids[0] == "one-part" and len(set(ids)) == len(ids) == 3
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) == {*ids, "content"}
    assert "<nav" not in page("t", "", [("One", "a")])


def test_a_page_says_what_may_run_and_nothing_may_without_scripts() -> None:
    bare, with_script = page("t", "", []), page("t", "", [Section("x", "X", "", ("go()",), wasm=True)])
    assert "script-src 'none'" in bare and "default-src 'none'" in bare
    assert re.search(r"script-src 'sha256-[\w+/=]{44}' 'wasm-unsafe-eval'", with_script)
    assert "unsafe-inline" not in with_script.partition("script-src")[2].partition('"')[0]
