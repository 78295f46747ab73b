"""Pages in Chromium: they open without errors or requests, read well for everybody, fit a phone, and print."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import PHONE, found_by_axe, opened
from playwright.sync_api import Page

from kws_data.pages.html import Html, Section, figure, page, says, table, tile, tiles
from kws_data.pages.plots import INK, MAIN, bare_figure, svg_of

WIDTH = "document.documentElement.scrollWidth"


def picture() -> str:
    drawn, axes = bare_figure(4, 2)
    axes.plot([1, 2, 3], [1, 3, 2], "o-", color=MAIN)
    axes.set_xlabel("time, s", color=INK)
    return svg_of(drawn)


def written(folder: Path) -> Path:
    wide = table([[f"cell {n}" for n in range(30)]], [f"column {n}" for n in range(30)], caption="a wide table")
    sections = [
        Section(
            "verdict", "Verdict", says("It is well.", "good") + tiles([tile("1 %", "of it"), tile("9", "x", True)])
        ),
        Section("plot", "Plot", says("Look.", "bad") + figure(picture(), "A line.", alt="a line that rises")),
        Section("table", "Table", says("Perhaps.", "doubt") + wide + table([("few", Html("<b>1</b>"))], few=[0])),
    ]
    file = folder / "page.html"
    file.write_text(page("A page", "what it is", sections, scripts=["document.body.dataset.ran = 'yes'"]))
    return file


def colour(shown: Page, selector: str, what: str = "color") -> str:
    return str(shown.eval_on_selector(selector, f"it => getComputedStyle(it)['{what}']"))


def test_a_page_opens_and_asks_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("A page", "what it is", [("Part", "<p>said</p>")]))
    with opened(file) as shown:
        assert shown.title() == "A page" and shown.asked == [file.as_uri()]  # type: ignore[attr-defined]
        assert found_by_axe(shown) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_and_nothing_but_tables_scrolls_sideways(
    tmp_path: Path, dark: bool, size: tuple[int, int]
) -> None:
    with opened(written(tmp_path), dark=dark, size=size) as shown:
        assert found_by_axe(shown) == []
        assert shown.evaluate(WIDTH) <= size[0]
        assert shown.locator(".aside").is_visible() == (size != PHONE)
        assert shown.locator("details.menu").is_visible() == (size == PHONE)
        assert colour(shown, "body", "backgroundColor") == ("rgb(18, 24, 31)" if dark else "rgb(255, 255, 255)")


def test_pictures_follow_the_readers_choice_and_not_only_the_systems(tmp_path: Path) -> None:
    ink = "svg text"
    with opened(written(tmp_path), dark=True) as shown:
        dark = colour(shown, ink, "fill")
        shown.check("#appearance-light")
        light = colour(shown, ink, "fill")
        assert (dark, light) == ("rgb(228, 233, 238)", "rgb(29, 39, 51)")
        shown.check("#appearance-dark")
        assert colour(shown, ink, "fill") == dark


def test_the_keyboard_reaches_skip_link_choice_navigation_and_tables(tmp_path: Path) -> None:
    with opened(written(tmp_path)) as shown:
        reached = []
        for _ in range(7):
            shown.keyboard.press("Tab")
            reached.append(shown.evaluate("document.activeElement.className || document.activeElement.textContent"))
            outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", reached
        assert reached[0] == "skip" and "Verdict" in reached and "Table" in reached and "scroll" in reached
        shown.locator(".skip").focus()
        shown.keyboard.press("Enter")
        assert shown.evaluate("document.activeElement.id") == "content"


def test_paper_has_neither_navigation_nor_choices_and_is_white(tmp_path: Path) -> None:
    with opened(written(tmp_path), dark=True) as shown:
        shown.check("#appearance-dark")
        shown.emulate_media(media="print")
        assert not any(shown.locator(what).first.is_visible() for what in (".aside", ".appearance", ".skip"))
        assert colour(shown, "svg text", "fill") == "rgb(29, 39, 51)"
        assert colour(shown, "body", "backgroundColor") == "rgb(255, 255, 255)"


def test_scripts_run_that_the_page_was_given_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    hostile = '<script>document.body.dataset.stolen = "yes"</script>'
    file.write_text(page("A page", "", [("Part", hostile)], scripts=["document.body.dataset.ran = 'yes'"]))
    with pytest.raises(AssertionError, match="Content Security Policy"), opened(file) as shown:
        assert shown.evaluate("[document.body.dataset.ran, document.body.dataset.stolen ?? null]") == ["yes", None]
