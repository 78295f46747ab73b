"""Signals wait for the end of what would lose them, and then do what they would have done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from kws_data.interrupts import deferred_interrupts


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """SIGINT as a terminal's user has it: what is started in the background is born with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_waits_for_the_end() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), deferred_interrupts():
        signal.raise_signal(signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_wins_over_what_it_has_broken() -> None:
    with pytest.raises(KeyboardInterrupt), deferred_interrupts():
        signal.raise_signal(signal.SIGINT)
        raise TypeError("as a library says it")


def test_without_an_interrupt_errors_pass_and_other_threads_are_left_alone() -> None:
    with pytest.raises(TypeError), deferred_interrupts():
        raise TypeError("a real one")
    passed = []

    def work() -> None:
        with deferred_interrupts():
            passed.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert passed == [True]
