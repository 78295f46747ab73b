"""What every flasher does, and what it is given: the one interface for all tools that write images to boards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import FirmwareError


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
