"""Getting an image onto a board: one interface, one class a tool."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware_tools.atomic import write_bytes
from firmware_tools.boards import BoardSpec
from firmware_tools.errors import BoardError, FirmwareError

FLASH_FILE = "flash.bin"
SYMBOL_FILE = "flash.elf"


@dataclass(frozen=True)
class FlashReport:
    """What was written, and that it was read back the same."""

    board: str
    tool: str
    bytes: int
    sha256: str


class Flasher(Protocol):
    """A tool that writes images to one board."""

    def flash(self, image: Path) -> FlashReport:
        """Write the flat binary ``image`` and read it back.

        Raises:
            FirmwareError: the image is missing, empty, too big, or reads back differently.
            BoardError: the board cannot be reached.
        """
        ...


def default_state_dir(board: BoardSpec) -> Path:
    """Where an emulated board keeps its flash while it is off: ``.kws/boards/<name>`` below the working folder."""
    return Path(".kws") / "boards" / board.name


class EmulatedFlasher:
    """Writes ``flash.bin`` of an emulated board, whole or not at all. A board that is running keeps its old image
    until it is powered on again."""

    def __init__(self, board: BoardSpec, state_dir: Path | None = None) -> None:
        self.board = board
        self.state_dir = state_dir or default_state_dir(board)

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


def read_image(image: Path, board: BoardSpec) -> bytes:
    """Content of a flat binary that fits ``board``.

    Raises:
        FirmwareError: missing, empty, or bigger than the board's flash.
    """
    try:
        content = image.read_bytes()
    except OSError as error:
        raise FirmwareError("firmware image cannot be read", str(image), error.strerror or "") from None
    if not content:
        raise FirmwareError("firmware image is empty", str(image), "build it again")
    if len(content) > board.flash.bytes:
        raise FirmwareError(
            f"firmware image does not fit {board.name}", str(image), f"{len(content)} of {board.flash.bytes} bytes"
        )
    return content


_FLASHERS: dict[str, Callable[[BoardSpec, Path | None], Flasher]] = {"emulated": EmulatedFlasher}


def flasher_for(board: BoardSpec, *, state_dir: Path | None = None) -> Flasher:
    """The flasher that ``board.flasher`` names.

    Args:
        board: the board.
        state_dir: an emulated board's folder; :func:`default_state_dir` when None.

    Raises:
        BoardError: no such flasher.
    """
    make = _FLASHERS.get(board.flasher)
    if make is None:
        raise BoardError(f"board {board.name}: unknown flasher", board.flasher, f"use one of {', '.join(_FLASHERS)}")
    return make(board, state_dir)
