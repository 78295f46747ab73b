"""Boards with Arduino's SAM-BA boot loader for the nRF52840: the Nano 33 BLE family."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError
from firmware_tools.flashers.attached import Attached
from firmware_tools.flashers.on_hardware import HardwareFlasher
from firmware_tools.flashers.samba_client import Samba
from firmware_tools.link.serial_link import SerialPort

ORIGIN = 0x10000  # where applications start, and the loader's addresses count from


class SambaFlasher(HardwareFlasher):
    """Writes through the boot loader's serial port, page by page."""

    tool = "samba"

    @property
    def _start(self) -> int:
        return self.board.flash.origin - int(self.settings.get("origin", ORIGIN))

    def __init__(self, board: BoardSpec, attached: Attached) -> None:
        super().__init__(board, attached)
        if self._start < 0 or self._start % 4096:
            remedy = f"whole pages of 4096 bytes from {ORIGIN:#x} on"
            raise BoardError(f"board {self.board.name}: flash.origin", f"{self.board.flash.origin:#x}", remedy)

    def plan(self, image: Path, content: bytes, port: SerialPort | None) -> list[str]:
        """See :class:`HardwareFlasher`."""
        loader = self._loader(port)
        bring = [] if loader else [self.bring_up(port), "wait for the boot loader's port"]
        return [
            *bring,
            f"{loader.device if loader else 'there'}: erase flash from {self.board.flash.origin:#x} on",
            f"write {len(content):,} bytes in pages of 4,096, compare their CRC-16, restart the board",
        ]

    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """See :class:`HardwareFlasher`."""
        loader = self.in_loader(lambda: self._loader(port), port)
        with Samba(loader.device) as samba:
            self.attached.say(f"{self.board.name}: {samba.meet()}")
            self.attached.say(f"{self.board.name}: writing {len(content):,} bytes over {loader.device}")
            samba.write(content, self._start)
            samba.compare(content, self._start)
            samba.restart()

    def _loader(self, port: SerialPort | None) -> SerialPort | None:
        """The boot loader's port: by its USB identity; a port that is no USB port is taken for it as it is."""
        return self.loader_port() or (port if port is not None and not port.usb_id else None)
