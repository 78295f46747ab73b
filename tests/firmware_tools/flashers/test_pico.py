"""A Pico flashed for real: the drive takes the UF2, and rp2040js, which is not ours, starts what lay in it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from fake_flashing import Desk, Uf2Drive
from rp2040_boards import needs_rp2040js

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.rp2040 import Rp2040Board
from firmware_tools.emulator.storage import FLASH_FILE
from firmware_tools.flashers.find import flasher_for
from firmware_tools.flashers.verify import firmware_id
from firmware_tools.image.build import build_image
from firmware_tools.link.serial_link import SerialPort

INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


@pytest.mark.slow
@needs_rp2040js
def test_what_a_pico_was_given_as_uf2_is_what_it_runs_and_says_so(tmp_path: Path) -> None:
    board = load_board("pico")
    image = build_image(board, "recorder", {}, tmp_path / "image")
    drive, state, desk = tmp_path / "RPI-RP2", tmp_path / "state", Desk()
    with ExitStack() as stack:

        def then(content: bytes) -> None:
            state.mkdir()
            (state / FLASH_FILE).write_bytes(content)
            powered = stack.enter_context(Rp2040Board(board, state))
            desk.on.append(SerialPort(powered.port, "Pico", board.usb_ids[0], "E661"))

        with Uf2Drive(drive, INFO, then):
            desk.mounted.append(drive)
            report = flasher_for(board, attached=desk.attached(back_s=60)).flash(image.bin)
    assert report.firmware == firmware_id(image.bin.read_bytes())
    assert report.port == desk.on[0].device
