"""Where loads and stores go, as registers say before they run, against where Unicorn sees them go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import unicorn
from thumb_code import assembled
from unicorn import arm_const

from firmware_tools.emulator.accesses import NO_REGISTER, Access, accesses
from firmware_tools.emulator.mnemonics import disassembler

RAM = 0x20000000
LOADS = (
    *("ldr r0, [r1, #8]", "ldr r0, [r1, #-4]!", "ldr r0, [r1], #4", "ldr r0, [r1, r2, lsl #2]", "ldr r0, [sp, #4]"),
    *("ldrb r0, [r1, #3]", "ldrsb r0, [r1, r2]", "ldrh r0, [r1, #6]", "ldrsh r0, [r1], #-2", "ldrt r0, [r1, #4]"),
    *("ldrd r3, r4, [r1, #16]", "ldrd r3, r4, [r1], #8", "ldm r1!, {r3, r4, r5}", "ldmdb r1, {r3, r4}"),
    *("pop {r4, r5}", "vldr s0, [r1, #4]", "vldr d0, [r1]", "vldmia r1!, {s0-s3}", "vpop {d8}", "ldrex r0, [r1]"),
    *("ldrb r0, [r9, #1]", "ldr r0, [r12]", "tbb [r1, r2]", "tbh [r1, r2, lsl #1]", "tbb [pc, r2]"),
)
STORES = (
    *("str r0, [r1, #8]", "strb r0, [r1, r2]", "strh r0, [r1], #2", "strd r3, r4, [r1, #-8]", "push {r4, r5, lr}"),
    *("stm r1!, {r3, r4}", "stmdb r1!, {r3, r4, r5}", "vstr s0, [r1, #8]", "vpush {d8}", "vstmdb r1!, {s0-s1}"),
)
LITERALS = ("ldr r0, [pc, #8]", "adds r0, r0, #1")


def _core(code: bytes) -> Any:
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
    uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
    uc.mem_map(0, 0x10000)
    uc.mem_write(0x1000, code + b"\x00\xbf" * 8)
    uc.mem_map(RAM, 0x1000)
    uc.reg_write(arm_const.UC_ARM_REG_C1_C0_2, 0xF << 20)
    uc.reg_write(arm_const.UC_ARM_REG_FPEXC, 0x40000000)
    registers = {"R0": 7, "R1": RAM + 0x100, "R2": 3, "SP": RAM + 0x200, "R9": RAM + 0x300, "R12": RAM + 0x400}
    for name, value in registers.items():
        uc.reg_write(getattr(arm_const, f"UC_ARM_REG_{name}"), value)
    return uc


def _seen(code: bytes, kind: int) -> set[int]:
    """Bytes of memory that Unicorn sees touched by one instruction."""
    touched: set[int] = set()

    def note(_uc: Any, _kind: int, address: int, size: int, _value: int, _data: object) -> None:
        touched.update(range(address, address + size))

    uc = _core(code)
    uc.hook_add(kind, note)
    uc.emu_start(0x1001, 0x1000 + len(code), count=1)
    return touched


def _told(code: bytes) -> tuple[Access, set[int]]:
    (access,) = accesses(list(disassembler().disasm(code, 0x1000)))
    uc = _core(code)

    def value(number: int) -> int:
        names = {13: "SP", 14: "LR"}
        if number == 15:
            return access.at + 4
        return int(uc.reg_read(getattr(arm_const, f"UC_ARM_REG_{names.get(number, f'R{number}')}")))

    first = value(access.base) + access.offset
    if access.index != NO_REGISTER:
        first += value(access.index) << access.shift
    return access, set(range(first, first + access.bytes * access.count))


def test_each_load_and_store_is_where_unicorn_sees_it(tmp_path: Path) -> None:
    code = assembled([*LOADS, *STORES, *LITERALS], tmp_path)
    for texts, kind in ((LOADS, unicorn.UC_HOOK_MEM_READ), (STORES, unicorn.UC_HOOK_MEM_WRITE)):
        for text in texts:
            access, told = _told(code[text])
            assert told == _seen(code[text], kind) != set(), text
            assert access.load == (kind == unicorn.UC_HOOK_MEM_READ), text
    for text in LITERALS:  # where they lie is known before they run
        assert not list(accesses(list(disassembler().disasm(code[text], 0x1000))))


def test_an_access_has_the_condition_of_its_it(tmp_path: Path) -> None:
    text = "ite ne; ldrbne r0, [r1, #1]; strheq r0, [r1]"
    first, second = accesses(list(disassembler().disasm(assembled([text], tmp_path)[text], 0x1000)))
    assert (first.condition, first.bytes, first.load) == (1, 1, True)
    assert (second.condition, second.bytes, second.load) == (0, 2, False)
