"""Who may ask a page's server: names, origins, tokens, sizes, asked over a real line."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI, Request

from kws_data.web.guard import COOKIE, POLICY, Access, Guard, access_for, is_loopback
from kws_data.web.serve import ListenError, address_of, listening

TOKEN = "a-token-of-somebody"


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/{path:path}")
    async def path(path: str) -> str:
        return path

    @made.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    return made


@contextmanager
def guarded(access: Access) -> Iterator[int]:
    """Port of a guarded server."""
    at = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(Guard(app(), access), log_level="critical"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    try:
        yield int(at.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        at.close()


class Answer:
    """Status, headers and body of what was asked; ``Host`` is this server's unless given."""

    def __init__(
        self, port: int, method: str, path: str, headers: dict[str, str] | None = None, body: object = None
    ) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request(method, path, body, headers or {}, encode_chunked=False)  # type: ignore[arg-type]
        answer = line.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        line.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with guarded(Access(most_bytes=1_000)) as port:
        yield port


@pytest.fixture(scope="module")
def token_port() -> Iterator[int]:
    with guarded(Access((), TOKEN, 1_000)) as port:
        yield port


def test_every_answer_forbids_what_is_not_its_own(port: int) -> None:
    for answer in (Answer(port, "GET", "/x"), Answer(port, "POST", "/x"), Answer(port, "PUT", "/nothing")):
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in POLICY and "http" not in POLICY and "default-src 'none'" in POLICY


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", "", "localhost:1:2", "[::2]"]
)
def test_other_names_of_this_address_are_refused(port: int, host: str) -> None:
    assert Answer(port, "GET", "/x", {"Host": host}).status == (403 if host else 400) or host == ""


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "[::1]:8020", "127.0.0.1"])
def test_own_names_are_answered(port: int, host: str) -> None:
    assert Answer(port, "GET", "/x", {"Host": host}).status == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "http://127.0.0.1"])
def test_what_changes_something_comes_from_the_page_itself(port: int, origin: str | None) -> None:
    assert Answer(port, "POST", "/size", {"Origin": origin} if origin else {}, b"x").status == 403


def test_the_page_itself_may_and_so_may_it_behind_tls(port: int) -> None:
    for scheme in ("http", "https"):
        answer = Answer(port, "POST", "/size", {"Origin": f"{scheme}://127.0.0.1:{port}"}, b"12345")
        assert (answer.status, answer.body) == (200, b"5")


def test_a_body_is_no_larger_than_allowed_whatever_it_promises(port: int) -> None:
    own = {"Origin": f"http://127.0.0.1:{port}"}
    assert Answer(port, "POST", "/size", own, b"x" * 1_000).body == b"1000"
    assert Answer(port, "POST", "/size", own, b"x" * 1_001).status == 413
    chunked = {**own, "Transfer-Encoding": "chunked"}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("POST", "/size", iter([b"x" * 600] * 4), chunked, encode_chunked=True)
    with suppress(http.client.RemoteDisconnected):
        assert line.getresponse().status >= 400
    line.close()


def test_beyond_this_machine_the_token_is_needed(token_port: int) -> None:
    assert Answer(token_port, "GET", "/x").status == 401
    for path in ("/x?token=", "/x?token=wrong", f"/x?token={TOKEN}x", "/x?token=%ff"):
        assert Answer(token_port, "GET", path).status == 401
    assert Answer(token_port, "GET", "/x", {"Authorization": f"Bearer {TOKEN}"}).status == 200
    assert Answer(token_port, "GET", "/x", {"Authorization": f"Basic {TOKEN}"}).status == 401
    own = {"Origin": f"http://127.0.0.1:{token_port}"}
    assert Answer(token_port, "POST", f"/size?token={TOKEN}", own, b"x").status == 401


def test_the_address_becomes_a_cookie_that_scripts_cannot_read(token_port: int) -> None:
    first = Answer(token_port, "GET", f"//evil.example/?token={TOKEN}")
    assert first.status == 303 and first.headers["location"] == "/evil.example/"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and cookie.startswith(f"{COOKIE}_{token_port}={TOKEN}")
    pair = cookie.partition(";")[0]
    others = f'other={{"a": "b"}}; {COOKIE}_1=wrong; {pair}'  # of other pages of this host
    assert Answer(token_port, "GET", "/x", {"Cookie": others}).status == 200
    assert Answer(token_port, "GET", "/x", {"Cookie": f"{COOKIE}_1={TOKEN}"}).status == 401


def test_a_token_is_made_where_others_can_reach_it() -> None:
    assert access_for("127.0.0.1").token == "" and access_for("::1").token == ""
    made = access_for("192.0.2.7", ("label.example",))
    assert len(made.token) >= 32 and made.token != access_for("192.0.2.7").token
    assert {"192.0.2.7", "label.example", "localhost"} <= set(made.names)
    assert access_for("0.0.0.0").names == () and access_for("0.0.0.0", ("a.example",)).names[-1] == "a.example"
    assert is_loopback("127.9.9.9") and not is_loopback("0.0.0.0") and not is_loopback("example.org")


def test_the_address_has_the_token_and_a_taken_port_is_told() -> None:
    at = listening("127.0.0.1", 0)
    port = at.getsockname()[1]
    assert address_of(at, "0.0.0.0", Access((), TOKEN)) == f"http://127.0.0.1:{port}/?token={TOKEN}"
    with pytest.raises(ListenError, match=r"page cannot be served here.*--port"):
        listening("127.0.0.1", port)
    with pytest.raises(ListenError):
        listening("not an address", 0)
    at.close()
