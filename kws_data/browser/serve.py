"""A page on this machine alone, for browsers that give no microphone to a page opened as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kws_data.browser.page import CONTENT_POLICY
from kws_data.errors import KwsError

LOOPBACK = "127.0.0.1"
#: Names of this machine. To any other a browser may be brought by a page of somebody else (DNS rebinding).
HOSTS = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?", re.IGNORECASE)


class ServeError(KwsError):
    """A page cannot be served."""


@contextmanager
def page_server(page: str, port: int) -> Iterator[ThreadingHTTPServer]:
    """A server of one page at ``/``, and of nothing else; it answers this machine only, by its own names.

    It listens already; ``serve_forever()`` answers, ``server_port`` is its port.

    Args:
        page: HTML.
        port: 0 for any that is free.

    Raises:
        ServeError: the port is taken, or not allowed.
    """
    body = page.encode()

    class OnePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body)

        def do_HEAD(self) -> None:
            self._answer(b"")

        def _answer(self, content: bytes) -> None:
            if HOSTS.fullmatch(self.headers.get("Host", "")) is None:
                self.send_error(403)
                return
            if self.path.partition("?")[0] != "/":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", CONTENT_POLICY)
            self.send_header("Permissions-Policy", "microphone=(self)")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    try:
        server = ThreadingHTTPServer((LOOPBACK, port), OnePage)
    except OSError as error:
        remedy = f"{error.strerror}; name another with --port, 0 for any that is free"
        raise ServeError("page cannot be served on this port", port, remedy) from None
    server.daemon_threads = True
    try:
        yield server
    finally:
        server.server_close()
