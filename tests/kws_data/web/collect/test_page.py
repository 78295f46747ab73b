"""The page for contributors as they use it: in a browser, with a microphone, by keyboard, on a phone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from chromium import PHONE, found_by_axe, opened
from playwright.sync_api import Page
from served_page import served, write_speaker

from kws_data.catalog.catalog import Catalog
from kws_data.web.collect.app import collect_app
from kws_data.web.collect.consent import consent_text
from kws_data.web.collect.store import Contributions
from kws_data.web.guard import access_for

VALUES = {
    "purpose": "a test",
    "who": "The tests",
    "contact": "test@example.org",
    "licence": "CC-BY-4.0",
    "retention": "an hour",
    "words": "yes, no",
    "takes": "1",
}
TEXT = consent_text(VALUES)


def agree(page: Page) -> None:
    """Read, say something of oneself, tick, go on."""
    page.wait_for_selector("#consent:not([hidden])")
    page.select_option("[name=gender]", "female")
    page.check("#agree")
    page.click("text=Agree and go on")
    page.wait_for_selector("#check:not([hidden])")


def checked(page: Page) -> None:
    """The microphone is heard and found good."""
    page.click("#check-start")
    page.wait_for_selector("#check-go:not([hidden])", timeout=20_000)
    page.click("#check-go")
    page.wait_for_selector("#record:not([hidden])")


def take(page: Page) -> str:
    """Record the word that is shown; it ends by itself. What the page says of it."""
    for _ in range(3):  # a machine that is too busy loses sound, which is told, and recorded again
        page.keyboard.press("r")
        page.wait_for_selector("#do-keep:not([hidden]), #wrong:not([hidden])", timeout=20_000)
        if page.is_visible("#do-keep"):
            break
    page.wait_for_selector("#record-advice li")
    return page.inner_text("#record-advice")


@pytest.mark.slow
def test_from_consent_to_withdrawing(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    store = Contributions(recordings, TEXT, {"yes": 1, "no": 1}, tmp_path / "runs")
    with (
        served(collect_app(store)) as site,
        opened(site.url, microphone=write_speaker(tmp_path / "voice.wav", 90)) as page,
    ):
        page.wait_for_selector("#consent:not([hidden])")
        assert "test@example.org" in page.inner_text("#terms") and not found_by_axe(page)
        page.click("text=Agree and go on")  # without the tick
        assert page.is_visible("#consent") and not Catalog(recordings).is_there
        agree(page)
        assert not found_by_axe(page)
        checked(page)
        assert page.inner_text("#word") == "yes"
        assert take(page) == "Sounds good." and not found_by_axe(page)
        assert 0.7 < page.evaluate("document.getElementById('playback').duration") < 2.5
        assert not (recordings / "audio").exists()  # nothing is stored before it is kept
        page.keyboard.press("k")
        page.wait_for_selector('#word:text-is("no")')

        page.reload()  # the link goes on where it was
        page.wait_for_selector("#check:not([hidden])")
        checked(page)
        assert page.inner_text("#word") == "no"
        take(page)
        page.keyboard.press("k")
        page.wait_for_selector("#done:not([hidden])")
        assert not found_by_axe(page)

        with Catalog(recordings) as catalog:
            clips = sorted(catalog.clips(source="collect"), key=lambda clip: clip.word)
            assert all(len(catalog.load(clip)) == clip.samples > 9_000 for clip in clips)
        number = page.inner_text("#number")
        assert [(clip.word, clip.speaker, clip.reasons) for clip in clips] == [
            ("no", number, ""),
            ("yes", number, ""),
        ]
        assert {(clip.licence, clip.consent) for clip in clips} == {("CC-BY-4.0", TEXT.name)}
        assert all(clip.attributes["gender"] == "female" and clip.attributes["snr_db"] > 15 for clip in clips)
        assert all(clip.attributes["noise_suppression"] is False for clip in clips)

        page.click("#held summary")
        page.click("#held-list button >> nth=0")
        page.click("#withdraw")
        assert page.evaluate("document.activeElement.id") == "sure-no" and not found_by_axe(page)
        page.click("#sure-yes")
        page.wait_for_selector("#gone:not([hidden])", timeout=20_000)
        assert "2 recordings" in page.inner_text("#gone")
        assert all(re.match(rf"(blob:)?{site.url}|data:", address) for address in page.asked)  # type: ignore[attr-defined]
    assert not list(recordings.rglob("*.flac"))
    assert not any(number.encode() in file.read_bytes() for file in recordings.rglob("*") if file.is_file())


def test_by_keyboard_on_a_phone_in_the_dark(tmp_path: Path) -> None:
    store = Contributions(tmp_path / "recordings", TEXT, {"hey_jarvis_or_a_very_long_word_of_a_very_long_name": 1})
    with (
        served(collect_app(store)) as site,
        opened(site.url, size=PHONE, dark=True, microphone=write_speaker(tmp_path / "voice.wav", 20)) as page,
    ):
        page.wait_for_selector("#consent:not([hidden])")
        page.focus("#agree")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#check:not([hidden])")
        assert page.evaluate("document.activeElement.id") == "check-title"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#check-go:not([hidden])", timeout=20_000)
        page.keyboard.press("Enter")
        page.wait_for_selector("#record:not([hidden])")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0] and not found_by_axe(page)
        page.keyboard.press("s")
        page.wait_for_selector("#done:not([hidden])")
        assert store.counts()["clips"] == 0


def test_a_microphone_that_is_refused_is_told_with_what_to_do(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    with served(collect_app(store)) as site, opened(site.url, flags=["--deny-permission-prompts"]) as page:
        agree(page)
        page.click("#check-start")
        page.wait_for_selector("#wrong:not([hidden])")
        assert re.search("not allowed for this page|No microphone was found", page.inner_text("#wrong"))
        assert page.is_enabled("#check-start") and page.is_hidden("#check-go") and not found_by_axe(page)


def test_a_page_without_a_secure_context_says_so(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    with served(collect_app(store)) as site, opened("about:blank") as page:
        page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
        page.goto(site.url)
        agree(page)
        page.click("#check-start")
        page.wait_for_selector("#wrong:not([hidden])")
        assert "--certificate" in page.inner_text("#wrong")


def test_a_link_that_is_not_known_is_told(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    logged = pytest.raises(AssertionError, match="404")  # the browser's own log of a refusal, and nothing else
    with served(collect_app(store)) as site, logged, opened(f"{site.url}#me={'A' * 24}") as page:
        page.wait_for_selector("#wrong:not([hidden])")
        assert "not known" in page.inner_text("#wrong") and page.is_hidden("#consent")


def test_a_server_that_is_gone_is_told(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    with pytest.raises(AssertionError, match="ERR_CONNECTION_REFUSED"), opened("about:blank") as page:
        with served(collect_app(store)) as site:
            page.goto(site.url)
            agree(page)
        page.click("#withdraw")
        page.click("#sure-yes")
        page.wait_for_selector("#wrong:not([hidden])")
        assert "does not answer" in page.inner_text("#wrong") and page.is_visible("#mine")


def test_a_secret_link_with_the_token_goes_on_where_it_was(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    access = replace(access_for("0.0.0.0"), token="t" * 24)
    secret = store.begin(TEXT.version, {"accent": "welsh"})
    with (
        served(collect_app(store, token=access.token), access) as site,
        opened(f"{site.url}?token={access.token}#me={secret}") as page,
    ):
        page.wait_for_selector("#check:not([hidden])")
        link = page.input_value("#link")
        assert link == f"{site.url}?token={access.token}#me={secret}" and access.token not in page.url
        page.click("#held summary")
        assert "welsh" in page.inner_text("#held")
