"""Single keys from a terminal, without waiting and without an echo."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def single_keys() -> Iterator[Callable[[], str]]:
    """Yields a function that gives the keys pressed since it was last called; the terminal is restored at the end."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)  # what was typed ahead is not thrown away
    try:
        yield lambda: _waiting(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def wait_for_key(allowed: str) -> str:
    """Wait until one of the ``allowed`` keys is pressed."""
    with single_keys() as keys:
        while True:
            select.select([sys.stdin], [], [])
            for key in keys().lower():
                if key in allowed:
                    return key


def _waiting(descriptor: int) -> str:
    keys = b""
    while select.select([descriptor], [], [], 0)[0]:
        more = os.read(descriptor, 64)
        if not more:  # the terminal has gone: as if q had been pressed
            return "q"
        keys += more
    return keys.decode(errors="ignore")
