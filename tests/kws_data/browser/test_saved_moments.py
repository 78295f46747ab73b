"""Moments that readers of the page save: with a word, a pseudonym and consent they come into a catalogue."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
from chromium import found_by_axe, opened
from heard_page import APP, RATE_HZ, bundle, detections, open_recording, sound
from playwright.sync_api import Page, expect

from kws_data.audio import read_audio, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.labels import spelt
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.intake import Terms


def fill(page: Page, word: str, speaker: str, consent: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was said").select_option(label=word)
    dialog.get_by_label("Pseudonym").fill(speaker)
    dialog.get_by_label("It may be used").select_option(label=consent)


def test_a_saved_moment_comes_in_with_its_word_and_consent(page_file: Path, wav: Path, tmp_path: Path) -> None:
    with opened(page_file) as page:
        open_recording(page, wav)
        found = detections(page)
        first, kept = found[-1], sound()
        page.locator(".k-detections li").first.get_by_role("button", name="Save").click()
        fill(page, "no", "voice-7", "to train and test, and be published")
        page.get_by_role("button", name="Save", exact=True).click()
        assert page.locator("dialog[open]").count() == 1  # nothing is saved without consent
        page.get_by_role("dialog").get_by_role("checkbox").check()
        assert found_by_axe(page) == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Save the last 2 s").click()
        fill(page, "another word …", "Ann Smith", "to train and test detectors")
        page.get_by_label("The other word").fill('jösses, "ja"')
        page.get_by_role("dialog").get_by_role("checkbox").check()
        page.get_by_role("button", name="Save", exact=True).click()
        assert page.locator("dialog[open]").count() == 1  # a name is no pseudonym
        page.get_by_label("Pseudonym").fill("voice-8")
        page.get_by_role("dialog").get_by_role("checkbox").check()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".k-status")).to_contain_text("2 clips")
        download.value.save_as(tmp_path / "kws-moments.zip")
        assert page.asked[0] == page_file.as_uri()  # type: ignore[attr-defined]
        assert all(one.startswith("blob:") for one in page.asked[1:])  # type: ignore[attr-defined]
    with zipfile.ZipFile(tmp_path / "kws-moments.zip") as archive:
        assert archive.namelist() == [
            "kws-moments/metadata.csv",
            "kws-moments/no/voice-7_nohash_0.wav",
            "kws-moments/clip-2/voice-8_nohash_0.wav",
        ]
        archive.extractall(tmp_path)
    end = min(len(kept), first.sample + RATE_HZ // 2)
    saved = read_audio(tmp_path / "kws-moments/no/voice-7_nohash_0.wav", None)
    np.testing.assert_array_equal(saved, kept[end - 2 * RATE_HZ : end])
    with Catalog(tmp_path / "recordings") as catalog:
        report = import_layout(catalog, "folder", tmp_path / "kws-moments", lambda *_: None, Terms("", ""))
        clips = {clip.word: clip for clip in catalog.clips()}
    assert report.counts.added == 2 and not report.absent
    assert sorted(clips) == ['jösses,_"ja"', "no"]
    assert (clips["no"].consent, clips["no"].licence) == ("publication", "CC-BY-4.0")
    assert (clips['jösses,_"ja"'].consent, clips['jösses,_"ja"'].licence) == ("research", "unstated")
    assert clips["no"].speaker != clips['jösses,_"ja"'].speaker


def test_who_agreed_to_other_terms_is_asked_again(page_file: Path, wav: Path) -> None:
    with opened(page_file) as page:
        open_recording(page, wav)
        page.get_by_role("button", name="Save the last 2 s").click()
        fill(page, "no", "voice-7", "to train and test detectors")
        agreed = page.get_by_role("dialog").get_by_role("checkbox")
        agreed.check()
        page.get_by_label("It may be used").select_option(label="to train and test, and be published")
        expect(agreed).not_to_be_checked()
        expect(page.locator(".k-consent")).to_contain_text("published under CC BY 4.0")
        page.get_by_role("button", name="Save", exact=True).click()
        assert page.locator("dialog[open]").count() == 1
        agreed.check()
        page.get_by_label("Pseudonym").fill("voice-8")  # somebody else
        expect(agreed).not_to_be_checked()
        agreed.check()
        page.get_by_label("What was said").select_option("yes")  # the word is no term
        expect(agreed).to_be_checked()


def test_the_word_of_the_last_seconds_is_chosen_and_that_of_a_detection_is_set(page_file: Path, wav: Path) -> None:
    with opened(page_file) as page:
        open_recording(page, wav)
        word = page.get_by_label("What was said")
        page.locator(".k-detections li").first.get_by_role("button", name="Save").click()
        assert word.input_value() == bundle().labels[detections(page)[-1].label]
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Save the last 2 s").click()
        assert word.input_value() == ""
        page.get_by_label("Pseudonym").fill("voice-7")
        page.get_by_role("dialog").get_by_role("checkbox").check()
        page.get_by_role("button", name="Save", exact=True).click()
        assert page.locator("dialog[open]").count() == 1 and page.evaluate(f"{APP}.moments.clips.length") == 0
        word.select_option("yes")
        with page.expect_download():
            page.get_by_role("button", name="Save", exact=True).click()
        assert page.evaluate(f"{APP}.moments.clips[0].word") == "yes"


#: Word as it is typed -> its folder, clip-1 for that of the clip's number; None: refused.
TYPED = {
    " hey  jarvis ": "hey_jarvis",
    "Ja-2": "Ja-2",
    "gru\u0308n": "clip-1",
    "はい": "clip-1",
    "«oui, non!»": "clip-1",
    "test": "clip-1",
    "NUL": "clip-1",
    "-x": "clip-1",
    "a/b": None,
    "..": None,
    "a\\b": None,
    "<b>": None,
    "a\u0007b": None,
    "a\u202eb": None,
    " ": None,
}


def test_words_of_all_alphabets_come_in_and_folders_are_plain(page_file: Path, tmp_path: Path) -> None:
    loud = np.random.default_rng(1).normal(0, 2_000, 40 * RATE_HZ).astype(np.int16)  # nothing is set aside as silence
    write_wav(tmp_path / "loud.wav", loud, RATE_HZ)
    with opened(page_file) as page:
        open_recording(page, tmp_path / "loud.wav")
        page.get_by_role("button", name="Save the last 2 s").click()
        fill(page, "another word …", "voice-7", "to train and test detectors")
        page.get_by_role("dialog").get_by_role("checkbox").check()
        for word, folder in TYPED.items():
            page.get_by_label("The other word").fill(word)
            assert (page.inner_text(".k-refused") == "") == (folder is not None), word
            if folder is None:
                page.get_by_role("button", name="Save", exact=True).click()
                assert page.locator("dialog[open]").count() == 1, word
        assert found_by_axe(page) == []
        taken = [word for word, folder in TYPED.items() if folder]
        page.get_by_role("button", name="Cancel").click()
        for number, word in enumerate(taken):
            page.evaluate(f"{APP}.view = {(3 + 4 * number) * RATE_HZ}")  # sounds that differ
            page.get_by_role("button", name="Save the last 2 s").click()
            fill(page, "another word …", "voice-7", "to train and test detectors")
            page.get_by_label("The other word").fill(word)
            page.get_by_role("dialog").get_by_role("checkbox").check()
            with page.expect_download() as download:
                page.get_by_role("button", name="Save", exact=True).click()
        download.value.save_as(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    folders = [TYPED[word] for word in taken]
    want = [f"clip-{number}" if one == "clip-1" else one for number, one in enumerate(folders, 1)]
    assert [name.split("/")[1] for name in names[1:]] == want
    assert all(re.fullmatch(r"kws-moments/[A-Za-z0-9_./-]+", name) for name in names)
    with Catalog(tmp_path / "recordings") as catalog:
        report = import_layout(catalog, "folder", tmp_path / "kws-moments", lambda *_: None, Terms("", ""))
        clips = {clip.word: clip for clip in catalog.clips()}
    assert report.counts.added == len(taken) and not report.set_aside
    assert sorted(clips) == sorted(spelt(word) for word in taken)
    assert {clip.given_split for clip in clips.values()} == {""}  # the word test is no split
