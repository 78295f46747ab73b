"""What every flasher does, and what it is given: the one interface for all tools that write images to boards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import FirmwareError


@dataclass(frozen=True)
class FlashReport:
    """What was written, and that it is there: read back the same, or the board runs it and says so.

    Attributes:
        firmware: how the board calls the image that it runs; empty when it was not asked.
        port: on which it answered.
    """

    board: str
    tool: str
    bytes: int
    sha256: str
    firmware: str = ""
    port: str = ""


class Flasher(Protocol):
    """A tool that writes images to one board."""

    def steps(self, image: Path) -> list[str]:
        """What :meth:`flash` would do with the flat binary ``image`` now, a line a step; changes nothing.

        Raises:
            FirmwareError: the image is missing, empty or too big.
            BoardError: another board is attached, or several like this one.
        """
        ...

    def look(self) -> None:
        """See, before an image is built for it, that the board could be flashed; says what will be waited for.

        Raises:
            BoardError: its port is not there, another board is on it, or several are like this one.
        """
        ...

    def flash(self, image: Path) -> FlashReport:
        """Write the flat binary ``image`` and see that it is there: read it back, or ask the board which it runs.

        Raises:
            FirmwareError: the image is missing, empty or too big, or the board has another one afterwards.
            BoardError: the board cannot be reached or was lost, and in which state it is.
            LinkError: its port may not be opened.
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
