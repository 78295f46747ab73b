"""The cores that the emulator has: what Unicorn calls each, how its registers name it, and what its cycles are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.cycles import BlockCost, CortexM4
from firmware_tools.emulator.cycles_m0plus import CortexM0Plus
from firmware_tools.emulator.timing import Timing
from firmware_tools.errors import BoardError


class CycleModel(Protocol):
    """Says what blocks of code cost."""

    wait_states: int

    def block(self, address: int, code: bytes) -> BlockCost:
        """Cost of the block ``code`` that starts at ``address``."""


@dataclass(frozen=True)
class Core:
    """A core.

    Attributes:
        unicorn: name of its model in ``unicorn.arm_const``.
        cpuid: what its CPUID register holds.
        model: its timings, from the flash's wait states and how cycles are counted where ARM gives a range.
    """

    unicorn: str
    cpuid: int
    model: Callable[[int, Timing], CycleModel]


_M4 = Core("UC_CPU_ARM_CORTEX_M4", 0x410FC241, CortexM4)  # r0p1
CORES = {
    "cortex-m4": _M4,
    "cortex-m4f": _M4,
    "cortex-m0+": Core("UC_CPU_ARM_CORTEX_M0", 0x410CC601, CortexM0Plus),  # r0p1; the same instructions as an M0
}


def core_of(board: BoardSpec) -> Core:
    """The core of a board.

    Raises:
        BoardError: it is not among :data:`CORES`.
    """
    if board.core not in CORES:
        raise BoardError("core cannot be emulated", board.core, f"the emulator has {', '.join(CORES)}")
    return CORES[board.core]
