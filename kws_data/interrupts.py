"""Ctrl-C and SIGTERM where code of others would lose them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred_interrupts() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the body: an exception that is raised while C calls back into Python may
    be lost there, or come out as another one. Other threads than the first get no signals: nothing is changed there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if came:
            signal.raise_signal(came[0])


@contextmanager
def remembered_interrupts() -> Iterator[Callable[[], None]]:
    """Ctrl-C and SIGTERM end the body as always; where code of others has lost the exception, the function that is
    given, and the end of the body, raise it again."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def again(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)
        raise KeyboardInterrupt

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        again(number, frame)

    def check() -> None:
        if came:
            again(came[0], None)

    for number, handler in before.items():
        if callable(handler):  # what is ignored or ends the process at once stays so
            signal.signal(number, note)
    try:
        yield check
        check()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
