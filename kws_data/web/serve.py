"""A server of one app until Ctrl-C: at loopback unless told, its address printed when it answers."""

from __future__ import annotations

import socket
from collections.abc import Callable

from kws_data.errors import KwsError
from kws_data.web.guard import Access, App, Guard


class ListenError(KwsError):
    """A server cannot listen where it should."""


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


def address_of(at: socket.socket, host: str, access: Access) -> str:
    """What is opened in a browser, with the token where one is needed."""
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
    end = f"?token={access.token}" if access.token else ""
    return f"http://{shown}:{at.getsockname()[1]}/{end}"


def serve(app: App, access: Access, at: socket.socket, ready: Callable[[], None] | None = None) -> None:
    """Answer at a listening socket until SIGINT or SIGTERM; requests that run are answered first.

    Args:
        app: the routes, without the checks of :class:`Guard`, which stand before them.
        access: who may ask.
        at: of :func:`listening`.
        ready: called once the server answers.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if ready is not None and self.started:
                ready()

    settings = uvicorn.Config(
        Guard(app, access), log_level="error", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    try:
        Server(settings).run(sockets=[at])
    finally:
        at.close()
