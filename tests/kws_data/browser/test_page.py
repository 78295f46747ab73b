"""The page as its readers use it: microphone, recordings, thresholds, in Chromium and without a network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import PHONE, found_by_axe, opened
from heard_page import APP, RATE_HZ, bundle, detections, heard, open_recording, sound
from playwright.sync_api import expect
from wasm_file import IMPORTS, wasm_sections

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.spec import MICRO, MICRO_FIXED, FrontendSpec
from kws_data.audio import write_wav
from kws_data.browser.page import CONTENT_POLICY, detector_wasm, embedded, try_page
from kws_data.evaluation.detector import HostDetector
from kws_data.pages.html import Section, page


def test_a_recording_is_heard_as_on_the_board_and_nobody_is_asked_for_anything(page_file: Path, wav: Path) -> None:
    with opened(page_file) as page:
        open_recording(page, wav)
        np.testing.assert_array_equal(heard(page), sound())
        want = HostDetector(bundle()).detections(sound())
        assert detections(page) == want and len(want) > 5
        assert page.locator(".k-detections li").count() == len(want)
        last = bundle().labels[want[-1].label]
        assert f"{last} {(want[-1].score + 128) / 256:.2f} (int8 {want[-1].score})" in page.inner_text(
            ".k-detections li"
        )
        assert page.asked == [page_file.as_uri()]  # type: ignore[attr-defined]


def test_at_another_threshold_it_detects_what_the_host_detects_there(page_file: Path, wav: Path) -> None:
    of = bundle()
    shipped = HostDetector(of).detections(sound())
    with opened(page_file) as page:
        open_recording(page, wav)
        slider = page.get_by_label("Threshold", exact=True)
        for int8 in (-100, -20, 127):
            slider.fill(str(int8))
            stream = replace(of.stream, sums=(int8 * of.stream.average,) * len(of.labels))
            want = HostDetector(replace(of, stream=stream)).detections(sound())
            assert detections(page) == want != shipped
            assert f"{(int8 + 128) / 256:.3f} (int8 {int8})" in page.inner_text(".k-threshold output")
        page.get_by_label("Threshold of").select_option("yes")
        slider.focus()
        page.keyboard.press("ArrowLeft")  # the keyboard moves it, for this keyword alone
        assert "int8 126" in page.inner_text(".k-keywords tr:has-text('yes')")
        assert "int8 127" in page.inner_text(".k-keywords tr:has-text('no')")
        page.get_by_role("button", name="As shipped").click()
        assert detections(page) == shipped
        assert "as shipped" in page.inner_text(".k-threshold output")
        # what comes next is heard as if these thresholds had held all along
        page.get_by_role("button", name="Clear").click()
        assert detections(page) == []
        open_recording(page, wav)
        assert detections(page) == shipped


def test_what_the_microphone_hears_is_detected_as_on_the_host(page_file: Path, tmp_path: Path) -> None:
    never_silent = sound() // 2 + np.random.default_rng(1).normal(0, 300, len(sound())).astype(np.int16)
    write_wav(tmp_path / "a.wav", np.tile(never_silent, 3), RATE_HZ)
    with opened(page_file, microphone=tmp_path / "a.wav") as page:
        page.get_by_role("button", name="Listen").click()
        expect(page.locator(".k-detections li").first).to_be_visible(timeout=20_000)
        page.wait_for_timeout(4_000)
        assert float(page.get_attribute(".k-meter", "aria-valuenow") or -90) > -90
        assert page.inner_text(".k-told").partition(" at ")[0] in bundle().labels  # what a screen reader says
        page.get_by_role("button", name="Pause").click()
        samples = heard(page)
        assert len(samples) > 3 * RATE_HZ and np.abs(samples).max() > 1_000
        found = detections(page)
        assert found == HostDetector(bundle()).detections(samples) and found
        assert found_by_axe(page) == []
        # it goes on where it stopped, and the decisions are those of one stream
        page.get_by_role("button", name="Listen").click()
        page.wait_for_timeout(1_500)
        page.get_by_role("button", name="Pause").click()
        samples = heard(page)
        assert detections(page) == HostDetector(bundle()).detections(samples)
        assert page.asked == [page_file.as_uri()]  # type: ignore[attr-defined]


def test_a_microphone_that_is_refused_is_told_in_words(page_file: Path) -> None:
    with opened(page_file) as page:
        page.get_by_role("button", name="Listen").click()
        expect(page.locator(".k-status.k-wrong")).to_contain_text("microphone")
        said = page.inner_text(".k-status")
        assert "Allow it beside the address" in said or "No microphone was found" in said
        page.evaluate("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
        page.get_by_role("button", name="Listen").click()
        expect(page.locator(".k-status")).to_contain_text("kws try --bundle runs/microphone/model --serve")


def test_a_file_that_is_no_audio_is_told(page_file: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_bytes(b"RIFF and so on")
    with opened(page_file) as page:
        expect(page.locator("[data-do=open]")).to_be_enabled()
        page.set_input_files("[type=file]", tmp_path / "notes.wav")
        expect(page.locator(".k-status.k-wrong")).to_contain_text("notes.wav holds no audio that this browser can read")


def test_a_file_that_is_no_audio_leaves_what_was_heard(page_file: Path, wav: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.wav").write_bytes(b"RIFF and so on")
    with opened(page_file) as page:
        open_recording(page, wav)
        found = detections(page)
        page.set_input_files("[type=file]", tmp_path / "notes.wav")
        expect(page.locator(".k-status.k-wrong")).to_contain_text("notes.wav holds no audio")
        np.testing.assert_array_equal(heard(page), sound())
        assert detections(page) == found and page.locator(".k-detections li").count() == len(found) > 0
        write_wav(tmp_path / "short.wav", sound()[: 3 * RATE_HZ], RATE_HZ)
        open_recording(page, tmp_path / "short.wav")  # one that can be read takes its place
        np.testing.assert_array_equal(heard(page), sound()[: 3 * RATE_HZ])


def test_a_compressed_recording_is_decoded_by_the_browser(page_file: Path, tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "a.flac", sound()[: 5 * 48_000], 48_000)
    with opened(page_file) as page:
        open_recording(page, tmp_path / "a.flac")
        samples = heard(page)
        assert abs(len(samples) - 5 * RATE_HZ) <= 1
        assert detections(page) == HostDetector(bundle()).detections(samples)


@pytest.mark.parametrize(("size", "dark"), [((1280, 900), False), ((1280, 900), True), (PHONE, False), (PHONE, True)])
def test_axe_finds_nothing_and_a_phone_need_not_scroll_sideways(
    size: tuple[int, int], dark: bool, page_file: Path, wav: Path
) -> None:
    with opened(page_file, size=size, dark=dark) as page:
        assert found_by_axe(page) == []
        open_recording(page, wav)
        assert found_by_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_pictures_show_what_was_heard(page_file: Path, wav: Path) -> None:
    """Columns of the spectrogram are bright where there is sound, and dark where there is silence."""
    with opened(page_file) as page:
        open_recording(page, wav)
        page.wait_for_timeout(300)
        bright = np.array(
            page.evaluate(
                "(() => { const c = document.querySelector('.k-spectrogram'); const d = c.getContext('2d')"
                ".getImageData(0, 0, c.width, c.height).data; return Array.from({length: c.width}, (_, x) => {"
                "return Math.max(...Array.from({length: c.height}, (_, y) => d[4 * (y * c.width + x)])); }); })()"
            )
        )
        power = (sound()[: 10 * RATE_HZ].astype(float) ** 2).reshape(500, -1).mean(axis=1)
        assert bright[power > 1e5].min() > 80 and np.median(bright[power == 0]) < 20


def section(name: str, html: str) -> Section:
    """As the report has it: the scripts of its HTML by their hash."""
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return Section(name, name, re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL), tuple(scripts), wasm=True)


def test_two_stand_in_a_page_of_the_kit_each_with_its_own_bundle(tmp_path: Path, wav: Path) -> None:
    other = replace(bundle(), stream=replace(bundle().stream, sums=(0,) * len(bundle().labels)))
    path = tmp_path / "report.html"
    parts = [section("first", embedded(bundle())), section("other", embedded(other, "second"))]
    path.write_text(page("r", "", parts), encoding="utf-8")
    with opened(path, microphone=wav) as opened_page:
        second = opened_page.locator("#second")
        expect(second.locator("[data-do=open]")).to_be_enabled()
        opened_page.set_input_files("#second [type=file]", wav)
        expect(second.locator(".k-status")).to_contain_text("real time", timeout=20_000)
        found = opened_page.evaluate("kwsTry.second.detections.length")
        assert detections(opened_page) == [] and found == len(HostDetector(other).detections(sound())) > 0
        opened_page.locator("#appearance-dark").check()
        assert found_by_axe(opened_page) == []
        second.locator("[data-do=keep]").click()
        second.get_by_label("What was said").select_option("no")
        second.get_by_label("Pseudonym").fill("voice-1")
        second.get_by_role("checkbox").check()
        with opened_page.expect_download():
            second.get_by_role("button", name="Save", exact=True).click()
        first = opened_page.locator("#kws-try")
        first.get_by_role("button", name="Listen").click()
        expect(first.get_by_role("button", name="Pause")).to_be_visible(timeout=20_000)
        opened_page.wait_for_timeout(1_000)
        assert opened_page.evaluate(f"{APP}.microphone.node.constructor.name") == "AudioWorkletNode"
        assert opened_page.evaluate(f"{APP}.heard.end") > 0


def test_without_a_worklet_the_older_way_hears(page_file: Path, wav: Path) -> None:
    with opened(page_file, microphone=wav) as page:
        page.evaluate("Object.defineProperty(AudioContext.prototype, 'audioWorklet', {value: undefined})")
        page.get_by_role("button", name="Listen").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=20_000)
        page.wait_for_timeout(1_500)
        page.get_by_role("button", name="Pause").click()
        samples = heard(page)
        assert len(samples) > RATE_HZ / 4
        assert detections(page) == HostDetector(bundle()).detections(samples)


def test_the_page_is_small_whole_and_the_same_each_time() -> None:
    page = try_page(bundle())
    assert page == try_page(bundle()) and len(page.encode()) < 150_000
    assert f'content="{CONTENT_POLICY}"' in page and "connect-src 'none'" in page and "default-src 'none'" in page
    for asks in ("http://", "https://", "fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "import("):
        assert asks not in page, asks
    assert IMPORTS not in wasm_sections(detector_wasm(bundle()))


def test_names_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    labels = ("_silence_", "_unknown_", "</script><b>", "\"'&", "go")
    evil = replace(bundle(), labels=labels, config="</script><script>alert(1)</script>")
    path = tmp_path / "evil.html"
    path.write_text(try_page(evil), encoding="utf-8")
    with opened(path) as page:
        expect(page.locator("[data-do=listen]")).to_be_enabled()
        assert page.locator(".k-keywords tbody th").all_inner_texts() == list(labels[2:])
        assert page.locator("b:not(.k-meter b)").count() == 0


def test_micro_frontend_is_refused() -> None:
    features = dict(MICRO_FIXED)
    micro = replace(bundle(), frontend=FrontendSpec(kind=MICRO, **features))  # type: ignore[arg-type]
    with pytest.raises(FrontendError, match=r"micro_frontend.*mfcc or log_mel"):
        try_page(micro)
