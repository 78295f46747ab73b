"""A second pseudo-terminal between host and board that damages bytes at places fixed in advance."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable

Damage = Callable[[int, int], int | None]  # (position in this direction, byte) -> the byte that goes on, or None


class NoisyLine:
    """Forwards between ``port``, which the host opens, and the board's own port; a context manager."""

    def __init__(self, board_port: str, to_board: Damage, to_host: Damage) -> None:
        self._board = os.open(board_port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._board)
        self._host, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._ways = {self._host: (self._board, to_board), self._board: (self._host, to_host)}
        self._passed = {self._host: 0, self._board: 0}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> NoisyLine:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        for descriptor in (self._board, self._host, self._slave):
            os.close(descriptor)

    def _run(self) -> None:
        while not self._closing.is_set():
            readable, _, _ = select.select(list(self._ways), [], [], 0.02)
            for source in readable:
                target, damage = self._ways[source]
                data = os.read(source, 4096)
                first = self._passed[source]
                self._passed[source] += len(data)
                self._write(target, bytes(b for i, x in enumerate(data) if (b := damage(first + i, x)) is not None))

    def _write(self, target: int, data: bytes) -> None:
        while data and not self._closing.is_set():
            _, writable, _ = select.select([], [target], [], 0.02)
            if writable:
                data = data[os.write(target, data) :]
