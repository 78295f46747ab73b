"""An RP2350 whose peripherals are memory: what our image writes into its registers, from reset to a running microphone.

A model of ours, of no more than a start needs: Unicorn's Cortex-M33 runs the image. Registers begin as the maker's
headers say; writes at the aliases set and clear bits; a block in reset is not done, and an access to one is noted: the
chip would fault there; clocks follow their choice at once, the crystal and the PLLs when they are switched on.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from firmware_tools.boards.port import peripheral
from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.image.build import build_image

TABLE = Path(__file__).with_name("rp2350_registers.txt")
UART = {"kind": "uart", "tx_pin": 0}
ANALOG = {"kind": "analog", "pin": 26, "smps_pin": 23}
PDM = {"kind": "pdm", "clock_pin": 2, "data_pin": 3}
I2S = {"kind": "i2s", "clock_pin": 2, "data_pin": 4}
APP = """#include <kws_port.h>
int main(void)
{
    kws_port_init();
    kws_port_mic_start(16000);
    *(volatile uint32_t *)0x50700000 = 1;
    for (;;) {
    }
}
"""
DONE = 0x50700000  # nothing that we use stands there
SPACES = ((0x00000000, 0x8000), (0x40000000, 0x170000), (0x50000000, 0x800000), (0xD0000000, 0x1000))
CORE = (0xE0000000, 0x100000)
RAM_BYTES, FLASH_BYTES = 0x82000, 1 << 20
TIMEOUT_S = 20

RESETS, CLOCKS, XOSC, PLLS, TIMER = 0x40020000, 0x40010000, 0x40048000, (0x40050000, 0x40058000), 0x400B0000
CRYSTAL_ON, LOCK, STABLE = 0xFAB, 1 << 31, 1 << 31
DPRAM = range(0x50100000, 0x50101000)  # it has no aliases
#: Bit of RESETS.RESET, and where the block lies.
BLOCKS = {
    0: 0x400A0000, 2: 0x50000000, 6: 0x40028000, 9: 0x40038000, 11: 0x50200000, 14: 0x40050000, 15: 0x40058000,
    21: 0x40000000, 23: 0x400B0000, 26: 0x40070000, 28: 0x50110000,
}  # fmt: skip
AT_RESET = {
    RESETS: 0x1FFFFFFF,
    CLOCKS + 0x38: 1,
    CLOCKS + 0x44: 1,
    0x50110040: 0x4,  # USB.MAIN_CTRL: the transceiver is cut off
    0x5011004C: 0x8000,  # USB.SIE_CTRL: the host's pull-downs are on
    **{pll + offset: value for pll in PLLS for offset, value in ((0, 1), (4, 0x2D), (0xC, 0x77000))},
    **{0x40038004 + 4 * pin: 0x116 for pin in range(48)},  # PADS: cut off, pulled down
    **{0x40028004 + 8 * pin: 0x1F for pin in range(48)},  # IO_BANK0: no function
}


def pico2(microphone: dict[str, Any] | None = None, serial: dict[str, Any] | None = None) -> BoardSpec:
    """The board with another microphone or line."""
    board = load_board("pico2")
    changes = {}
    if microphone:
        changes["microphone"] = peripheral(microphone, board.family.microphones, "pico2")
    if serial:
        changes["serial"] = peripheral(serial, board.family.serials, "pico2")
    return dataclasses.replace(board, **changes)


def table() -> dict[str, int]:
    """What the maker's headers say of each register and field that we use, by our name of it."""
    lines = (line.split(maxsplit=2) for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {words[0]: int(words[1], 0) for words in lines if len(words) == 3 and words[0] != "#"}


class Rp2350Registers:
    """The registers after the image of a board has come to its end.

    Args:
        board: the board.
        crystal: whether its crystal starts.
        app: the image's ``main``; it ends by writing to DONE.
    """

    def __init__(self, board: BoardSpec, folder: Path, *, crystal: bool = True, app: str = APP) -> None:
        from unicorn import UC_ARCH_ARM, UC_HOOK_MEM_READ, UC_HOOK_MEM_WRITE, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
        from unicorn.arm_const import UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M33

        self.crystal = crystal
        self.writes: list[tuple[int, int]] = []  # address and what then stands there, of peripherals
        self.in_reset: set[int] = set()  # addresses that were used although their block was in reset
        source = folder / "app.c"
        source.write_text(app)
        content = build_image(board, source, {}, folder).bin.read_bytes()
        core = self.core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M33)
        for origin, size in (*SPACES, CORE, (board.flash.origin, FLASH_BYTES), (board.ram.origin, RAM_BYTES)):
            core.mem_map(origin, size)
        core.mem_write(board.flash.origin, content)
        for address, value in AT_RESET.items():
            self._put(address, value)
        for origin, size in SPACES[1:]:
            core.hook_add(UC_HOOK_MEM_WRITE, self._written, begin=origin, end=origin + size - 1)
            core.hook_add(UC_HOOK_MEM_READ, self._read, begin=origin, end=origin + size - 1)
        self.prepare()
        core.reg_write(UC_ARM_REG_SP, int.from_bytes(content[:4], "little"))
        core.emu_start(int.from_bytes(content[4:8], "little") | 1, 0xFFFFFFFE, timeout=TIMEOUT_S * 1_000_000)
        assert self.word(DONE) == 1, "the image has not come to its end"

    def prepare(self) -> None:
        """Last things before the start, for a test."""

    def word(self, address: int) -> int:
        """What stands at an address."""
        return int.from_bytes(self.core.mem_read(address, 4), "little")

    def _put(self, address: int, value: int) -> None:
        self.core.mem_write(address, (value & 0xFFFFFFFF).to_bytes(4, "little"))

    def _note_reset(self, address: int) -> None:
        held = self.word(RESETS)
        if any(held >> bit & 1 and base <= address < base + 0x4000 for bit, base in BLOCKS.items()):
            self.in_reset.add(address)

    def _read(self, core: object, kind: int, address: int, size: int, value: int, data: object) -> None:
        self._note_reset(address)
        if address == TIMER + 0x28 and self.word(0x40108018) & 1:
            self._put(address, self.word(address) + 1)

    def _written(self, core: object, kind: int, address: int, size: int, value: int, data: object) -> None:
        if address == DONE:
            self.core.emu_stop()
        alias = 0 if address in DPRAM or address >= 0xD0000000 else address >> 12 & 3
        place = address & ~0x3000 if alias else address
        self._note_reset(place)
        held = self.word(place)
        value = {0: value, 1: held ^ value, 2: held | value, 3: held & ~value}[alias] & 0xFFFFFFFF
        if size == 4:
            self._put(place, value)
        self.writes.append((place, value))
        self._follow(place, value)

    def _follow(self, place: int, value: int) -> None:
        """What a register changes in others."""
        if place == RESETS:
            self._put(RESETS + 8, ~value & 0x1FFFFFFF)
        if place in (CLOCKS + 0x30, CLOCKS + 0x3C):
            self._put(place + 8, 1 << (value & (3 if place == CLOCKS + 0x30 else 1)))
        if place == XOSC and value >> 12 == CRYSTAL_ON and self.crystal:
            self._put(XOSC + 4, STABLE)
        for pll in PLLS:
            if place in (pll + 4, pll + 8):
                running = self.word(XOSC + 4) and self.word(pll + 8) and not self.word(pll + 4) & 0x21
                self._put(pll, self.word(pll) & ~LOCK | (LOCK if running else 0))
        if place == 0x400A0000 and value & 1:  # ADC: ready when it is on
            self._put(place, value | 1 << 8)
