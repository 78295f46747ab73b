"""Who may ask a page's server for anything: this machine by its own names, or others with the token.

Four checks, before any route sees a request (an ASGI middleware):

* the ``Host`` header names this server. A page of somebody else may bring a browser to another name of the same
  address (DNS rebinding);
* what changes something comes from the page itself: its ``Origin`` is this server (cross-site request forgery);
* beyond loopback a token is needed, from the printed address once (``?token=``, which becomes a cookie that scripts
  cannot read) or in ``Authorization: Bearer``;
* a body is no larger than allowed, whatever its header promises.

Every answer carries a content policy: nothing is asked of anybody else.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, RedirectResponse, Response

COOKIE = "kws_token"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
MOST_BYTES = 4 << 20
MOST_SECONDS = 30 * 24 * 3_600  # that a browser keeps the token
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SAFE = ("GET", "HEAD")
_WITHOUT_PORT = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[^:]+)(:\d{1,5})?$")

_NO_NAME = str.maketrans(dict.fromkeys("[]", "_"))  # signs of an address that no cookie's name may have

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Access:
    """Who may ask.

    Attributes:
        names: of this server, as a ``Host`` header has them without a port; empty for any name, with a token.
        token: what those must show who ask; empty where only this machine can ask.
        most_bytes: of one request.
    """

    names: tuple[str, ...] = LOOPBACK_NAMES
    token: str = ""
    most_bytes: int = MOST_BYTES


def access_for(host: str, names: tuple[str, ...] = (), most_bytes: int = MOST_BYTES) -> Access:
    """Who may ask a server that listens at ``host``: a token is made where that is not loopback.

    Args:
        host: name or address to listen at.
        names: further names by which it is reached (a name in DNS, a proxy's).
        most_bytes: of one request.
    """
    if is_loopback(host):
        return Access((*LOOPBACK_NAMES, *names), "", most_bytes)
    own = () if host in ("0.0.0.0", "::") else (f"[{host}]" if ":" in host else host,)
    known = (*LOOPBACK_NAMES, *own, *names) if own or names else ()
    return Access(known, secrets.token_urlsafe(24), most_bytes)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """The middleware: ``Guard(app, access)`` answers in the app's place what may not be asked."""

    def __init__(self, app: App, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        await self.app(scope, _limited(receive, self.access.most_bytes), _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        plain = _WITHOUT_PORT.match(host)
        if plain is None or (self.access.names and plain[1].lower() not in self.access.names):
            return PlainTextResponse(f"this server is not called {host[:80]!r}", 403)
        if scope["method"] not in _SAFE and not _from_itself(headers, scope["scheme"], host):
            return PlainTextResponse("this can be asked from the page itself only", 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self.access.most_bytes:
            return PlainTextResponse(f"at most {self.access.most_bytes} bytes", 413)
        return self._without_token(scope, headers) if self.access.token else None

    def _without_token(self, scope: Scope, headers: dict[str, str]) -> Response | None:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if given and scope["method"] in _SAFE and self._is_token(given):
            # So that the token does not stay in the address bar; "lax" because the address may be a link in a message.
            answer = RedirectResponse("/" + scope["path"].lstrip("/"), 303)
            name, secure = _cookie_name(headers), scope["scheme"] == "https"
            answer.set_cookie(name, given, httponly=True, secure=secure, samesite="lax", max_age=MOST_SECONDS)
            return answer
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if (kind.lower() == "bearer" and self._is_token(bearer)) or self._is_token(_cookie(headers)):
            return None
        return PlainTextResponse("open the whole address that kws printed: it ends with a token", 401)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.access.token.encode())


def _from_itself(headers: dict[str, str], scheme: str, host: str) -> bool:
    """Whether the page of this server asks; a proxy may speak another scheme to the browser."""
    origin = headers.get("origin", "")
    return origin.lower() in (f"{scheme}://{host}".lower(), f"https://{host}".lower())


def _cookie_name(headers: Mapping[str, str]) -> str:
    """One a port: cookies know hosts only, and two pages of one host have a token each."""
    return f"{COOKIE}_{headers.get('host', '').rpartition(':')[2] or 'page'}".translate(_NO_NAME)


def _cookie(headers: Mapping[str, str]) -> str:
    """The token's cookie, whatever others the host has set beside it."""
    pairs = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == _cookie_name(headers)), "")


def _limited(receive: Receive, most_bytes: int) -> Receive:
    """Bodies that are longer than allowed end as if the browser had gone."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= most_bytes else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    more = {
        b"content-security-policy": POLICY.encode(),
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"permissions-policy": b"microphone=(self)",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"cache-control": b"no-store",
    }

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *((k, v) for k, v in more.items() if k not in there)]
        await send(message)

    return with_headers
