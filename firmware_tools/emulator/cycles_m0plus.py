"""Cycles of Cortex-M0+ code, basic block by basic block, from ARM's published timings.

Source: *Cortex-M0+ Technical Reference Manual* (DDI 0484C), table 3-1 "Cortex-M0+ instruction summary", for a system
without wait states. What is taken from there:

- Data processing 1, MULS 1 (the fast multiplier, which the RP2040 has; the small one takes 32).
- Loads and stores 2 (1 only on the single-cycle I/O port); LDM, STM, PUSH, POP 1 + registers.
- B and a conditional branch that is taken 2, one that is not 1; BL 3; BX, BLX, MOV and ADD to PC 2; POP with PC 3 +
  registers.
- MRS, MSR, DMB, DSB, ISB 3.

Nothing there has a range, so the settings of ``timing.py`` change nothing here but the wait states. Those are charged
as for the Cortex-M4 (``cycles.py``): for each branch that is taken, each load of a literal or of a constant, each line
of straight code. An RP2040 runs from RAM, or from its cache of the flash, without any while it hits.
"""

from __future__ import annotations

from typing import Any

from firmware_tools.emulator.cycles import BlockCost
from firmware_tools.emulator.mnemonics import LOAD, MULTIPLE, STORE, base_name, disassembler
from firmware_tools.emulator.timing import DEFAULT, Timing

_BRANCHES = {"b": 1, "bl": 2, "bx": 1, "blx": 1}
_SLOW = ("mrs", "msr", "dmb", "dsb", "isb")


class CortexM0Plus:
    """ARM's timings for the Cortex-M0+ with the fast multiplier.

    Args:
        wait_states: of the flash.
        timing: of its settings, only those of the flash mean anything for this core.
    """

    def __init__(self, wait_states: int = 0, timing: Timing = DEFAULT) -> None:
        self.wait_states = max(wait_states, timing.least_wait_states)
        self.timing = timing

    def block(self, address: int, code: bytes) -> BlockCost:
        """Cost of the block ``code`` that starts at ``address``; an undefined instruction ends it (and faults)."""
        timed = [_time(insn) for insn in disassembler().disasm(code, address)]
        line = self.timing.line_bytes
        lines = (address + len(code) - 1) // line - address // line
        waits = self.wait_states * (lines + sum(literal for _, _, literal in timed))
        refill = timed[-1][1] if timed else 0
        if refill:
            refill += self.wait_states
        return BlockCost(sum(cycles for cycles, _, _ in timed) + waits, refill, 0, refill)


def _time(insn: Any) -> tuple[int, int, bool]:
    """Cycles of an instruction, what it adds when it leads elsewhere, and whether it loads a literal."""
    name = base_name(insn)
    to_pc = any(insn.reg_name(register) == "pc" for register in insn.regs_access()[1])
    if LOAD.fullmatch(name) or STORE.fullmatch(name):
        return 2, 0, any(insn.reg_name(operand.mem.base) == "pc" for operand in insn.operands if operand.type == 3)
    if MULTIPLE.fullmatch(name):
        on_stack = name in ("push", "pop")
        words = len(insn.operands) - (not on_stack)
        return 1 + words, 2 * to_pc, False
    if name in _BRANCHES or to_pc:
        return 1, _BRANCHES.get(name, 1), False
    return (3 if name in _SLOW else 1), 0, False
