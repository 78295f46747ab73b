"""The report of a whole run: written from its files, the same each time, read in Chromium as a user would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import PHONE, found_by_axe, opened

from kws_data.bench.report.made_up_run import make_run
from kws_data.config.config import Config
from kws_data.report.write import write_report

FILES = ("report.html", "report.md", "report.json", "model_card.md", "predictions.parquet")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    folder = tmp_path_factory.mktemp("made-up")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        config = make_run(folder, 2_000)
        write_report(config)
        yield config


def read(config: Config, name: str) -> str:
    return (config.run_dir / "report" / name).read_text(encoding="utf-8")


def test_page_markdown_json_and_card_say_the_same_and_are_the_same_bytes_again(run: Config) -> None:
    before = {name: (run.run_dir / "report" / name).read_bytes() for name in FILES}
    write_report(run)
    assert before == {name: (run.run_dir / "report" / name).read_bytes() for name in FILES}
    advice = json.loads(read(run, "report.json"))["advice"]
    assert 1 <= len(advice) <= 3
    plain = re.sub(r"\\(.)", r"\1", read(run, "report.md"))
    for one in advice:
        assert one["sentence"] in plain
    assert "## What to fix next" in plain and "| keyword | TPR |" in plain and "<svg" not in plain
    assert "made-up" in read(run, "model_card.md") and "## Caveats" in read(run, "model_card.md")


def test_each_section_begins_with_what_it_means(run: Config) -> None:
    html = re.sub(r"(?s)<(style|noscript)>.*?</\1>|</noscript>", "", read(run, "report.html"))
    sections = re.findall(r"<section[^>]*><h2[^>]*>(.*?)</h2>(.{0,40})", html)
    assert len(sections) >= 10
    assert not [heading for heading, begin in sections if not begin.startswith('<p class="says')]


def test_a_run_of_an_earlier_version_has_a_report_too(
    run: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No history, no image, no island: what was not kept then is left out."""
    monkeypatch.chdir(tmp_path)
    config = make_run(tmp_path, 200)
    root = config.run_dir
    for name in ("model/history.json", "firmware/size.json"):
        (root / name).unlink()
    budget: dict[str, Any] = json.loads((root / "model/budget.json").read_text())
    del budget["island"]
    (root / "model/budget.json").write_text(json.dumps(budget))
    write_report(config)
    page = read(config, "report.html")
    assert 'id="training"' not in page and "Memory map" not in page and 'id="verdict"' in page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["wide", "phone"])
def test_everybody_can_read_it_anywhere_without_a_network(run: Config, dark: bool, size: tuple[int, int]) -> None:
    page = run.run_dir / "report" / "report.html"
    with opened(page, dark=dark, size=size) as shown:
        assert found_by_axe(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert shown.asked == [page.resolve().as_uri()]  # type: ignore[attr-defined]
        unnamed = "[...document.querySelectorAll('svg,img,audio')].filter(it => !(it.alt || it.ariaLabel)).length"
        assert shown.evaluate(unnamed) == 0
        ids = shown.evaluate("[...document.querySelectorAll('[id]')].map(it => it.id)")
        assert len(ids) == len(set(ids))
        assert "NaN" not in shown.inner_text("main") and "None" not in shown.inner_text("main")


def test_the_keyboard_reaches_navigation_tables_and_players(run: Config) -> None:
    with opened(run.run_dir / "report" / "report.html") as shown:
        reached = set()
        for _ in range(80):
            shown.keyboard.press("Tab")
            reached.add(
                shown.evaluate("document.activeElement.closest('nav') ? 'NAV' : document.activeElement.tagName")
            )
        assert {"NAV", "A", "DIV", "AUDIO", "INPUT"} <= reached
        assert shown.evaluate("document.querySelector('audio').readyState >= 0")


def test_a_clip_plays_and_paper_has_no_players(run: Config) -> None:
    with opened(run.run_dir / "report" / "report.html") as shown:
        played = "it => it.play().then(() => it.duration)"
        assert shown.eval_on_selector("#clips audio", played) == pytest.approx(1.0, abs=0.01)
        shown.emulate_media(media="print")
        assert not shown.locator("audio").first.is_visible() and not shown.locator(".aside").is_visible()
        assert shown.locator("table").first.is_visible()
