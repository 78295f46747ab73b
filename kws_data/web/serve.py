"""A server of one app until Ctrl-C: at loopback unless told, its address printed when it answers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kws_data.errors import KwsError
from kws_data.web.guard import Access, App, Guard


class ListenError(KwsError):
    """A server cannot listen where it should."""


@dataclass(frozen=True)
class Tls:
    """What a server shows who it is with, so that it speaks https: without that no browser gives a page of another
    machine the microphone.

    Attributes:
        certificate: PEM file, with those between it and the root below it.
        key: PEM file of its private key, without a password.
    """

    certificate: Path
    key: Path

    def check(self) -> None:
        """Raise ListenError where the two cannot be used."""
        for path in (self.certificate, self.key):
            if not path.is_file():
                raise ListenError("certificate or key not found", str(path), "name PEM files; mkcert makes them")
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key, _no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            why = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            remedy = f"{str(why).lower().replace('_', ' ')}: name a certificate in PEM and its own key"
            raise ListenError("certificate cannot be used", f"{self.certificate}, {self.key}", remedy) from None


def _no_password() -> str:
    raise ValueError("the key has a password, which nobody could type: take it off")


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host``, at ``port`` or (0) any that is free.

    Raises:
        ListenError: the port is taken or not allowed, or the host is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        why = getattr(error, "strerror", None) or str(error)
        remedy = f"{why}; name another with --port (0 for any that is free) or --host"
        raise ListenError("page cannot be served here", f"{host}:{port}", remedy) from None
    return made


def address_of(at: socket.socket, host: str, access: Access, scheme: str = "http") -> str:
    """What is opened in a browser, with the token where one is needed."""
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
    end = f"?token={access.token}" if access.token else ""
    return f"{scheme}://{shown}:{at.getsockname()[1]}/{end}"


def serve(
    app: App,
    access: Access,
    at: socket.socket,
    ready: Callable[[], None] | None = None,
    tls: Tls | None = None,
) -> None:
    """Answer at a listening socket until SIGINT or SIGTERM; requests that run are answered first.

    Args:
        app: the routes, without the checks of :class:`Guard`, which stand before them.
        access: who may ask.
        at: of :func:`listening`.
        ready: called once the server answers.
        tls: speak https with this.

    Raises:
        ListenError: certificate or key cannot be used.
    """
    import uvicorn

    if tls is not None:
        tls.check()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if ready is not None and self.started:
                ready()

    settings = uvicorn.Config(
        Guard(app, access),
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    try:
        Server(settings).run(sockets=[at])
    finally:
        at.close()
