"""The page's part on slices: what fails is said first, thin groups are grey, user text is escaped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import PHONE, found_by_axe, opened

from kws_data.pages.html import Section, page
from kws_data.report.slices_section import slices_section
from kws_data.slices.cut import SearchSettings
from kws_data.slices.of_run import SlicedClips, slice_report
from kws_data.slices.slice_report import SliceReport
from kws_data.slices.table import table_of

SCRIPT = "<script>alert(1)</script>"


def report(failing: float = 0.5) -> SliceReport:
    rng = np.random.default_rng(0)
    speaker = rng.integers(50, size=1_000)
    keyword = rng.random(1_000) < 0.5
    word = np.where(keyword, rng.choice(["up", "go"], 1_000), "bed")
    accent = rng.choice(["us", "gb"], 50)[speaker].astype(object)
    accent[:4] = SCRIPT
    columns = {"word": word.tolist(), "accent": accent.tolist(), "room": ["hall"] * 1_000}
    wrong = rng.random(1_000) < np.where(word == "up", failing, 0.03)
    table = table_of(columns)
    return slice_report(
        SlicedClips(table, keyword, wrong, speaker.astype(str)), "int8", "test", SearchSettings(draws=99)
    )


def test_what_fails_is_said_first_and_marked() -> None:
    html = slices_section(report())
    assert html.startswith('<p class="says bad">Of clips of &quot;up&quot;')
    assert html.count('<span class="no">fails</span>') == 2  # among the worst, and in the table by word
    assert "room (one value: hall)" in html and "<summary>By accent" in html


def test_thin_groups_are_grey_and_what_users_wrote_is_text() -> None:
    html = slices_section(report())
    assert SCRIPT not in html and "&lt;script&gt;" in html
    assert '<tr class="few"><td' in html and "too few clips" in html


def test_nothing_that_fails_is_no_alarm() -> None:
    html = slices_section(report(0.03))
    assert html.startswith('<p class="says doubt">') and "No slice of keyword clips fails beyond chance" in html
    assert '<span class="no">' not in html
    nothing = replace(report(0.03), missed=None, false_accepts=None, worst=None, sentences=())
    assert slices_section(nothing) == '<p class="says good">No clips were measured.</p>'


@pytest.mark.parametrize(("dark", "size"), [(False, (1280, 900)), (True, PHONE)], ids=["light, wide", "dark, phone"])
def test_it_reads_well_for_everybody(tmp_path: Path, dark: bool, size: tuple[int, int]) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("A page", "lead", [Section("slices", "Slices", slices_section(report()))]))
    with opened(file, dark=dark, size=size) as shown:
        for one in shown.locator("summary").all():
            if one.is_visible():
                one.click()
        assert found_by_axe(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= size[0]
