"""A pseudo-terminal in front of a board's, with the faults that users meet when they open a port."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
import tty
from collections.abc import Callable


class FaultyPort:
    """Passes bytes between ``board_port`` and :attr:`port`; a context manager.

    Args:
        board_port: port of a board that works; None for one that is not connected to anything.
        on_open: called each time somebody opens :attr:`port`; what it returns comes over the line first.
        only_at_baud: at any other line rate bytes arrive as garbage.
        always: said over and over while the port is open, as another program would.
    """

    def __init__(
        self,
        board_port: str | None = None,
        *,
        on_open: Callable[[], bytes] = bytes,
        only_at_baud: int | None = None,
        always: bytes = b"",
    ) -> None:
        self._host, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        os.close(slave)
        self._board = None if board_port is None else os.open(board_port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._on_open, self._always = on_open, always
        self._speed = None if only_at_baud is None else getattr(termios, f"B{only_at_baud}")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.opened = 0

    def __enter__(self) -> FaultyPort:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        for descriptor in (self._host, self._board):
            if descriptor is not None:
                os.close(descriptor)

    def _run(self) -> None:
        is_open = False
        poll = select.poll()
        poll.register(self._host, select.POLLIN)
        while not self._closing.is_set():
            events = dict(poll.poll(2))
            was_open, is_open = is_open, not events.get(self._host, 0) & select.POLLHUP
            if is_open and not was_open:
                self.opened += 1
                self._write(self._host, self._on_open())
            if is_open:
                self._pass(bool(events.get(self._host, 0) & select.POLLIN))
            else:
                time.sleep(0.002)

    def _pass(self, from_host: bool) -> None:
        if self._always:
            self._write(self._host, self._always)
            time.sleep(0.02)
        if from_host:
            data = os.read(self._host, 4_096)
            if self._board is not None:
                self._write(self._board, self._spoilt(data))
        while self._board is not None and select.select([self._board], [], [], 0)[0]:
            self._write(self._host, self._spoilt(os.read(self._board, 4_096)))

    def _spoilt(self, data: bytes) -> bytes:
        """Bytes at the wrong rate: not even their number is right."""
        if self._speed is None or termios.tcgetattr(self._host)[5] == self._speed:
            return data
        return bytes((byte * 37 + 0x91) & 0xFF | 0x80 for byte in data[::2])

    def _write(self, descriptor: int, data: bytes) -> None:
        deadline = time.monotonic() + 1.0
        while data and time.monotonic() < deadline and not self._closing.is_set():
            if select.select([], [descriptor], [], 0.02)[1]:
                data = data[os.write(descriptor, data) :]
