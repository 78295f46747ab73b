"""Cycles of Cortex-M4F code, basic block by basic block, from ARM's published timings.

Source: *ARM Cortex-M4 Processor Technical Reference Manual* (100166, r0p1), 3.3.1 "Table of processor instructions"
and 3.3.3 "Load/store timings"; 7.2.3 for the float unit. What is taken from there:

- Data processing, multiplication (also with accumulation, long, and the DSP ones) 1; IT 1; MRS, MSR 2.
- A load 2, a store with an immediate offset 1, one with a register offset 2. A load or store right after a load takes
  one cycle less, unless its address needs what that load fetched; nothing pipelines after a store, or with a multiple.
- LDM, STM, PUSH, POP, VLDM, VSTM 1 + registers; LDRD, STRD 3; 64-bit VLDR, VSTR 3.
- A load or store whose address needs the result of the data-processing instruction just before it stalls 1 more.
- A branch that is taken 1 + P, one that is not 1. P, 1 to 3 "depending on the alignment and width of the target
  instruction, and whether the processor manages to speculate the address early", is here 1, plus 1 when the target is a
  32-bit instruction that straddles two words, plus 1 when the address comes from a register. Where the manual says that
  the reload takes three cycles (loads to PC, TBB, TBH), it is 3.
- Float: add, multiply, move, compare, convert 1; multiply-accumulate 3; divide, square root 14.

What is not modelled, and how that is settled: SDIV and UDIV end early for small quotients (2 to 12; 12 is counted);
instructions of an IT block whose condition fails (1; counted as if it held); IT folding (0 or 1; 1); pairing across
the edges of basic blocks (none); unaligned accesses (no penalty); contention of literal loads with instruction fetch,
of the core with DMA on the bus (none); the write buffer being full (never); the interlock between a float operation
and the use of its result (none). Flash with ``wait_states`` w: w more for each taken branch, each literal load, and
each 16 bytes of straight code, as with a 128-bit read buffer and no cache. CYCCNT read inside a block sees that whole
block as done. On a real M4 the sum is right to a few per cent; no claim beyond that is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PIPELINE_RELOAD = 3
_DIVIDE, _FLOAT_DIVIDE = 12, 14
_FLASH_LINE_BYTES = 16
_MEM, _ALWAYS = 3, 15  # capstone's ARM_OP_MEM and ARM_CC_AL; the package is imported only when blocks are timed

_LOAD = re.compile(r"ldr(ex)?(s?[bh])?t?|vldr")
_STORE = re.compile(r"str(ex)?[bh]?t?|vstr")
_MULTIPLE = re.compile(r"(ldm|stm|vldm|vstm)(ia|db|fd|ea)?|push|pop|vpush|vpop")
_FLOAT_MAC = re.compile(r"vn?(mla|mls)|vf?n?m[as]")
_DIRECT = re.compile(r"b|bl|cbz|cbnz")


@dataclass(frozen=True)
class BlockCost:
    """Cost of one basic block.

    Attributes:
        cycles: of all its instructions, the branch at its end not taken.
        refill: of the pipeline when control leaves it other than by falling through; 0 when it ends in no branch.
        entry: added to the refill of a branch that lands on its first instruction.
        most_refill: what its refill comes to at most, with the entry of where control goes.
    """

    cycles: int
    refill: int
    entry: int
    most_refill: int


@dataclass(frozen=True)
class _Timed:
    """One instruction, as far as its timing and its neighbours' go."""

    cycles: int
    refill: int = 0
    loads: frozenset[int] = frozenset()  # registers that a pipelining load fetches
    pipelines: bool = False  # a single load or store, which may follow a load for one cycle less
    computes: frozenset[int] = frozenset()  # registers that a data-processing instruction writes
    address: frozenset[int] = frozenset()  # registers that the address of a memory access needs
    literal: bool = False


class CortexM4:
    """ARM's timings for the Cortex-M4 with its float unit, and flash with ``wait_states``."""

    def __init__(self, wait_states: int = 0) -> None:
        self.wait_states = wait_states

    @cached_property
    def _disassembler(self) -> Any:
        import capstone

        engine = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
        engine.detail = True
        return engine

    def block(self, address: int, code: bytes) -> BlockCost:
        """Cost of the block ``code`` that starts at ``address``; an undefined instruction ends it (and faults)."""
        timed = [self._time(insn) for insn in self._disassembler.disasm(code, address)]
        cycles = _pair(timed) + self.wait_states * self._fetches(address, code, timed)
        refill = timed[-1].refill + self.wait_states if timed and timed[-1].refill else 0
        wide = len(code) >= 2 and code[1] >> 3 in (0b11101, 0b11110, 0b11111)
        return BlockCost(
            cycles=cycles,
            refill=refill,
            entry=int(wide and address % 4 != 0),
            most_refill=PIPELINE_RELOAD + self.wait_states,
        )

    @staticmethod
    def _fetches(address: int, code: bytes, timed: Sequence[_Timed]) -> int:
        lines = (address + len(code) - 1) // _FLASH_LINE_BYTES - address // _FLASH_LINE_BYTES
        return lines + sum(one.literal for one in timed)

    @staticmethod
    def _time(insn: Any) -> _Timed:
        """Timing of one instruction; ``insn`` is capstone's."""
        name = _base_name(insn)
        _read, written = insn.regs_access()
        to_pc = any(insn.reg_name(register) == "pc" for register in written)
        if _LOAD.fullmatch(name) or _STORE.fullmatch(name):
            return _single(insn, name, to_pc)
        if name in ("ldrd", "strd"):
            return _Timed(3, address=_address_registers(insn))
        if _MULTIPLE.fullmatch(name):
            return _multiple(insn, name, to_pc)
        if name in ("tbb", "tbh"):
            return _Timed(3, refill=PIPELINE_RELOAD, address=_address_registers(insn))
        if _DIRECT.fullmatch(name):
            return _Timed(1, refill=1)
        if name in ("bx", "blx") or to_pc:
            return _Timed(1, refill=2)
        return _Timed(_plain_cycles(name, len(insn.operands)), computes=frozenset(written))


def _plain_cycles(name: str, operands: int) -> int:
    if name in ("sdiv", "udiv"):
        return _DIVIDE
    if name in ("vdiv", "vsqrt"):
        return _FLOAT_DIVIDE
    if _FLOAT_MAC.fullmatch(name):
        return 3
    if name in ("dsb", "dmb"):
        return 0
    if name == "isb":
        return 1 + PIPELINE_RELOAD
    if name in ("mrs", "msr") or (name == "vmov" and operands >= 3):
        return 2
    return 1


def _single(insn: Any, name: str, to_pc: bool) -> _Timed:
    """A load or store of one value."""
    address = _address_registers(insn)
    literal = any(insn.reg_name(register) == "pc" for register in address)
    if to_pc:
        return _Timed(2, refill=PIPELINE_RELOAD, address=address, literal=literal)
    if name.startswith("v"):
        double = insn.op_str.startswith("d")
        loads = frozenset({-1}) if name == "vldr" and not double else frozenset()
        base = 1 if name == "vstr" else 2
        return _Timed(base + double, loads=loads, pipelines=not double, address=address, literal=literal)
    if name.startswith("ldr"):
        return _Timed(2, loads=frozenset({insn.operands[0].reg}), pipelines=True, address=address, literal=literal)
    return _Timed(2 if len(address) > 1 else 1, pipelines=True, address=address)


def _multiple(insn: Any, name: str, to_pc: bool) -> _Timed:
    """LDM, STM, PUSH, POP and the float unit's: 1 + words."""
    listed = insn.operands if name in ("push", "pop", "vpush", "vpop") else insn.operands[1:]
    words = sum(2 if insn.reg_name(operand.reg).startswith("d") else 1 for operand in listed)
    base = frozenset() if name in ("push", "pop", "vpush", "vpop") else frozenset({insn.operands[0].reg})
    return _Timed(1 + words, refill=PIPELINE_RELOAD if to_pc else 0, address=base)


def _address_registers(insn: Any) -> frozenset[int]:
    registers = {part for op in insn.operands if op.type == _MEM for part in (op.mem.base, op.mem.index) if part}
    return frozenset(registers)


def _pair(timed: Sequence[_Timed]) -> int:
    """Sum of the cycles with the two rules about neighbours."""
    total = 0
    previous = _Timed(0)
    for one in timed:
        cycles = one.cycles
        if one.pipelines and previous.loads and not previous.loads & one.address:
            cycles = max(1, cycles - 1)
        if one.address & previous.computes:
            cycles += 1
        total += cycles
        previous = one
    return total


def _base_name(insn: Any) -> str:
    """Mnemonic without width, type and condition: ``ldrbeq.w`` is ``ldrb``, ``vadd.f32`` is ``vadd``."""
    name = str(insn.mnemonic).split(".")[0]
    conditional = insn.cc not in (0, _ALWAYS) and not name.startswith(("it", "cb"))
    return name[:-2] if conditional else name
