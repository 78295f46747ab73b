"""An emulated core in the place of a board that is not there."""

from __future__ import annotations

from dataclasses import replace

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.emulator.cores import CORES

#: What runs code for a core that is not emulated, and counts it as its own: a Cortex-M33 has the same DSP extension.
NEAREST = "cortex-m4f"


def stand_in(board: BoardSpec) -> BoardSpec:
    """A board that is emulated; for another, the emulated one with its core, clock, wait states, stack and currents.

    A core that cannot be emulated is a Cortex-M4F.

    Raises:
        BoardError: the emulated board's file is missing.
    """
    if board.emulated:
        return board
    emulated = load_board("emulated")
    return replace(
        emulated,
        name=board.name,
        core=board.core if board.core in CORES else NEAREST,
        clock_hz=board.clock_hz,
        stack_bytes=board.stack_bytes,
        flash=replace(emulated.flash, wait_states=board.flash.wait_states),
        power=board.power,
    )
