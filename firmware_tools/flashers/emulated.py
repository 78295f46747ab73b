"""Getting an image onto a board: one interface, one class a tool."""

from __future__ import annotations

import hashlib
from pathlib import Path

from firmware_tools.atomic import write_bytes
from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.storage import FLASH_FILE, SYMBOL_FILE, default_state_dir
from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.flashers.flasher import FlashReport, read_image


class EmulatedFlasher:
    """Writes ``flash.bin`` of an emulated board, whole or not at all. A board that is running keeps its old image
    until it is powered on again."""

    def __init__(self, board: BoardSpec, state_dir: Path | None = None) -> None:
        self.board = board
        self.state_dir = state_dir or default_state_dir(board)

    def steps(self, image: Path) -> list[str]:
        """See :class:`Flasher`."""
        content = read_image(image, self.board)
        return [
            f"check that {len(content):,} bytes fit {self.board.flash.bytes:,} bytes of flash",
            f"write them to {self.state_dir / FLASH_FILE} and read them back",
        ]

    def look(self) -> None:
        """See :class:`Flasher`; nothing of it can be missing."""

    def flash(self, image: Path) -> FlashReport:
        """See :class:`Flasher`."""
        content = read_image(image, self.board)
        target = self.state_dir / FLASH_FILE
        try:
            write_bytes(target, content)
            self._keep_symbols(image)
            written = target.read_bytes()
        except OSError as error:
            raise BoardError("emulated flash cannot be written", str(target), error.strerror or "") from None
        if written != content:
            raise FirmwareError("flash reads back differently", str(target), "check the disk and repeat")
        return FlashReport(self.board.name, "emulated", len(content), hashlib.sha256(content).hexdigest())

    def _keep_symbols(self, image: Path) -> None:
        """Put the image's ELF file, where there is one, beside the flash: fault reports take names from it."""
        elf, target = image.with_suffix(".elf"), self.state_dir / SYMBOL_FILE
        if elf.is_file():
            write_bytes(target, elf.read_bytes())
        else:
            target.unlink(missing_ok=True)
