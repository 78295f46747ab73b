"""Timelines and worst clips in Chromium: what plays, what moves, what is shown, and that nothing else is asked for."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from chromium import PHONE, found_by_axe, opened
from hearable_run import HOSTILE, hearable_run
from playwright.sync_api import Page

from kws_data.audio import read_audio
from kws_data.config.config import Config
from kws_data.evaluation.moments import read_moments
from kws_data.evaluation.predictions import Predictions
from kws_data.pages.html import page
from kws_data.report.hear.look import SCRIPT
from kws_data.report.timeline_section import timeline_section
from kws_data.report.worst_section import worst_section

Run = tuple[Config, Predictions]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hear")


@pytest.fixture(scope="module")
def run(root: Path) -> Run:
    return hearable_run(root)


@pytest.fixture(autouse=True)
def here(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def written(run: Run, audio: bool = True) -> Path:
    config, predictions = run
    parts = [("Streams", timeline_section(config, audio)), ("Worst", worst_section(config, predictions, audio))]
    path = Path(f"page-{audio}.html").resolve()
    path.write_text(page("kws report", "tiny", parts, scripts=[SCRIPT]))
    return path


def until(shown: Page, expression: str) -> None:
    """Wait until an expression is true; the page's policy forbids Playwright's own way."""
    for _ in range(200):
        if shown.evaluate(expression):
            return
        shown.wait_for_timeout(50)
    raise AssertionError(expression)


PLAYED = "[...document.querySelectorAll('audio')].filter((one) => one.currentTime > 0).length"


def test_a_marker_plays_its_moment_by_click_and_by_enter(run: Run) -> None:
    with opened(written(run)) as shown:
        markers = shown.locator(".mk")
        assert markers.count() == len(read_moments(Path("runs/tiny/report")).moments) > 4
        assert shown.locator(".moment:visible").count() == 0
        markers.first.click()
        until(shown, f"{PLAYED} === 1")
        opened_card = shown.locator(".moment:visible")
        assert opened_card.count() == 1
        assert opened_card.inner_text().startswith(str(markers.first.get_attribute("data-kind")))
        assert markers.first.get_attribute("aria-expanded") == "true"
        shown.keyboard.press("ArrowRight")
        shown.keyboard.press("Enter")
        until(shown, f"{PLAYED} === 2")
        paused = shown.evaluate("[...document.querySelectorAll('audio')].filter((one) => !one.paused).length")
        assert paused <= 1 and shown.locator(".moment:visible").count() == 1
        assert all(one.startswith(("file:", "data:")) for one in shown.asked)  # type: ignore[attr-defined]


def test_arrow_keys_go_from_marker_to_marker_and_line_to_line(run: Run) -> None:
    with opened(written(run)) as shown:
        at = "() => [...document.querySelectorAll('.mk')].indexOf(document.activeElement)"
        line = "() => [...document.querySelectorAll('.tl')].indexOf(document.activeElement.closest('.tl'))"
        shown.locator(".mk").first.focus()
        for key, place in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Home", 0), ("ArrowLeft", 0)):
            shown.keyboard.press(key)
            assert shown.evaluate(at) == place, key
        before = shown.evaluate(line)
        shown.keyboard.press("ArrowDown")
        assert shown.evaluate(line) == before + 1
        shown.keyboard.press("ArrowUp")
        assert shown.evaluate(line) == before
        shown.keyboard.press("End")
        assert shown.evaluate(at) == shown.locator(".mk").count() - 1
        # One stop of the tab key for all markers.
        assert shown.evaluate("document.querySelectorAll('.mk[tabindex=\"0\"]').length") == 1


def test_filters_leave_what_they_say(run: Run) -> None:
    with opened(written(run)) as shown:
        streams, worst = shown.locator(".hearing").nth(0), shown.locator(".hearing").nth(1)
        kinds = worst.locator(".pick").first
        kinds.get_by_role("button", name=re.compile("^missed")).focus()
        shown.keyboard.press("Enter")
        left = worst.locator(".card:visible")
        assert left.count() == 4 and all("missed" in one for one in left.locator("h3").all_inner_texts())
        assert worst.get_by_role("status").inner_text() == "4 of 12 shown"
        kinds.get_by_role("button", name="all").click()
        assert worst.locator(".card:visible").count() == 12
        streams.locator(".pick").first.get_by_role("button", name=re.compile("^missed")).click()
        assert streams.locator(".mk:visible").count() == 6
        assert streams.locator(".stream:visible").count() == 2 < streams.locator(".stream").count()
        first = streams.locator(".mk:visible").first
        assert first.get_attribute("tabindex") == "0"
        streams.locator(".pick").nth(1).get_by_role("button", name=re.compile("^no")).click()
        assert streams.locator(".mk:visible").count() == 3


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_stands_in_anyones_way(run: Run, dark: bool) -> None:
    with opened(written(run), size=PHONE if dark else (1280, 900), dark=dark) as shown:
        shown.locator(".mk").first.click()
        shown.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert found_by_axe(shown) == []


def test_a_picture_that_is_clicked_plays_from_there(run: Run) -> None:
    with opened(written(run)) as shown:
        box = shown.locator("#clip-0 .over")
        shown.evaluate(
            "window.from = null; document.addEventListener('play', (e) => { window.from = e.target.currentTime }, true)"
        )
        size = box.bounding_box()
        assert size is not None
        box.click(position={"x": size["width"] * 0.4, "y": 50})
        until(shown, "window.from !== null")
        assert 0.5 <= shown.evaluate("window.from") <= 0.75  # 0.4 of 1.5 s


def test_without_audio_no_sound_is_in_the_page_and_markers_still_tell(run: Run) -> None:
    path = written(run, audio=False)
    html = path.read_text()
    assert "data:audio" not in html and "<audio" not in html and "left out" in html and "people’s voices" not in html
    assert (
        "people’s voices" in written(run).read_text()
        and "CC-BY-4.0, consent research" in html + written(run).read_text()
    )
    with opened(path) as shown:
        shown.locator(".mk").first.click()
        assert (
            shown.locator(".moment:visible").count() == 1
            and "left out" in shown.locator(".moment:visible").inner_text()
        )
        assert found_by_axe(shown) == []


def test_who_cannot_listen_is_not_told_to(run: Run) -> None:
    silent, aloud = (re.sub(r"<[^>]+>", " ", written(run, audio).read_text()) for audio in (False, True))
    for told in ("listen to", "Click a picture", "cannot tell the word", "moment to hear"):
        assert told in aloud and told not in silent, told


def test_what_is_shown_is_said_truly(run: Run) -> None:
    config, predictions = run
    clips = worst_section(config, predictions)
    assert "(4 missed, " in clips
    assert "kind by kind, the surest of each first, and the" in clips and "narrowest right" in clips
    path = Path("runs/tiny/report/moments.json")
    before = path.read_text()
    try:
        told = json.loads(before)
        told["found"] = {**told["found"], "missed": 222, "late": 4}
        path.write_text(json.dumps(told))
        streams = timeline_section(config)
    finally:
        path.write_text(before)
    assert "The markers are a selection: 6 of 222 missed" in streams
    assert "answered late 4 times (400 ms or more after the word&#x27;s end)" in streams
    assert "selection" not in timeline_section(config)


def test_a_detections_score_and_threshold_have_the_same_digits(run: Run) -> None:
    html = timeline_section(run[0]) + worst_section(*run)
    shown = re.findall(r"[Tt]hreshold (\d\.\d+)", html) + re.findall(r"reached only (\d\.\d+)", html)
    assert len(shown) > 10 and {len(one) for one in shown} == {5}


def test_paper_shows_what_is_folded_and_no_choices(run: Run) -> None:
    with opened(written(run)) as shown:
        folded = shown.locator("#clip-0 details dl")
        assert not folded.is_visible() and shown.locator(".pick").first.is_visible()
        shown.emulate_media(media="print")
        assert folded.is_visible()
        assert not shown.locator(".pick").first.is_visible() and not shown.locator(".shown").first.is_visible()


def test_what_users_wrote_is_text(run: Run) -> None:
    html = written(run).read_text()
    assert HOSTILE not in html and "&lt;img src=x" in html


def test_the_sound_of_a_moment_is_that_of_its_stream(run: Run) -> None:
    """The codec's error is small, and there is no delay: the best shift against the excerpt is none."""
    html = written(run).read_text()
    moments = read_moments(Path("runs/tiny/report")).moments
    for number, moment in enumerate(moments[:3]):
        card = html[html.index(f'id="moment-{number}"') :]
        uri = re.search(r'src="data:audio/(?:mpeg|wav);base64,([^"]+)"', card)
        assert uri is not None
        heard, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(uri[1])), dtype="int16")
        own = read_audio(Path("runs/tiny/report/moments") / moment.audio).astype(float)
        assert rate_hz == 16_000 and len(heard) == len(own)
        errors = [float(np.std(own[100:-100] - heard[100 + by : len(heard) - 100 + by])) for by in range(-40, 41)]
        assert int(np.argmin(errors)) == 40 and min(errors) < 0.1 * float(np.std(own))


def test_the_same_run_gives_the_same_page(run: Run) -> None:
    assert written(run).read_bytes() == written(run).read_bytes()
