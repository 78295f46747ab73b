"""Samples on their way to the main loop: none out of order, none twice, and every loss at its place."""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
import pytest

from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.toolchain.compile import compile_host

CAPACITY = 64


class _Ring(ctypes.Structure):
    _fields_ = (
        ("samples", ctypes.c_void_p),
        ("capacity", ctypes.c_uint32),
        ("written", ctypes.c_uint32),
        ("dropped", ctypes.c_uint32),
        ("taken", ctypes.c_uint32),
        ("told", ctypes.c_uint32),
    )


@cache
def library() -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(compile_host([SOURCE_DIR / "kws_ring.c"], name="kws_ring")))
    loaded.kws_ring_take.restype = ctypes.c_size_t
    return loaded


class Ring:
    """A ring whose writer sends the numbers 0, 1, 2, … and whose reader knows them."""

    def __init__(self) -> None:
        self._samples, self._ring = (ctypes.c_int16 * CAPACITY)(), _Ring()
        self._at = ctypes.byref(self._ring)
        self.sent = 0
        library().kws_ring_init(self._at, self._samples, CAPACITY)

    def near_wrap(self) -> None:
        """As after four thousand million samples."""
        for name in ("written", "taken", "dropped", "told"):
            setattr(self._ring, name, 0xFFFF_FFF0)

    def put(self, count: int) -> None:
        block = (ctypes.c_int16 * count)(*range(self.sent, self.sent + count))
        library().kws_ring_put(self._at, block, count)
        self.sent += count

    def drop(self, count: int) -> None:
        library().kws_ring_drop(self._at, count)
        self.sent += count

    def take(self, most: int) -> list[int]:
        block = (ctypes.c_int16 * most)()
        return list(block[: library().kws_ring_take(self._at, block, most)])

    def lost(self) -> int:
        return int(library().kws_ring_lost(self._at)) & 0xFFFF_FFFF


def test_what_is_full_drops_what_comes_and_tells_the_loss_behind_what_lies_before_it() -> None:
    ring = Ring()
    ring.put(60)
    ring.put(10)  # 4 fit
    ring.put(5)  # none, although ...
    assert ring.take(30) == list(range(30)) and ring.lost() == 0
    ring.put(5)  # ... there is room: the loss comes first
    assert ring.take(100) == list(range(30, 64)) and ring.lost() == 16
    ring.put(3)
    assert ring.take(100) == [80, 81, 82] and ring.lost() == 16


def test_a_reader_that_does_not_ask_gets_what_comes_behind_a_loss_with_a_later_call() -> None:
    ring = Ring()
    ring.put(10)
    ring.drop(7)
    ring.put(4)  # lost as well: nobody has heard of the seven yet
    assert ring.take(100) == list(range(10)) and ring.take(100) == []
    ring.put(2)
    assert ring.take(100) == [21, 22] and ring.lost() == 11


@pytest.mark.parametrize("wraps", [False, True])
def test_positions_are_exact_whatever_the_order_of_events(wraps: bool) -> None:
    draw = np.random.default_rng(1)
    for _ in range(50):
        ring = Ring()
        if wraps:
            ring.near_wrap()
        before, position = ring.lost(), 0
        for event in draw.integers(0, 4, 200):
            if event == 0:
                ring.drop(int(draw.integers(1, 20)))
            elif event < 3:
                ring.put(int(draw.integers(1, 40)))
            else:
                lost = (ring.lost() - before) & 0xFFFF_FFFF
                got = ring.take(int(draw.integers(1, 40)))
                assert got == list(range(position + lost, position + lost + len(got)))
                position += len(got)
