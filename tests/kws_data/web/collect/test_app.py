"""What strangers may ask of the page for contributors, and what they may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from served_page import Answer, Served, served, spoken_take

from kws_data.catalog.catalog import Catalog
from kws_data.web.collect.app import collect_app
from kws_data.web.collect.consent import ConsentText
from kws_data.web.collect.limits import Limits
from kws_data.web.collect.people import LONGEST_TEXT
from kws_data.web.collect.store import Contributions
from kws_data.web.collect.upload import MOST_BYTES
from kws_data.web.guard import access_for

TEXT = ConsentText("You agree to this.", "CC-BY-4.0")
WORDS = {"yes": 2, "no": 1}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(collect_app(Contributions(tmp_path / "recordings", TEXT, WORDS, tmp_path / "runs"))) as page:
        yield page


def begin(page: Served, **said: str) -> str:
    told = {"agreed": True, "version": TEXT.version, "said": said}
    answer = page.ask("/api/contributors", json_body=told)
    assert answer.status == 201, answer.body
    return str(answer.json["secret"])


def send(page: Served, secret: str, word: str = "yes", take: Any = 0, samples: Any = None, **more: Any) -> Answer:
    body = (spoken_take() if samples is None else samples).tobytes()
    query = f"/api/takes?form=s16&rate=16000&word={word}&take={take}"
    return page.ask(query, body=body, headers={"X-Contributor": secret}, **more)


def me(page: Served, secret: str) -> Answer:
    return page.ask("/api/me", headers={"X-Contributor": secret})


def test_a_take_is_in_the_catalogue_with_all_that_belongs_to_it(page: Served, tmp_path: Path) -> None:
    secret = begin(page, age_band="20-39", accent=" Scottish ", gender="")
    take = spoken_take()
    browser = {"X-Contributor": secret, "User-Agent": "Mozilla/5.0 (Android 14; Mobile) Gecko/130.0 Firefox/130.0"}
    query = "/api/takes?form=s16&rate=16000&word=yes&take=1&echoCancellation=0&autoGainControl=1"
    assert page.ask(query, body=take.tobytes(), headers=browser).status == 201
    with Catalog(tmp_path / "recordings") as catalog:
        (clip,) = catalog.clips(source="collect")
        assert np.array_equal(catalog.load(clip), take)
        kept = catalog.profile("consent", TEXT.version)
    assert kept == {"text": TEXT.text, "licence": TEXT.licence}
    assert (clip.word, clip.licence, clip.consent) == ("yes", "CC-BY-4.0", f"consent text {TEXT.version}")
    assert clip.session == f"{clip.speaker}-web" and secret not in str(clip) and clip.device == "browser"
    told = {"age_band": "20-39", "accent": "Scottish", "browser": "Firefox", "system": "Android", "take": 1}
    assert {**clip.attributes, **told, "auto_gain_control": True, "echo_cancellation": False} == clip.attributes
    assert clip.attributes["snr_db"] > 20 and "gender" not in clip.attributes and clip.reasons == ""


def test_words_come_in_turn_and_what_was_skipped_does_not_come_again(page: Served) -> None:
    secret = begin(page)
    first = me(page, secret).json
    assert first["remaining"] == [{"word": "yes", "take": 0}, {"word": "no", "take": 0}, {"word": "yes", "take": 1}]
    assert page.ask("/api/skips", json_body=first["remaining"][0], headers={"X-Contributor": secret}).status == 201
    assert send(page, secret, "no").status == 201
    again = me(page, secret).json
    assert again["remaining"] == [{"word": "yes", "take": 1}] and again["skipped"] == 1
    assert [(clip["word"], clip["take"]) for clip in again["clips"]] == [("no", 0)]


def test_nothing_is_recorded_without_consent(page: Served, tmp_path: Path) -> None:
    for told in (
        {"agreed": False, "version": TEXT.version},
        {"agreed": True, "version": "0" * 12},
        {"agreed": "yes", "version": TEXT.version},
        {"agreed": True, "version": TEXT.version, "more": 1},
    ):
        assert page.ask("/api/contributors", json_body=told).status in (403, 409, 422)
    assert send(page, "A" * 24).status == 404 and send(page, "").status in (404, 422)
    assert not (tmp_path / "recordings" / "audio").exists()


def test_another_text_asks_for_consent_anew(tmp_path: Path) -> None:
    with served(collect_app(Contributions(tmp_path, TEXT, WORDS))) as page:
        secret = begin(page, accent="welsh")
    text = replace(TEXT, licence="CC0-1.0")
    with served(collect_app(Contributions(tmp_path, text, WORDS))) as page:
        assert not me(page, secret).json["agreed"]
        assert send(page, secret).status == 403
        told = {"agreed": True, "version": text.version}
        assert page.ask("/api/me/agree", json_body=told, headers={"X-Contributor": secret}).json["agreed"]
        assert send(page, secret).status == 201
    with Catalog(tmp_path) as catalog:
        (clip,) = catalog.clips(source="collect")
    assert (clip.licence, clip.attributes["accent"]) == ("CC0-1.0", "welsh")


@pytest.mark.parametrize("body", [b"{", b"", b"[1", b'{"word": }', b"\xff", b"null", b"[]", b"1" * 5_000])
def test_what_is_no_json_is_told_in_words(page: Served, body: bytes) -> None:
    told = {"X-Contributor": begin(page), "Content-Type": "application/json"}
    answer = page.ask("/api/skips", body=body, headers=told, method="POST")
    assert answer.status in (400, 422)
    assert answer.json["error"] in ("what was sent is no JSON", "request cannot be used")


def test_the_same_take_sent_twice_is_one_clip_and_another_is_refused(page: Served, tmp_path: Path) -> None:
    secret = begin(page)
    assert [send(page, secret).status for _ in range(2)] == [201, 201]
    assert send(page, secret, samples=spoken_take(seed=1)).status == 409
    with Catalog(tmp_path / "recordings") as catalog:
        assert len(catalog.clips(source="collect", with_set_aside=True)) == 1
    assert len(list((tmp_path / "recordings" / "audio").rglob("*.flac"))) == 1


@pytest.mark.parametrize(
    ("word", "take"), [("stop", 0), ("yes", 2), ("yes", -1), ("yes", "x"), ("../../x", 0), ("%00", 0), ("no", 1)]
)
def test_what_nobody_is_asked_for_is_refused(page: Served, word: str, take: Any, tmp_path: Path) -> None:
    secret = begin(page)
    assert send(page, secret, word, take).status in (404, 422)
    skipped = page.ask("/api/skips", json_body={"word": word, "take": take}, headers={"X-Contributor": secret})
    assert skipped.status in (404, 422)
    assert not list(tmp_path.rglob("*.flac"))


def test_nobody_reaches_what_others_recorded(page: Served) -> None:
    ann, bob = begin(page), begin(page)
    assert send(page, ann).status == 201
    number = me(page, ann).json["number"]
    sound = "/api/takes/sound?word=yes&take=0"
    assert page.ask(sound, headers={"X-Contributor": ann}).body[:4] == b"RIFF"
    for other in (bob, number, f"{number}-web", ann[:-1] + ("A" if ann[-1] != "A" else "B"), ann.lower(), ann + "A"):
        answer = page.ask(sound, headers={"X-Contributor": other})
        assert answer.status in (404, 422) and number not in answer.body.decode()
    assert page.ask("/api/me/withdraw", json_body={}, headers={"X-Contributor": number}).status == 404
    assert len(me(page, ann).json["clips"]) == 1


def test_other_pages_and_other_names_of_this_machine_are_refused(page: Served) -> None:
    secret = begin(page)
    for origin in (None, "https://evil.example", "null", f"http://127.0.0.1:{page.port + 1}"):
        assert send(page, secret, origin=origin).status == 403
        assert (
            page.ask("/api/me/withdraw", json_body={}, headers={"X-Contributor": secret}, origin=origin).status == 403
        )
    assert page.ask("/", headers={"Host": "evil.example"}).status == 403
    assert me(page, secret).json["clips"] == []


def test_bodies_that_are_too_large_are_refused(page: Served) -> None:
    secret = begin(page)
    assert send(page, secret, samples=np.zeros(MOST_BYTES // 2 + 1, np.int16)).status == 413
    assert send(page, secret, samples=np.zeros(64_010, np.int16)).status == 422
    huge = {"agreed": True, "version": TEXT.version, "said": {"accent": "x" * (LONGEST_TEXT + 1)}}
    assert page.ask("/api/contributors", json_body=huge).status == 422


def test_paths_lead_nowhere(page: Served) -> None:
    for path in (
        "/files/../collect_app.py",
        "/files/%2e%2e/guard.py",
        "/etc/passwd",
        "/files/",
        "/docs",
        "/openapi.json",
    ):
        assert page.ask(path).status == 404
    answer = page.ask("/")
    assert answer.status == 200 and "script-src 'self'" in answer.headers["content-security-policy"]
    assert b"<style" not in answer.body and b" style=" not in answer.body


@pytest.mark.parametrize("said", [{"name": "Ann"}, {"age_band": "34"}, {"accent": "<b>"}, {"gender": "female'--"}])
def test_only_what_is_asked_for_can_be_said(page: Served, said: dict[str, str]) -> None:
    told = {"agreed": True, "version": TEXT.version, "said": said}
    answer = page.ask("/api/contributors", json_body=told)
    assert answer.status == 422 and "\n" not in answer.json["error"]


def test_takes_that_cannot_be_a_word_are_set_aside_and_told_plainly(page: Served, tmp_path: Path) -> None:
    secret = begin(page)
    silent = send(page, secret, samples=np.zeros(16_000, np.int16)).json
    assert silent["set_aside"] and "Nothing was heard" in silent["advice"][0]
    loud = np.clip(spoken_take().astype(int) * 40, -32_768, 32_767).astype(np.int16)
    assert "Too loud" in send(page, secret, "no", samples=loud).json["advice"][0]
    with Catalog(tmp_path / "recordings") as catalog:
        assert catalog.clips(source="collect") == []
        assert len(catalog.clips(source="collect", with_set_aside=True)) == 2


def test_pace_is_limited_by_contributor_and_by_address(tmp_path: Path) -> None:
    limits = Limits(takes_a_minute=2, takes_a_minute_at_address=5, contributors_an_hour=3)
    with served(collect_app(Contributions(tmp_path, TEXT, WORDS), limits)) as page:
        secrets = [begin(page) for _ in range(3)]
        told = {"agreed": True, "version": TEXT.version}
        assert page.ask("/api/contributors", json_body=told).status == 429
        assert [send(page, secrets[0]).status for _ in range(3)] == [201, 201, 429]
        assert [send(page, secrets[1]).status for _ in range(2)] == [201, 201]
        refused = send(page, secrets[2])
        assert refused.status == 429 and "nothing is lost" in refused.json["error"]


def test_clips_are_limited_in_all(tmp_path: Path) -> None:
    with served(collect_app(Contributions(tmp_path, TEXT, WORDS), Limits(most_clips=1))) as page:
        secret = begin(page)
        assert send(page, secret).status == 201
        assert "enough" in send(page, secret, "no").json["error"]
    with served(collect_app(Contributions(tmp_path, TEXT, WORDS), Limits(most_clips=1))) as page:
        told = {"agreed": True, "version": TEXT.version}
        assert page.ask("/api/contributors", json_body=told).status == 403


def test_withdrawing_leaves_no_byte(page: Served, tmp_path: Path) -> None:
    ann, bob = begin(page, accent="orcadian"), begin(page)
    assert send(page, ann).status == send(page, bob, samples=spoken_take(seed=2)).status == 201
    number = me(page, ann).json["number"]
    assert page.ask("/api/me/withdraw", json_body={}, headers={"X-Contributor": ann}).json == {"erased": 1}
    assert me(page, ann).status == send(page, ann).status == 410
    assert len(me(page, bob).json["clips"]) == 1
    files = [file for file in (tmp_path / "recordings").rglob("*") if file.is_file()]
    content = b"".join(file.read_bytes() for file in files)
    assert number.encode() not in content and b"orcadian" not in content
    assert len([file for file in files if file.suffix == ".flac"]) == 1


def test_a_contributor_who_kept_nothing_can_withdraw(page: Served, tmp_path: Path) -> None:
    secret = begin(page)
    assert page.ask("/api/me/withdraw", json_body={}, headers={"X-Contributor": secret}).json == {"erased": 0}
    with Catalog(tmp_path / "recordings") as catalog:
        assert catalog.profiles("speaker") == {}


def test_beyond_loopback_a_token_is_needed(tmp_path: Path) -> None:
    access = replace(access_for("0.0.0.0"), token="T" * 24)
    with served(collect_app(Contributions(tmp_path, TEXT, WORDS), token=access.token), access) as page:
        assert page.ask("/").status == page.ask("/api/terms").status == 401
        told = {"agreed": True, "version": TEXT.version}
        assert page.ask("/api/contributors", json_body=told).status == 401
        first = page.ask(f"/?token={access.token}")
        assert first.status == 303 and "HttpOnly" in first.headers["set-cookie"]
        cookie = {"Cookie": first.headers["set-cookie"].partition(";")[0]}
        assert page.ask("/api/terms", headers=cookie).json["token"] == access.token
