"""Fetching from a real server on this machine, which misbehaves in every way that hosts do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_server import Answer, SmallServer, small_server

from kws_data.sources.imports import fetch
from kws_data.sources.imports.fetch import Fetcher, FetchError, Manners, checked_url

QUICK = Manners(requests_per_second=500, timeout_s=5.0, retries=2, first_wait_s=0.01, longest_wait_s=0.3)


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as server:
        yield server


def test_a_file_comes_whole_and_with_its_checksum(server: SmallServer) -> None:
    body = bytes(range(256)) * 1_000
    url = server.set("/a.wav", Answer(body))
    assert Fetcher(QUICK).fetch(url, hashlib.sha256(body).hexdigest().upper()) == body
    assert server.paths() == ["/robots.txt", "/a.wav"]
    assert all(agent.startswith("kws/") for _, _, agent in server.asked)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(status=404), "host answers 404"),
        (Answer(status=403), "host answers 403"),
        (Answer(status=301), "host answers 301"),
        (Answer(b"x" * 2_000), "too large"),
        (Answer(b"x" * 2_000, announced=-1), "too large"),
        (Answer(b"x" * 20, announced=500), "cut short: 20 of 500"),
        (Answer(b"hello"), "another checksum"),
        (Answer(status=500), "host answers 500"),
        (Answer(b"x", delay_s=1.0), "timed out"),
        (Answer(status=503, headers={"Retry-After": "3600"}), "wait 3600 s"),
        (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "only http and https"),
        (Answer(status=302, headers={"Location": "ftp://127.0.0.1/a"}), "only http and https"),
        (Answer(status=302, headers={"Location": "http://user:pass@127.0.0.1/a"}), "name and password"),
        (Answer(status=302, headers={"Location": "/a.wav"}), "too many redirects"),
    ],
    ids=lambda value: "" if isinstance(value, Answer) else value,
)
def test_what_cannot_be_fetched_has_a_reason(answer: Answer, message: str, server: SmallServer) -> None:
    url = server.set("/a.wav", answer)
    manners = replace(QUICK, max_bytes=1_000, timeout_s=0.3 if answer.delay_s else 5.0)
    with pytest.raises(FetchError) as caught:
        Fetcher(manners).fetch(url, hashlib.sha256(b"other").hexdigest())
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_robots_are_obeyed(server: SmallServer) -> None:
    robots = b"User-agent: *\nDisallow: /\n\nUser-agent: kws\nDisallow: /private/\n"
    server.set("/robots.txt", Answer(robots))
    server.set("/private/a.wav", Answer(b"a"))
    server.set("/public/a.wav", Answer(b"b"))
    fetcher = Fetcher(QUICK)
    assert fetcher.fetch(server.url("/public/a.wav")) == b"b"
    with pytest.raises(FetchError, match="does not allow"):
        fetcher.fetch(server.url("/private/a.wav"))
    assert server.paths() == ["/robots.txt", "/public/a.wav"], "what is not allowed is not asked for"


def test_robots_that_cannot_be_read_allow_nothing(server: SmallServer) -> None:
    server.set("/robots.txt", Answer(status=500))
    server.set("/a.wav", Answer(b"a"))
    with pytest.raises(FetchError, match=r"robots\.txt of the host cannot be read"):
        Fetcher(QUICK).fetch(server.url("/a.wav"))
    assert "/a.wav" not in server.paths()


def test_redirects_obey_the_robots_of_the_new_host(server: SmallServer) -> None:
    with small_server() as other:
        other.set("/robots.txt", Answer(b"User-agent: *\nDisallow: /kept/\n"))
        other.set("/kept/a.wav", Answer(b"a"))
        other.set("/free/a.wav", Answer(b"b"))
        server.set("/kept", Answer(status=302, headers={"Location": other.url("/kept/a.wav")}))
        server.set("/free", Answer(status=307, headers={"Location": other.url("/free/a.wav")}))
        fetcher = Fetcher(QUICK)
        assert fetcher.fetch(server.url("/free")) == b"b"
        with pytest.raises(FetchError, match="does not allow"):
            fetcher.fetch(server.url("/kept"))
        assert "/kept/a.wav" not in other.paths()


def test_redirects_do_not_lead_from_outside_to_inside(server: SmallServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host is public or private by its address; here 127.0.0.1 stands for a public one and localhost does not."""
    monkeypatch.setattr(fetch, "_is_private", lambda parts: parts.hostname == "localhost")
    location = server.url("/secret").replace("127.0.0.1", "localhost")
    server.set("/a.wav", Answer(status=302, headers={"Location": location}))
    server.set("/secret", Answer(b"secret"))
    with pytest.raises(FetchError, match="public host to a private"):
        Fetcher(QUICK).fetch(server.url("/a.wav"))
    assert "/secret" not in server.paths()


def test_this_machine_is_private() -> None:
    for host in ("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254"):
        assert fetch._is_private(fetch.urlsplit(f"http://{host}/"))
    assert not fetch._is_private(fetch.urlsplit("http://8.8.8.8/"))


def test_what_may_pass_is_tried_again(server: SmallServer) -> None:
    busy = Answer(status=429, headers={"Retry-After": "0"})
    soon = Answer(status=503, headers={"Retry-After": format_datetime(datetime.now(UTC) - timedelta(seconds=5))})
    url = server.set("/a.wav", busy, soon, Answer(b"a"))
    assert Fetcher(QUICK).fetch(url) == b"a"
    assert server.paths().count("/a.wav") == 3
    url = server.set("/b.wav", Answer(b"bb", announced=9), Answer(b"bb"))
    assert Fetcher(QUICK).fetch(url) == b"bb"


def test_retry_after_is_waited_for(server: SmallServer) -> None:
    url = server.set("/a.wav", Answer(status=429, headers={"Retry-After": "1"}), Answer(b"a"))
    Fetcher(replace(QUICK, longest_wait_s=5.0)).fetch(url)
    first, second = [moment for moment, path, _ in server.asked if path == "/a.wav"]
    assert second - first >= 0.99


def test_a_host_is_asked_at_its_pace_by_all_threads(server: SmallServer) -> None:
    urls = [server.set(f"/{number}.wav", Answer(b"a")) for number in range(6)]
    fetcher = Fetcher(replace(QUICK, requests_per_second=20.0))
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(fetcher.fetch, urls)) == [b"a"] * 6
    assert len(server.asked) == 7, "robots.txt is asked for once"
    assert time.monotonic() - started >= 6 / 20


def test_a_crawl_delay_is_kept(server: SmallServer) -> None:
    server.set("/robots.txt", Answer(b"User-agent: *\nCrawl-delay: 1\nDisallow:\n"))
    fetcher = Fetcher(QUICK)
    started = time.monotonic()
    for name in ("/a.wav", "/b.wav"):
        fetcher.fetch(server.set(name, Answer(b"a")))
    assert time.monotonic() - started >= 1.0


def test_fetching_can_be_stopped(server: SmallServer) -> None:
    url = server.set("/a.wav", Answer(status=503, headers={"Retry-After": "30"}))
    fetcher = Fetcher(Manners(requests_per_second=500))
    threading.Timer(0.2, fetcher.stop.set).start()
    started = time.monotonic()
    with pytest.raises(FetchError, match="stopped"):
        fetcher.fetch(url)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "url",
    ["", "a.wav", "file:///etc/passwd", "http://", "http://:80/", "http://a:b@host/x", "http://host:99999/", "http://[::1",
     "javascript:alert(1)", "http://ho st/x", "http://" + "a" * 64 + ".org/"],
)  # fmt: skip
def test_addresses_that_are_not_fetched(url: str) -> None:
    with pytest.raises(FetchError):
        checked_url(url)


def test_addresses_are_written_as_hosts_need_them() -> None:
    assert checked_url(" http://bücher.example/größe a.wav?q=ä#x ") == (
        "http://xn--bcher-kva.example/gr%C3%B6%C3%9Fe%20a.wav?q=%C3%A4"
    )
    assert checked_url("https://host/a%20b.wav") == "https://host/a%20b.wav"


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_address_or_a_fetch_error(text: str) -> None:
    for candidate in (text, f"http://host/{text}", f"http://{text}/"):
        try:
            url = checked_url(candidate)
        except FetchError:
            continue
        assert url.startswith(("http://", "https://")) and url.isascii() and not set(url) & set("\r\n\t ")
        assert checked_url(url) == url


@settings(deadline=None)
@given(st.text())
def test_any_retry_after_is_seconds_or_nothing(text: str) -> None:
    seconds = fetch._retry_after(text)
    assert seconds is None or seconds >= 0
