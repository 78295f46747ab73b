"""An emulated core in the place of a board that is not there."""

from __future__ import annotations

from dataclasses import replace

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.emulator.cores import CORES

#: What runs code for a core that is not emulated, and counts it as its own: a Cortex-M33 has the same DSP extension.
NEAREST = "cortex-m4f"


def stand_in(board: BoardSpec) -> BoardSpec:
    """The emulated board with the core, the clock, the wait states and the currents of another.

    A core that cannot be emulated is a Cortex-M4F.

    Raises:
        BoardError: the emulated board's file is missing.
    """
    emulated = load_board("emulated")
    return replace(
        emulated,
        name=board.name,
        core=board.core if board.core in CORES else NEAREST,
        clock_hz=board.clock_hz,
        flash=replace(emulated.flash, wait_states=board.flash.wait_states),
        power=board.power,
    )
