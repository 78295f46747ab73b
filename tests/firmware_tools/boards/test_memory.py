"""A board file cannot say that a chip has its memory elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_tools.boards.memory import Memory
from firmware_tools.boards.port import load_port
from firmware_tools.boards.spec import board_from_dict, load_board
from firmware_tools.errors import BoardError


@pytest.mark.parametrize(
    ("board", "change", "message"),
    [
        ("pico", {"flash": {"origin": 0x0800_0000, "bytes": 1 << 20}}, "flash.origin: '0x8000000'. write 0x10000000"),
        ("pico", {"flash": {"origin": 0x1000_0001, "bytes": 1 << 20}}, "flash.origin: '0x10000001'"),
        ("pico2", {"flash": {"origin": 0x1000_1000, "bytes": 1 << 20}}, "flash.origin: '0x10001000'. write 0x10000000"),
        ("pico", {"ram": {"origin": 0x3000_0000, "bytes": 65_536}}, "below 0x20042000, a multiple of 0x8"),
        ("pico", {"ram": {"origin": 0x2000_0000, "bytes": 300_000}}, "ram.bytes: '300000'. at most 270336"),
        ("nucleo_f411re", {"flash": {"origin": 0x0800_0100, "bytes": 65_536}}, "a multiple of 0x200"),
        ("nucleo_f411re", {"ram": {"origin": 0x1000_0000, "bytes": 65_536}}, "ram.origin: '0x10000000'"),
        ("b_l475e_iot01a", {"flash": {"origin": 0, "bytes": 65_536}}, "flash.origin: '0x0'. from 0x8000000 on"),
        ("xiao_nrf52840_sense", {"flash": {"origin": 0x800, "bytes": 65_536}}, "from 0x0 on, below 0x100000"),
    ],
)
def test_what_the_chip_has_not_is_told(board: str, change: dict[str, Any], message: str) -> None:
    with pytest.raises(BoardError) as caught:
        board_from_dict(load_board(board).to_dict() | change, "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ") and message in str(caught.value)


def test_another_start_that_a_boot_loader_may_ask_for() -> None:
    xiao = load_board("xiao_nrf52840_sense").to_dict()
    for origin in (0, 0x1000):
        assert board_from_dict(xiao | {"flash": {"origin": origin, "bytes": 65_536}}).flash.origin == origin
    nucleo = load_board("nucleo_f411re").to_dict()
    assert board_from_dict(nucleo | {"flash": {"origin": 0x0800_4000, "bytes": 65_536}}).flash.origin == 0x0800_4000


def test_a_port_may_leave_it_open() -> None:
    assert load_port("emulated").flash is None and load_port("emulated").ram is None
    Memory(0, 16, 8).check(8, 8, "x")
    with pytest.raises(BoardError, match=r"x.bytes: '9'. at most 8"):
        Memory(0, 16, 8).check(8, 9, "x")
