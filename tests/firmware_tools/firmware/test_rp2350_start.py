"""The RP2350's start on a model of ours: clocks, resets, pins, microphone and line; the ROM's functions."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from rp2350_registers import I2S, PDM, UART, Rp2350Registers, pico2, table


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Rp2350Registers:
    """As sold: an analog microphone, the board's own USB."""
    return Rp2350Registers(pico2(), tmp_path_factory.mktemp("analog"))


def pll_mhz(board: Rp2350Registers, name: str) -> float:
    at, register = table()[name], board.word
    dividers = register(at + 0xC)
    return 12 * (register(at + 8) & 0xFFF) / ((dividers >> 16 & 7) * (dividers >> 12 & 7))


def test_the_clocks_are_those_of_the_crystal(started: Rp2350Registers) -> None:
    at, word = table(), started.word
    assert (pll_mhz(started, "PLL_SYS"), pll_mhz(started, "PLL_USB")) == (150, 48)
    assert 750 <= 12 * word(at["PLL_SYS"] + 8) <= 1600  # the VCO
    assert (word(at["CLK_REF_SELECTED"]), word(at["CLK_SYS_SELECTED"])) == (4, 2)
    assert [word(at[f"CLK_{name}_CTRL"]) for name in ("PERI", "USB", "ADC")] == [0x800] * 3
    assert (word(at["TICKS_TIMER_CYCLES"]), word(at["TICKS_TIMER_CTRL"])) == (12, 1)


def test_a_board_whose_crystal_does_not_start_runs_all_the_same(tmp_path: Path) -> None:
    board = Rp2350Registers(pico2(serial=UART), tmp_path, crystal=False)
    at, word = table(), board.word
    assert (word(at["CLK_REF_SELECTED"]), word(at["CLK_SYS_SELECTED"])) == (1, 1)
    assert (word(at["CLK_USB_CTRL"]), word(at["TICKS_TIMER_CYCLES"])) == (0x840, 11)
    assert board.in_reset == set()


def test_no_block_is_used_before_it_is_out_of_reset(started: Rp2350Registers) -> None:
    assert started.in_reset == set()


def test_the_core_has_its_vectors_its_float_unit_and_its_interrupts(started: Rp2350Registers) -> None:
    at, word = table(), started.word
    assert word(0xE000ED08) == 0x10000000
    assert word(0xE000ED88) & 0xF00000 == 0xF00000
    assert word(0xE000E100) == 1 << at["USBCTRL_IRQ"]  # the last that was switched on
    assert word(0xE0001000) & 1 and word(0xE000EDFC) >> 24 & 1  # cycles are counted


def test_the_usb_line_is_connected_after_all_else_is_set_up(started: Rp2350Registers) -> None:
    at, word = table(), started.word
    assert word(at["USB_MAIN_CTRL"]) == 1  # on, and no longer cut off
    assert word(at["USB_SIE_CTRL"]) == at["USB_SIE_CTRL_EP0_INTERRUPT"] | at["USB_SIE_CTRL_PULLUP"]  # no pull-downs
    order = [(place, value) for place, value in started.writes if place >> 12 == at["USB_ADDRESS"] >> 12]
    free = order.index((at["USB_MAIN_CTRL"], 1))
    assert order.index((at["USB_INTE"], word(at["USB_INTE"]))) < free
    assert order[-1] == (at["USB_SIE_CTRL"], word(at["USB_SIE_CTRL"])) and free < len(order) - 1


def test_the_analog_microphone_fills_its_ring_16000_times_a_second(started: Rp2350Registers) -> None:
    at, word = table(), started.word
    assert 48e6 / ((word(at["ADC_DIV"]) >> 8) + 1) == 16_000
    assert word(at["PADS_BANK0_GPIO(0)"] + 4 * 26) == at["PAD_OUTPUT_OFF"]  # connected, no pulls, no digital input
    assert word(at["IO_BANK0_CTRL(0)"] + 8 * 26) == 31
    assert word(at["IO_BANK0_CTRL(0)"] + 8 * 23) == 5 and word(at["SIO_GPIO_OE_SET"]) == 1 << 23
    check_dma(started, request=48, source=at["ADC_FIFO"], log2_bytes=1, ring_log2=13)


def check_dma(board: Rp2350Registers, request: int, source: int, log2_bytes: int, ring_log2: int) -> None:
    """Channel 0 by the places that the maker's header gives to its fields."""
    at, word = table(), board.word
    control = word(at["DMA_CTRL_TRIG(0)"])
    assert control & 3 == 3 and control >> 2 & 3 == log2_bytes
    assert control >> 4 & 0xF == 4  # of both addresses, forwards and backwards: the write address forwards
    assert control >> 8 & 0xF == ring_log2 and control >> 12 & 1 == 1
    assert control >> 13 & 0xF == 0  # chained to itself: to none
    assert control >> 17 & 0x3F == request and control >> 23 == 0
    assert word(at["DMA_TRANS_COUNT(0)"]) == 1 << 27  # its upper four bits, the mode, are 0
    assert word(at["DMA_READ_ADDR(0)"]) == source
    assert word(at["DMA_WRITE_ADDR(0)"]) % (1 << ring_log2) == 0
    assert word(at["DMA_INTE0"]) & 1 == 1


@pytest.mark.parametrize(
    ("microphone", "clocks", "data", "sample_instructions", "ring_log2"),
    [(PDM, [2], 3, 256, 15), (I2S, [2, 3], 4, 128, 14)],
    ids=["pdm", "i2s"],
)
def test_a_digital_microphone_is_clocked_at_16000_hz_exactly(
    microphone: dict[str, Any],
    clocks: list[int],
    data: int,
    sample_instructions: int,
    ring_log2: int,
    tmp_path: Path,
) -> None:
    board = Rp2350Registers(pico2(microphone, UART), tmp_path)
    at, word = table(), board.word
    divider = word(at["PIO_SM0_CLKDIV"])
    assert 150e6 / (divider / 65536) / sample_instructions == 16_000
    pads = [word(at["PADS_BANK0_GPIO(0)"] + 4 * pin) for pin in (*clocks, data)]
    assert pads == [at["PAD_DRIVE_4MA"] | at["PAD_INPUT"]] * len(clocks) + [
        at["PAD_SCHMITT"] | at["PAD_PULL_UP"] | at["PAD_INPUT"]
    ]
    assert {word(at["IO_BANK0_CTRL(0)"] + 8 * pin) for pin in (*clocks, data)} == {6}
    check_dma(board, request=4, source=at["PIO_RXF0"], log2_bytes=2, ring_log2=ring_log2)
    assert board.in_reset == set()


def test_a_pin_stays_cut_off_until_its_function_is_chosen(tmp_path: Path) -> None:
    board = Rp2350Registers(pico2(PDM, UART), tmp_path)
    at = table()
    for pin in (0, 1, 2, 3):
        pad, function = at["PADS_BANK0_GPIO(0)"] + 4 * pin, at["IO_BANK0_CTRL(0)"] + 8 * pin
        cut_off, chosen, connected = [
            (place, bool(value & at["PAD_ISOLATED"]) if place == pad else value)
            for place, value in board.writes
            if place in (pad, function)
        ]
        assert cut_off == (pad, True) and chosen[0] == function and connected == (pad, False)


def test_the_uart_has_the_boards_line_rate(tmp_path: Path) -> None:
    board = Rp2350Registers(pico2(serial=UART), tmp_path)
    at, word = table(), board.word
    divider = word(at["UART0_IBRD"]) + word(at["UART0_FBRD"]) / 64
    assert abs(150e6 / 16 / divider / 921_600 - 1) < 0.002
    assert word(at["UART0_CR"]) == 0x301 and word(at["UART0_LCR_H"]) == 0x70
    assert [word(at["IO_BANK0_CTRL(0)"] + 8 * pin) for pin in (0, 1)] == [2, 2]


# ---- the boot ROM's functions ----------------------------------------------------------------------------------------

ASKS = """#include <kws_port.h>
#include <kws_usb_driver.h>
int main(void)
{
    kws_port_init();
    kws_usb_driver_serial((char *)0x50700100);
    kws_usb_driver_boot_loader();
    *(volatile uint32_t *)0x50700000 = 1;
    for (;;) {
    }
}
"""
LOOKUP, INFO, REBOOT = 0x100, 0x120, 0x140


class WithRom(Rp2350Registers):
    """A stand-in of the ROM: its signature, its look-up function, and the two functions that are asked for."""

    asked: list[tuple[int, ...]]

    def prepare(self) -> None:
        from unicorn import UC_HOOK_CODE
        from unicorn.arm_const import UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3

        self.asked = []
        registers = (UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3)
        self.core.mem_write(0x10, b"Mu\x02\x02" + struct.pack("<HHH", 0, LOOKUP + 1, 0))
        for at in (LOOKUP, INFO, REBOOT):
            self.core.mem_write(at, b"\x70\x47")  # bx lr

        def called(core: Any, address: int, size: int, data: object) -> None:
            given = tuple(core.reg_read(one) for one in registers)
            self.asked.append((address, *given))
            if address == LOOKUP:
                places = {int.from_bytes(b"GS", "little"): INFO + 1, int.from_bytes(b"RB", "little"): REBOOT + 1}
                core.reg_write(UC_ARM_REG_R0, places[given[0]] if given[1] == 4 else 0)
            if address == INFO:
                core.mem_write(given[0], struct.pack("<4I", 1, 0, 0x89ABCDEF, 0x01234567))
                core.reg_write(UC_ARM_REG_R0, 4)

        self.core.hook_add(UC_HOOK_CODE, called, begin=LOOKUP, end=REBOOT + 2)


def test_the_rom_says_the_chips_number_and_is_asked_to_come_back_as_a_drive(tmp_path: Path) -> None:
    board = WithRom(pico2(), tmp_path, app=ASKS)
    assert bytes(board.core.mem_read(0x50700100, 16)) == b"0123456789ABCDEF"
    info = next(call for call in board.asked if call[0] == INFO)
    assert info[2:] == (4, 1, info[4])  # words, SYS_INFO_CHIP_INFO
    assert board.asked[-1] == (REBOOT, 0x102, 10, 0, 0)


def test_without_such_a_rom_nothing_is_called(tmp_path: Path) -> None:
    board = Rp2350Registers(pico2(), tmp_path, app=ASKS)
    assert bytes(board.core.mem_read(0x50700100, 16)) == b"0" * 16
