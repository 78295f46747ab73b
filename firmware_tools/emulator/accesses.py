"""Where each instruction of a block reads or writes memory, as registers and offsets: the addresses are known only
when it runs, and ``native/machine_accesses.c`` adds them up then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from firmware_tools.emulator.mnemonics import LOAD, MULTIPLE, STACK, STORE, base_name

NO_REGISTER = 0xFF
ALWAYS = 14
_MEM, _PC, _SP = 3, 15, 13
_TABLE_BYTES = {"tbb": 1, "tbh": 2}
_SIZES = {"b": 1, "h": 2}


@dataclass(frozen=True)
class Access:
    """Memory that an instruction reads or writes.

    Attributes:
        at: its address.
        base, index: numbers of the registers that are added up, the index shifted left by ``shift``; ``NO_REGISTER``.
        offset: added to them, bytes.
        bytes: of one transfer: 1, 2 or 4.
        count: of transfers, one after the other.
        condition: under which it happens, as ARM codes it: 0 to 14.
        load: whether it reads.
    """

    at: int
    base: int
    offset: int
    bytes: int
    count: int
    load: bool
    condition: int = ALWAYS
    index: int = NO_REGISTER
    shift: int = 0


def accesses(instructions: list[Any]) -> Iterator[Access]:
    """Of a block's instructions, which are capstone's. Literals are left out: where they lie is known beforehand."""
    for insn in instructions:
        name = base_name(insn)
        if MULTIPLE.fullmatch(name):
            yield _multiple(insn, name)
        elif LOAD.fullmatch(name) or STORE.fullmatch(name) or name in ("ldrd", "strd", "tbb", "tbh"):
            yield from _single(insn, name)


def _condition(insn: Any) -> int:
    return int(insn.cc) - 1 if 1 <= insn.cc <= ALWAYS else ALWAYS


def _number(insn: Any, register: int) -> int:
    """Of a core register, 0 to 15."""
    name = str(insn.reg_name(register))
    named = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": _SP, "lr": 14, "pc": _PC}
    return named[name] if name in named else int(name[1:])


def _multiple(insn: Any, name: str) -> Access:
    on_stack = name in STACK
    listed = insn.operands if on_stack else insn.operands[1:]
    words = sum(2 if insn.reg_name(operand.reg).startswith("d") else 1 for operand in listed)
    down = name in ("push", "vpush") or name.endswith("db")
    base = _SP if on_stack else _number(insn, insn.operands[0].reg)
    load = name in ("pop", "vpop") or "ldm" in name
    return Access(insn.address, base, -4 * words if down else 0, 4, words, load, _condition(insn))


def _single(insn: Any, name: str) -> Iterator[Access]:
    operand = next(operand for operand in insn.operands if operand.type == _MEM)
    table = name in _TABLE_BYTES
    base = _number(insn, operand.mem.base)
    if base == _PC and not table:
        return
    double = name in ("ldrd", "strd") or (name in ("vldr", "vstr") and insn.op_str.startswith("d"))
    index = _number(insn, operand.mem.index) if operand.mem.index else NO_REGISTER
    shift = operand.shift.value or operand.mem.lshift if index != NO_REGISTER else 0
    size = _TABLE_BYTES.get(name, 4 if double or name.startswith("v") else _SIZES.get(name.rstrip("t")[-1], 4))
    load = table or name.startswith(("ldr", "vldr"))
    count = 2 if double else 1
    yield Access(insn.address, base, operand.mem.disp, size, count, load, _condition(insn), index, shift)
