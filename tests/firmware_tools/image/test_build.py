import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from firmware_tools.boards.spec import board_from_dict, load_board
from firmware_tools.errors import FirmwareError
from firmware_tools.image.build import FirmwareImage, build_image, linker_script
from firmware_tools.image.elf import read_elf

BOARD = load_board("emulated")
APP = """#include "kws_port.h"
#include "table.h"
const uint8_t table[TABLE_BYTES] = {1, 2, 3};
uint32_t first = 0x11223344u;
uint32_t zero[100];
int main(void) {
    for (;;) {
        kws_port_uart_write(table, sizeof table);
        first += zero[first % 100];
    }
}
"""
HEADER = "#include <stdint.h>\n#define TABLE_BYTES {size}\nextern const uint8_t table[TABLE_BYTES];\n"


def _build(folder: Path, size: int = 3000) -> FirmwareImage:
    app = folder / "small.c"
    app.write_text(APP)
    return build_image(BOARD, app, {"table.h": HEADER.format(size=size)}, folder / "out")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    return _build(tmp_path_factory.mktemp("image"))


def test_every_byte_is_accounted_for(image: FirmwareImage) -> None:
    content = image.bin.read_bytes()
    assert image.flash_bytes == len(content)
    stored = sum(size for name, size in image.sections.items() if name not in (".stack", ".bss"))
    assert image.flash_bytes == stored
    assert image.ram_bytes == sum(image.sections[name] for name in (".stack", ".data", ".bss"))
    assert image.stack_bytes == BOARD.stack_bytes
    assert image.by_symbol["table"] == 3000
    assert image.by_symbol["zero"] == 400
    assert list(image.by_symbol.values()) == sorted(image.by_symbol.values(), reverse=True)
    assert json.loads((image.elf.parent / "size.json").read_text()) == image.to_dict()


def test_the_binary_is_what_a_core_boots_from(image: FirmwareImage) -> None:
    content = image.bin.read_bytes()
    elf = read_elf(image.elf)
    reset = int.from_bytes(content[4:8], "little")
    assert int.from_bytes(content[:4], "little") == BOARD.ram.origin + BOARD.stack_bytes
    assert reset & 1 == 1
    assert elf.locate(reset) == "kws_reset_handler+0x0"
    assert content.endswith(bytes.fromhex("44332211"))  # first values of variables come last


def test_unused_functions_are_dropped(image: FirmwareImage) -> None:
    assert "kws_port_mic_start" not in image.by_symbol


def test_the_same_sources_give_the_same_bytes(image: FirmwareImage, tmp_path: Path) -> None:
    assert _build(tmp_path).sha256 == image.sha256


def test_an_image_that_is_too_big_names_what_weighs_most(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError, match=r"small does not fit emulated.*of 262144 bytes of flash.*table 300000"):
        _build(tmp_path, size=300_000)
    assert not (tmp_path / "out" / "small.bin").exists()


def test_ram_is_checked_too(tmp_path: Path) -> None:
    app = tmp_path / "hungry.c"
    app.write_text("volatile char big[70000];\nint main(void) { for (;;) big[3]++; }\n")
    with pytest.raises(FirmwareError, match=r"of 65536 bytes of RAM.*big 70000"):
        build_image(BOARD, app, {}, tmp_path / "out")


def test_a_compiler_message_is_passed_on(tmp_path: Path) -> None:
    app = tmp_path / "wrong.c"
    app.write_text("int main(void) { return nothing; }\n")
    with pytest.raises(FirmwareError, match=r"wrong.c:1:\d+: error: .*nothing"):
        build_image(BOARD, app, {}, tmp_path / "out")


def test_an_unknown_app_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError, match=r"no such firmware app: 'recoder'.*recorder"):
        build_image(BOARD, "recoder", {}, tmp_path)


def test_the_linker_script_has_the_boards_memory() -> None:
    board = dataclasses.replace(BOARD, ram=dataclasses.replace(BOARD.ram, origin=0x20004000), stack_bytes=1024)
    script = linker_script(board)
    assert "ORIGIN = 0x20004000" in script
    assert ". + 0x400" in script
    assert "@" not in script.replace("@NAMES@", "")


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\x01\x01" + bytes(20), b"text" * 50])
def test_a_file_that_is_no_image(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.elf"
    path.write_bytes(content)
    with pytest.raises(FirmwareError, match="no 32-bit ELF"):
        read_elf(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clock_hz": 48_000_000}, "this port sets up 125 MHz: write clock_hz: 125000000 into the board file"),
        ({"serial": {"kind": "uart", "tx_pin": 5}}, "UART0 sends on GPIO 0, 12, 16 or 28: write one of them as tx_pin"),
    ],
)
def test_what_a_port_refuses_is_an_error_of_the_board_file(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    board = board_from_dict(load_board("pico").to_dict() | change)
    with pytest.raises(FirmwareError) as caught:
        build_image(board, "recorder", {}, tmp_path)
    assert str(caught.value).startswith(f"board pico cannot be built from its file. {message}")


def test_an_error_of_an_app_is_none_of_the_board_file(tmp_path: Path) -> None:
    (tmp_path / "small.c").write_text('#error "mine"\n')
    with pytest.raises(FirmwareError, match="C compiler refused"):
        build_image(BOARD, tmp_path / "small.c", {}, tmp_path / "out")


def test_ram_is_full_with_what_lies_before_an_aligned_ring(tmp_path: Path) -> None:
    """Variables, stack and ring take 37,016 bytes, but the ring begins at a multiple of its 8 KB."""
    board = board_from_dict(load_board("pico").to_dict() | {"ram": {"origin": 0x2000_0000, "bytes": 40_000}})
    with pytest.raises(FirmwareError, match=r"does not fit pico: '40960 of 40000 bytes of RAM'. largest: ring 8192"):
        build_image(board, "recorder", {}, tmp_path)
