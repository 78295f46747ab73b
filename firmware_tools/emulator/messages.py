"""Messages between the owner of an emulated board and the process that runs it: a kind, a length, bytes.

They cross a socket that nothing else uses; the board's own port is the pseudo-terminal.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

_HEADER = struct.Struct("<cI")

POWER = b"B"  # owner: board and files, JSON
PLAY = b"P"  # owner: samples, int16 little endian
STATS = b"S"  # owner: tell the counters
PROFILE = b"C"  # owner: tell the cycles of each block
RESET = b"T"  # owner: press the reset button
OFF = b"Q"  # owner: power off
READY = b"R"  # board: running; its port, JSON
DONE = b"A"  # board: the last request is carried out; the answer, JSON, when one was asked for
FAILED = b"F"  # board: cannot start, or has stopped; why


@dataclass(frozen=True)
class Message:
    """One message."""

    kind: bytes
    body: bytes = b""


def send(channel: socket.socket, message: Message) -> None:
    """Send a whole message; raises OSError when the other side is gone."""
    channel.sendall(_HEADER.pack(message.kind, len(message.body)) + message.body)


def receive(channel: socket.socket) -> Message | None:
    """Next message, or None when the other side is gone; raises OSError, TimeoutError as the socket does."""
    header = _exactly(channel, _HEADER.size)
    if header is None:
        return None
    kind, length = _HEADER.unpack(header)
    body = _exactly(channel, length)
    return None if body is None else Message(kind, body)


def _exactly(channel: socket.socket, count: int) -> bytes | None:
    content = bytearray()
    while len(content) < count:
        try:
            part = channel.recv(min(count - len(content), 1 << 20))
        except ConnectionResetError:
            return None
        if not part:
            return None
        content += part
    return bytes(content)
