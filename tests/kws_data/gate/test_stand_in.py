"""An emulated core in the place of a board."""

from __future__ import annotations

import pytest

from firmware_tools.boards.spec import load_board
from kws_data.gate.stand_in import stand_in


@pytest.mark.parametrize(
    ("name", "core"), [("nano_33_ble_sense", "cortex-m4f"), ("pico", "cortex-m0+"), ("pico2", "cortex-m4f")]
)
def test_it_has_the_boards_core_clock_and_currents(name: str, core: str) -> None:
    board = load_board(name)
    found = stand_in(board)
    assert found.emulated and found.core == core
    assert (found.name, found.clock_hz, found.power) == (name, board.clock_hz, board.power)
    assert found.stack_bytes == board.stack_bytes
    assert found.flash.wait_states == board.flash.wait_states
