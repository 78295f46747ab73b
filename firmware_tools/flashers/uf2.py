"""Boards whose boot loader is a drive that takes UF2 files: RP2040, RP2350, and Adafruit's for the nRF52840."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.flashers.attached import Attached
from firmware_tools.flashers.drives import copy_to_drive, drive_label, is_there, uf2_info
from firmware_tools.flashers.on_hardware import HardwareFlasher, wait_for
from firmware_tools.image.uf2 import family_number, to_uf2
from firmware_tools.link.attached import returned_port
from firmware_tools.link.serial_link import SerialPort

FILE_NAME = "kws.uf2"
#: Where code starts behind Nordic's S140, by its version; without it at 0x1000 (Adafruit_nRF52_Bootloader).
CODE_START = {"": 0x1000, "6.1.1": 0x26000, "7.2.0": 0x27000, "7.3.0": 0x27000}
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class Uf2Flasher(HardwareFlasher):
    """Copies a UF2 file to the drive of a boot loader, which takes it, vanishes, and starts the board."""

    tool = "uf2"
    waits = True

    def __init__(self, board: BoardSpec, attached: Attached) -> None:
        super().__init__(board, attached)
        family_number(self.settings["family"])
        if not {"board_id", "drive"} & set(self.settings):
            raise BoardError(f"board {self.board.name}: loader", None, "name its drive: board_id or drive")

    def plan(self, image: Path, content: bytes, port: SerialPort | None) -> list[str]:
        """See :class:`HardwareFlasher`."""
        drive, size = self._drive(), len(self._file(content))
        if drive is not None:
            self._check_start(drive)
        there = [] if drive else [self.bring_up(port), f"wait for {self.awaited}, up to {self.attached.wait_s:.0f} s"]
        where = drive or self._wanted
        return [*there, f"copy {size:,} bytes as {FILE_NAME} to {where}", f"wait until {where} vanishes"]

    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """See :class:`HardwareFlasher`."""
        file = self._file(content)
        drive = self._drive_when_there(port)
        self._check_start(drive)
        self.attached.say(f"{self.board.name}: copying {len(file):,} bytes to {drive}")
        copy_to_drive(file, drive / FILE_NAME)
        if not wait_for(lambda: not is_there(drive / FILE_NAME) or self._runs(port), self.attached.back_s):
            remedy = f"{FILE_NAME} lies on it whole, but the board did not take it: eject the drive, then flash again"
            raise BoardError("drive has not gone after the copy", str(drive), remedy)

    @property
    def awaited(self) -> str:
        """See :class:`HardwareFlasher`."""
        return f"the drive {self._wanted}"

    @property
    def hold(self) -> str:
        """See :class:`HardwareFlasher`."""
        raspberry = family_number(self.settings["family"]) >> 8 == 0xE48BFF
        return "hold BOOTSEL while plugging it in" if raspberry and "hold" not in self.settings else super().hold

    def _runs(self, port: SerialPort | None) -> bool:
        """Whether the board is back on a USB port: a drive that was mounted by hand stays in its place."""
        back = returned_port(self.board, port, self.attached.ports())
        return back is not None and back.usb_id in self.board.usb_ids

    def _file(self, content: bytes) -> bytes:
        return to_uf2(content, self.board.flash.origin, family_number(self.settings["family"]))

    @property
    def _wanted(self) -> str:
        return str(self.settings.get("drive") or self.settings.get("board_id") or self.board.name)

    def _drive_when_there(self, port: SerialPort | None) -> Path:
        for other in self._others():
            self.attached.say(f"{self.board.name}: {other} is another board's drive")
        try:
            return self.in_loader(self._drive, port)
        except BoardError:
            others = self._others()
            if not others:
                raise
            what = others[0]
            remedy = f"nothing was written; its drive would be {self._wanted}: choose the board with --board"
            raise BoardError(f"another board than {self.board.name} is attached", what, remedy) from None

    def _others(self) -> list[str]:
        """Drives of boot loaders of other boards, with what they say which board it is."""
        said = ((drive, uf2_info(drive)) for drive in self.attached.drives() if not self._is_mine(drive))
        return [
            f"{drive}: {info.get('Board-ID') or info.get('Model') or 'no Board-ID'}" for drive, info in said if info
        ]

    def _drive(self) -> Path | None:
        """The board's drive; raises BoardError when there are several."""
        found = [drive for drive in dict.fromkeys(map(Path.resolve, self.attached.drives())) if self._is_mine(drive)]
        if len(found) > 1:
            names = ", ".join(map(str, found))
            raise BoardError(f"several drives could be {self.board.name}", names, "unplug all boards but one")
        return found[0] if found else None

    def _is_mine(self, drive: Path) -> bool:
        info = uf2_info(drive)
        if info is None:
            return False
        board_id, label = self.settings.get("board_id", ""), self.settings.get("drive", "")
        if board_id:
            said = (info.get("Board-ID", ""), info.get("Model", ""))
            return any(one.lower().startswith(board_id.lower()) for one in said)
        return not label or drive_label(drive).lower().startswith(label.lower())

    def _check_start(self, drive: Path) -> None:
        """Compare where the image starts with where this boot loader starts it.

        Raises:
            FirmwareError: they differ; a jump into the middle of nothing would follow.
        """
        info = uf2_info(drive) or {}
        if "SoftDevice" not in info:
            return
        version = _VERSION.search(info["SoftDevice"])
        start = CODE_START.get(version.group() if version else "")
        origin = self.board.flash.origin
        if start is None:
            self.attached.say(f"{self.board.name}: where code starts behind {info['SoftDevice']} is not known here")
        elif start != origin:
            what, place = ("is in the way", "behind it") if version else ("is missing", "without it")
            remedy = (
                f"this image starts at {origin:#x}, code {place} at {start:#x}: nothing was written; set "
                f"flash.origin: {start:#x} in its file, or {'another' if version else 'a'} SoftDevice on the board"
            )
            raise FirmwareError(f"board's SoftDevice {what}", info["SoftDevice"], remedy)
