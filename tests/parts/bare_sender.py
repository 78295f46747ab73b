"""A board with another firmware: sends bare samples over a pseudo-terminal at a rate of its own, until it is closed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import tty
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[NDArray[np.int16]], bytes]


def as_bytes(samples: NDArray[np.int16]) -> bytes:
    """int16, little endian."""
    return samples.astype("<i2").tobytes()


def as_lines(samples: NDArray[np.int16]) -> bytes:
    """A line a sample."""
    return "".join(f"{value}\r\n" for value in samples.tolist()).encode()


class BareSender:
    """Sends ``sound`` over and over at ``rate_hz`` as ``encode`` says; a context manager.

    Args:
        sound: int16 [n], or bytes that are sent as they are.
        rate_hz: samples a second (bytes a second, where ``sound`` is bytes).
        encode: samples to bytes.
        first: bytes before all, such as the second half of a sample.
        every_nth: of its pieces of 10 ms, each n-th one is not sent; 0: all are.
    """

    def __init__(
        self,
        sound: NDArray[np.int16] | bytes,
        rate_hz: int = 16_000,
        encode: Encode = as_bytes,
        first: bytes = b"",
        every_nth: int = 0,
    ) -> None:
        self._host, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave  # held open: what nobody reads waits, as long as there is room
        os.set_blocking(self._host, False)
        self._sound, self._rate_hz, self._encode = sound, rate_hz, encode
        self._first, self._every_nth = first, every_nth
        self._closing = threading.Event()
        self._quiet = threading.Event()
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> BareSender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        os.close(self._host)
        os.close(self._slave)

    def stop(self) -> None:
        """Send nothing any more."""
        self._quiet.set()

    def cut_a_byte(self) -> None:
        """Leave one byte out."""
        self._cut.set()

    def _run(self) -> None:
        self._write(self._first)
        began, sent, pieces = time.monotonic(), 0, 0
        while not self._closing.is_set():
            time.sleep(0.01)
            due = int((time.monotonic() - began) * self._rate_hz)
            places = np.arange(sent, due) % len(self._sound)
            sent, pieces = due, pieces + 1
            if self._quiet.is_set() or (self._every_nth and pieces % self._every_nth == 0):
                continue
            if isinstance(self._sound, bytes):
                self._write(bytes(self._sound[place] for place in places))
            else:
                self._write(self._encode(self._sound[places]))

    def _write(self, data: bytes) -> None:
        if self._cut.is_set() and data:
            data = data[1:]
            self._cut.clear()
        with contextlib.suppress(BlockingIOError):  # nobody reads: it is lost, at any byte
            os.write(self._host, data)
