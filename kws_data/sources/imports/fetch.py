"""Fetches files over HTTP as a polite stranger: asks robots.txt, waits between requests, checks what comes.

Only the standard library. Every host is asked at most so often a second, whatever the number of threads. A redirect is
followed where a browser of good manners would: to http or https, never from https back to http, never from a public
host to a private one, and by the rules of the new host. Nothing is written: who calls gets whole bytes or a reason.
"""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import ipaddress
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from firmware_tools.errors import KwsError
from kws_data import __version__

AGENT = "kws"
USER_AGENT = f"{AGENT}/{__version__} (imports listed recordings; obeys robots.txt)"
ROBOTS_BYTES = 512_000  # RFC 9309 asks for 500 KiB at least
_CHUNK = 65_536
_AGAIN = frozenset({429, 500, 502, 503, 504})
_HOST = re.compile(r"([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:[0-9]+)?")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchError(KwsError):
    """A file that could not be fetched, with its URL and the reason."""


@dataclass(frozen=True)
class Manners:
    """How to fetch.

    Attributes:
        requests_per_second: of one host, robots.txt and redirects included.
        timeout_s: without a byte from the host; a whole file may take ten times as long.
        max_bytes: of one file.
        retries: after the first attempt, for what may pass: 429, 5xx, a lost connection, a file cut short.
        first_wait_s: before the first retry; twice as long before each further one.
        longest_wait_s: a host that asks for more (Retry-After) is left alone.
        redirects: from one address to the next, at most.
    """

    requests_per_second: float = 1.0
    timeout_s: float = 20.0
    max_bytes: int = 50_000_000
    retries: int = 3
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    redirects: int = 5


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Hand every redirect back as it is."""


class _MayPassError(Exception):
    """A failure that may pass; ``wait_s`` is what the host asks for."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass
class Fetcher:
    """Fetches files. One for all threads.

    Attributes:
        manners: how.
        stop: set it to end all waiting, for an interruption.
    """

    manners: Manners = field(default_factory=Manners)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(_NoRedirect())
        self._lock = threading.Lock()
        self._turns: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser] = {}
        self._asking: dict[str, threading.Lock] = {}

    def fetch(self, url: str, sha256: str = "") -> bytes:
        """The whole file at a URL.

        Args:
            url: http or https.
            sha256: hash of the file in hex; not checked when empty.

        Raises:
            FetchError: refused by robots.txt, not there, too large, cut short, with another hash, or unreachable.
        """
        data = self._follow(checked_url(url), self.manners.max_bytes)
        if sha256 and hashlib.sha256(data).hexdigest() != sha256.lower():
            raise FetchError("file has another checksum", url, "it has changed at its source, or the list is wrong")
        return data

    def _follow(self, url: str, max_bytes: int, *, asks: bool = True) -> bytes:
        """Follow redirects; ``asks`` says whether robots.txt must agree."""
        start = url
        for _ in range(self.manners.redirects + 1):
            if asks and not self._allowed(url):
                raise FetchError("robots.txt of the host does not allow it", url, "ask the host's owner")
            answer = self._patiently(url, max_bytes)
            if isinstance(answer, bytes):
                return answer
            url = self._redirected(url, answer)
        raise FetchError("too many redirects", start, f"more than {self.manners.redirects}")

    def _redirected(self, url: str, location: str) -> str:
        target = checked_url(urljoin(url, location))
        if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
            raise FetchError("redirect leaves https", url, f"to {target:.200}")
        if _is_private(urlsplit(target)) and not _is_private(urlsplit(url)):
            raise FetchError("redirect leads from a public host to a private one", url, f"to {target:.200}")
        return target

    def _patiently(self, url: str, max_bytes: int) -> bytes | str:
        """The file, or where it has gone; tries again when that may help."""
        for attempt in range(self.manners.retries + 1):
            self._wait_for_turn(url)
            try:
                return self._once(url, max_bytes)
            except _MayPassError as failure:
                reason = str(failure)
                wait_s = failure.wait_s
                if wait_s is None:
                    wait_s = self.manners.first_wait_s * 2**attempt
                if wait_s > self.manners.longest_wait_s:
                    raise FetchError(reason, url, f"the host asks to wait {wait_s:.0f} s: try later") from None
                if attempt < self.manners.retries:
                    self._sleep(wait_s)
        raise FetchError(reason, url, f"tried {self.manners.retries + 1} times")

    def _once(self, url: str, max_bytes: int) -> bytes | str:
        request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        try:
            with self._opener.open(request, timeout=self.manners.timeout_s) as answer:
                return self._body(url, answer, max_bytes)
        except urllib.error.HTTPError as error:
            with error:
                return self._refusal(url, error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise _MayPassError(f"host cannot be reached or broke off ({reason or type(error).__name__})") from None

    def _body(self, url: str, answer: Any, max_bytes: int) -> bytes:
        announced = answer.headers.get("Content-Length", "")
        length = int(announced) if announced.isdigit() else None
        if length is not None and length > max_bytes:
            raise FetchError("file is too large", url, f"{length:,} bytes announced, at most {max_bytes:,}")
        deadline = time.monotonic() + 10 * self.manners.timeout_s
        data = bytearray()
        while chunk := answer.read1(_CHUNK):
            data += chunk
            if len(data) > max_bytes:
                raise FetchError("file is too large", url, f"more than {max_bytes:,} bytes")
            if time.monotonic() > deadline or self.stop.is_set():
                raise _MayPassError("host sends too slowly")
        if length is not None and len(data) < length:
            raise _MayPassError(f"file is cut short: {len(data)} of {length} bytes")
        return bytes(data)

    def _refusal(self, url: str, error: urllib.error.HTTPError) -> str:
        """Where a redirect leads; what stands for a failure is raised."""
        if error.code in _REDIRECTS and (location := error.headers.get("Location")):
            return str(location)
        if error.code in _AGAIN:
            raise _MayPassError(f"host answers {error.code}", _retry_after(error.headers.get("Retry-After", "")))
        raise FetchError(
            f"host answers {error.code}", url, "check the address" if error.code == 404 else "leave it out"
        )

    def _allowed(self, url: str) -> bool:
        """Whether robots.txt of the URL's host lets us fetch it; asked once a host."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            asking = self._asking.setdefault(host, threading.Lock())
        with asking:
            if host not in self._robots:
                self._robots[host] = self._ask_robots(host)
        return self._robots[host].can_fetch(AGENT, url)

    def _ask_robots(self, host: str) -> RobotFileParser:
        """Rules of a host. Without robots.txt (4xx) all is allowed; while it cannot be asked nothing is (RFC 9309)."""
        rules = RobotFileParser()
        try:
            text = self._follow(f"{host}/robots.txt", ROBOTS_BYTES, asks=False).decode("utf-8", "replace")
        except FetchError as error:
            if error.what.startswith("host answers 4") and "429" not in error.what:
                rules.parse([])
                return rules
            raise FetchError(f"robots.txt of the host cannot be read: {error.what}", host, "try later") from None
        rules.parse(text.splitlines())
        return rules

    def _wait_for_turn(self, url: str) -> None:
        """Wait until the URL's host may be asked again."""
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        interval_s = max(1 / self.manners.requests_per_second, float((rules and rules.crawl_delay(AGENT)) or 0))
        with self._lock:
            turn = max(time.monotonic(), self._turns.get(parts.netloc, 0.0))
            self._turns[parts.netloc] = turn + interval_s
        self._sleep(turn - time.monotonic())

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(max(seconds, 0.0)):
            raise FetchError("fetching was stopped", None, "call it again to go on")


def checked_url(url: str) -> str:
    """A URL that may be fetched, its path quoted.

    Raises:
        FetchError: not http or https, without a host, or with a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise FetchError("address cannot be used", f"{url:.200}", str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise FetchError("address cannot be used", f"{url:.200}", "only http and https with a host are fetched")
    if parts.username is not None:
        raise FetchError("address cannot be used", f"{parts.hostname:.200}", "leave name and password out")
    try:
        netloc = parts.netloc.encode("idna").decode("ascii").lower()
    except UnicodeError:
        netloc = ""
    if not _HOST.fullmatch(netloc):
        raise FetchError("address cannot be used", f"{url:.200}", "the name of its host is none")
    path, query = quote(parts.path or "/", "/%:@!$&'()*+,;=~-._"), quote(parts.query, "=&%/:@!$'()*+,;?~-._")
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _is_private(parts: SplitResult) -> bool:
    """Whether a host is this machine or stands in a private network; one that has no address is not."""
    try:
        found = socket.getaddrinfo(parts.hostname, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return False
    return any(not ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found)


def _retry_after(text: str) -> float | None:
    """Seconds that a host asks to wait: a number, or until a date; None when it says nothing that can be read."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
