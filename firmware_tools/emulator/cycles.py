"""Cycles of Cortex-M4F code, basic block by basic block, from ARM's published timings.

Source: *ARM Cortex-M4 Processor Technical Reference Manual* (100166, r0p1), 3.3.1 "Table of processor instructions"
and 3.3.3 "Load/store timings"; 7.2.3 for the float unit. What is taken from there:

- Data processing, multiplication (also with accumulation, long, and the DSP ones) 1; IT 1; MRS, MSR 2.
- A load 2, a store with an immediate offset 1, one with a register offset 2. A load or store right after a load takes
  one cycle less, unless its address needs what that load fetched; nothing pipelines after a store, or with a multiple.
- LDM, STM, PUSH, POP, VLDM, VSTM 1 + registers; LDRD, STRD 3; 64-bit VLDR, VSTR 3.
- A load or store whose address needs the result of the data-processing instruction just before it stalls 1 more.
- A branch that is taken 1 + P, one that is not 1. Where the manual says that the reload takes three cycles (loads to
  PC, TBB, TBH), it is 3.
- Float: add, multiply, move, compare, convert 1; multiply-accumulate 3; divide, square root 14.

Where the manual gives a range (P, IT, division, stalls, unaligned accesses), ``timing.py`` says what is counted: its
default, and the kindest and the harshest reading beside it, which the bench prints with each figure.

Flash with ``wait_states`` w: w more for each taken branch, each load of a literal, each 16 bytes of straight code (as
with a 128-bit read buffer and no cache), and each read of a constant that lies there. The last, and unaligned accesses,
are seen only when an address is known: ``accesses.py`` and ``native/machine_accesses.c`` look at each of them as it
runs, on boards with wait states or a timing that charges for them, and at none on others.

What is not modelled, and how that is settled: instructions of an IT block whose condition fails (1; counted as if it
held); pairing across the edges of basic blocks (none); contention of the core with DMA on the bus (none); the interlock
between a float operation and the use of its result (none). CYCCNT read inside a block sees that whole block as done.
On a real M4 the sum is right to a few per cent; no claim beyond that is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from firmware_tools.emulator.mnemonics import LOAD, MULTIPLE, STACK, STORE, base_name, disassembler
from firmware_tools.emulator.timing import DEFAULT, PIPELINE_RELOAD, Timing

_FLOAT_DIVIDE = 14
_MEM = 3  # capstone's ARM_OP_MEM; the package is imported only when blocks are timed
_FLOAT_MAC = re.compile(r"vn?(mla|mls)|vf?n?m[as]")
_DIRECT = re.compile(r"b|bl|cbz|cbnz")
_IT = re.compile(r"it[te]{0,3}")


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
    memory: bool = False  # a load or store of any kind
    stores: bool = False
    moves: frozenset[int] = frozenset()  # the base register that it moves on


class CortexM4:
    """ARM's timings for the Cortex-M4 with its float unit.

    Args:
        wait_states: of the flash.
        timing: how cycles are counted where the manual gives a range.
    """

    def __init__(self, wait_states: int = 0, timing: Timing = DEFAULT) -> None:
        self.wait_states = max(wait_states, timing.least_wait_states)
        self.timing = timing

    def block(self, address: int, code: bytes) -> BlockCost:
        """Cost of the block ``code`` that starts at ``address``; an undefined instruction ends it (and faults)."""
        timed = [self._time(insn) for insn in disassembler().disasm(code, address)]
        cycles = self._pair(timed) + self.wait_states * self._fetches(address, code, timed)
        refill = timed[-1].refill + self.wait_states if timed and timed[-1].refill else 0
        wide = len(code) >= 2 and code[1] >> 3 in (0b11101, 0b11110, 0b11111)
        return BlockCost(
            cycles=cycles,
            refill=refill,
            entry=int(wide and address % 4 != 0 and not self.timing.refill_cycles),
            most_refill=PIPELINE_RELOAD + self.wait_states,
        )

    def _fetches(self, address: int, code: bytes, timed: Sequence[_Timed]) -> int:
        line = self.timing.line_bytes
        lines = (address + len(code) - 1) // line - address // line
        return lines + sum(one.literal for one in timed)

    def _time(self, insn: Any) -> _Timed:
        """Timing of one instruction; ``insn`` is capstone's."""
        name = base_name(insn)
        _read, written = insn.regs_access()
        to_pc = any(insn.reg_name(register) == "pc" for register in written)
        if LOAD.fullmatch(name) or STORE.fullmatch(name):
            return replace(_single(insn, name, to_pc), memory=True, stores="st" in name, moves=_moved(insn))
        if name in ("ldrd", "strd"):
            address = _address_registers(insn)
            return _Timed(3, address=address, memory=True, stores=name == "strd", moves=_moved(insn))
        if MULTIPLE.fullmatch(name):
            stores = "stm" in name or "push" in name
            return replace(_multiple(insn, name, to_pc), memory=True, stores=stores, moves=_moved(insn))
        if name in ("tbb", "tbh"):
            return _Timed(3, refill=PIPELINE_RELOAD, address=_address_registers(insn), memory=True)
        if _DIRECT.fullmatch(name):
            return _Timed(1, refill=self.timing.refill_cycles or 1)
        if name in ("bx", "blx") or to_pc:
            return _Timed(1, refill=self.timing.refill_cycles or 2)
        return _Timed(self._plain(name, len(insn.operands)), computes=frozenset(written))

    def _plain(self, name: str, operands: int) -> int:
        if name in ("sdiv", "udiv"):
            return self.timing.divide_cycles
        return self.timing.it_cycles if _IT.fullmatch(name) else _plain_cycles(name, operands)

    def _pair(self, timed: Sequence[_Timed]) -> int:
        """Sum of the cycles with the rules about neighbours."""
        total, timing = 0, self.timing
        previous = _Timed(0)
        for one in timed:
            cycles = one.cycles
            if one.pipelines and previous.loads and not previous.loads & one.address:
                cycles = max(1, cycles - 1)
            if one.address & previous.computes:
                cycles += 1
            if one.address & previous.moves:
                cycles += timing.write_back_stall
            if one.memory and previous.stores:
                cycles += timing.store_stall
            if one.literal:
                cycles += timing.literal_stall
            total += cycles
            previous = one
        return total


def _moved(insn: Any) -> frozenset[int]:
    """The base register of a load or store with write-back."""
    if not insn.writeback:
        return frozenset()
    return _address_registers(insn) or frozenset({insn.operands[0].reg})


def _plain_cycles(name: str, operands: int) -> int:
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
    listed = insn.operands if name in STACK else insn.operands[1:]
    words = sum(2 if insn.reg_name(operand.reg).startswith("d") else 1 for operand in listed)
    base = frozenset() if name in STACK else frozenset({insn.operands[0].reg})
    return _Timed(1 + words, refill=PIPELINE_RELOAD if to_pc else 0, address=base)


def _address_registers(insn: Any) -> frozenset[int]:
    registers = {part for op in insn.operands if op.type == _MEM for part in (op.mem.base, op.mem.index) if part}
    return frozenset(registers)
