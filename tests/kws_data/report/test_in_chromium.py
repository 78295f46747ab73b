"""Pages in Chromium: they open without errors or requests."""

from __future__ import annotations

from pathlib import Path

from chromium import found_by_axe, opened

from kws_data.pages.html import page


def test_a_page_opens_and_asks_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("A page", "what it is", [("Part", "<p>said</p>")]))
    with opened(file) as shown:
        assert shown.title() == "A page" and shown.asked == [file.as_uri()]  # type: ignore[attr-defined]
        assert found_by_axe(shown) == []
