"""One page on this machine alone."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from chromium import opened
from playwright.sync_api import expect
from tiny_bundle import tiny_bundle

from kws_data.audio import write_wav
from kws_data.browser.page import CONTENT_POLICY, try_page
from kws_data.browser.serve import ServeError, page_server


def test_the_page_and_nothing_else_with_its_policy() -> None:
    with page_server("<p>größe</p>", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            assert server.server_address[0] == "127.0.0.1"
            address = f"http://127.0.0.1:{server.server_port}/"
            with urllib.request.urlopen(address) as answer:
                assert answer.read().decode() == "<p>größe</p>"
                assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{address}etc/passwd")
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("LOCALHOST", 200),
        ("rebound.example:{port}", 403),
        ("localhost.example:{port}", 403),
        ("example@127.0.0.1:{port}", 403),
        ("", 403),
    ],
)
def test_it_answers_by_the_names_of_this_machine_alone(host: str, status: int) -> None:
    with page_server("<p>here</p>", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": host.format(port=server.server_port)})
            answer = connection.getresponse()
            assert answer.status == status
            assert (b"here" in answer.read()) == (status == 200)
        finally:
            connection.close()
            server.shutdown()
            thread.join()


def test_a_port_that_is_taken_is_told() -> None:
    with (
        page_server("", 0) as server,
        pytest.raises(ServeError, match=r"in use.*--port"),
        page_server("", server.server_port),
    ):
        pass


def test_served_it_hears_the_microphone(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.random.default_rng(1).normal(0, 2_000, 16_000 * 60).astype(np.int16), 16_000)
    with page_server(try_page(tiny_bundle()), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            with opened(f"http://127.0.0.1:{server.server_port}/", microphone=tmp_path / "a.wav") as page:
                page.get_by_role("button", name="Listen").click()
                expect(page.get_by_role("button", name="Pause")).to_be_visible()
                expect(page.locator(".k-meter")).not_to_have_attribute("aria-valuenow", "-90")
                page.wait_for_timeout(1_500)
                heard = page.evaluate("Array.from(kwsTry['kws-try'].heard.slice(0, 1e9))")
                assert len(heard) > 8_000 and np.abs(heard).max() > 100
        finally:
            server.shutdown()
            thread.join()
