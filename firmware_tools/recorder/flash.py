"""Builds the recorder app and writes it to a board."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.storage import default_state_dir
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.flashers.flasher import FlashReport
from firmware_tools.image.build import build_image


def flash_recorder(board: BoardSpec, state_dir: Path | None = None) -> FlashReport:
    """Build the recorder app and write it to the board.

    Raises:
        FirmwareError: the compiler refuses, or the image does not fit.
        BoardError: the board cannot be reached.
    """
    folder = (state_dir or default_state_dir(board)) / "recorder"
    image = build_image(board, "recorder", {}, folder)
    return EmulatedFlasher(board, state_dir).flash(image.bin)
