"""The RP2350's port: its registers against the maker's headers, and what its boot ROM looks for.

No emulator of the chip is at hand. The C that works its blocks is the RP2040's (shared/rp2), which rp2040js runs; here
is what differs: one header of numbers, and the image's beginning. Its start is in test_rp2350_start.
"""

from __future__ import annotations

import ctypes
import dataclasses
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from picobin import blocks_of
from qemu_boards import MACHINES
from rp2350_registers import ANALOG, I2S, PDM, UART, pico2, table

from firmware_tools.errors import FirmwareError
from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR, SOURCE_DIR
from firmware_tools.image.build import LIBC_DIR, board_defines, build_image
from firmware_tools.toolchain.compile import compile_host
from firmware_tools.toolchain.cores import CORE_FLAGS

PORT, SHARED = FIRMWARE_DIR / "ports" / "rp2350", FIRMWARE_DIR / "shared" / "rp2"
CORTEX_M = FIRMWARE_DIR / "shared" / "cortex_m"
HEADERS = (PORT / "rp2_chip.h", SHARED / "kws_rp2.h", SHARED / "usb_rp2_regs.h")
#: Numbers of ours or of Arm's core, not of the chip's registers.
OURS = re.compile(
    r"KWS_\w+|NVIC_\w+|SCB_\w+|ROSC_HZ|ADC_CLOCK_HZ|PLL_SYS_DIVIDER_1|PAD_DATA_IDLE|USB_SETTLE_NOPS|DMA_MICROPHONE|"
    r"DMA_UART|USB_OUT_BUFFER|USB_NOTIFY_BUFFER|USB_INT_ALL|REG(_SET|_CLEAR)?"
)

# ---- registers -------------------------------------------------------------------------------------------------------


def test_every_register_and_field_is_where_the_maker_says() -> None:
    wanted = table()
    glue = "\n".join(
        [
            "#define KWS_CLOCK_HZ 150000000u",
            '#include "kws_rp2.h"',
            '#include "usb_rp2_regs.h"',
            f"const uint32_t numbers[] = {{{', '.join(f'(uint32_t)({name})' for name in wanted)}}};",
        ]
    )
    library = ctypes.CDLL(str(compile_host([glue], include_dirs=(SHARED, PORT, CORTEX_M), name="rp2350_registers")))
    numbers = (ctypes.c_uint32 * len(wanted)).in_dll(library, "numbers")
    assert {name: number for name, number in zip(wanted, numbers, strict=True) if number != wanted[name]} == {}
    assert len(wanted) > 200


def test_no_register_is_used_that_is_not_in_the_table() -> None:
    known = " ".join(table())
    for header in HEADERS:
        for name in re.findall(r"^#define (\w+)", header.read_text(), re.M):
            assert OURS.fullmatch(name) or re.search(rf"\b{name}\b", known), f"{header.name}: {name}"
    for path in (*sorted(PORT.glob("*.c")), *sorted(SHARED.glob("*.c"))):
        assert not re.findall(r"0x[45DE]0[0-9A-Fa-f]{6}", path.read_text()), path.name


# ---- what the boot ROM looks for -------------------------------------------------------------------------------------


@pytest.mark.parametrize("microphone", [ANALOG, PDM, I2S], ids=lambda one: one["kind"])
@pytest.mark.parametrize("serial", [None, UART], ids=["usb", "uart"])
def test_the_boot_rom_finds_an_image_for_it_and_where_it_starts(
    microphone: dict[str, Any], serial: dict[str, Any] | None, tmp_path: Path
) -> None:
    board = pico2(microphone, serial)
    image = build_image(board, "recorder", {}, tmp_path)
    content = image.bin.read_bytes()
    (block,) = blocks_of(content)
    ((kind, (head,)),) = block.items
    assert kind == 0x42  # IMAGE_TYPE
    flags = head >> 16
    assert (flags & 0xF, flags >> 4 & 3, flags >> 8 & 7, flags >> 12 & 7) == (1, 2, 0, 1)  # EXE, secure, Arm, RP2350
    # No item names a vector table or an entry: the ROM takes the vectors at the start of flash.
    stack, reset = struct.unpack_from("<2I", content)
    assert stack == board.ram.origin + board.stack_bytes and stack % 8 == 0
    assert reset & 1 and board.flash.origin + block.at < reset < board.flash.origin + 4096


def test_a_block_that_the_rom_would_not_take_is_seen_by_the_reader(tmp_path: Path) -> None:
    content = bytearray(build_image(pico2(), "recorder", {}, tmp_path).bin.read_bytes())
    at = blocks_of(bytes(content))[0].at
    for place, word, message in (
        (at + 8, 0x2FF, "counts other words"),
        (at + 16, 0, "does not end"),
        (at + 12, 4, "no block"),
        (at, 0, "no block in"),
    ):
        changed = content[:place] + struct.pack("<I", word) + content[place + 4 :]
        with pytest.raises(ValueError, match=message):
            blocks_of(bytes(changed))


def test_another_clock_than_that_which_the_port_makes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError, match="this port sets up 150 MHz"):
        build_image(dataclasses.replace(pico2(), clock_hz=125_000_000), "recorder", {}, tmp_path)


def test_qemus_cortex_m33_runs_the_very_objects_of_this_board(tmp_path: Path) -> None:
    """What ``test_qemu`` shows of front end, engine and spotter on mps2-an505 is so here: the compiler's bytes are."""
    here, there = (
        pico2(),
        next(one.board for one in MACHINES if one.name == "mps2-an505" and one.board.core == pico2().core),
    )
    includes = [f"-I{path}" for path in (INCLUDE_DIR, LIBC_DIR)]
    plain = [sys.executable, "-m", "ziglang", "cc", "-O2", "-g0", "-ffreestanding", "-std=c99", "-c", *includes]
    for source in sorted(SOURCE_DIR.glob("*.c")):
        made = []
        for board in (here, there):
            out = tmp_path / f"{board.name}.o"
            defines = [f"-D{one}" for one in board_defines(board)]
            subprocess.run([*plain, *CORE_FLAGS[board.core], *defines, str(source), "-o", str(out)], check=True)
            made.append(out.read_bytes())
        assert made[0] == made[1], source.name


def test_the_compiler_knows_of_its_dsp_instructions_and_its_float_unit(tmp_path: Path) -> None:
    app = tmp_path / "app.c"
    app.write_text(
        "#if !__ARM_FEATURE_DSP || !(__ARM_FP & 4)\n#error neither\n#endif\nint main(void) { return 0; }\n",
    )
    build_image(pico2(), app, {}, tmp_path / "out")
