"""Debug probes that show themselves as a drive: ST-LINK and DAPLink write what is copied to it into the board."""

from __future__ import annotations

from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError, KwsError
from firmware_tools.flashers.attached import Attached
from firmware_tools.flashers.drives import copy_to_drive, drive_label, is_there
from firmware_tools.flashers.on_hardware import HardwareFlasher, wait_for
from firmware_tools.image.intel_hex import to_intel_hex
from firmware_tools.link.serial_link import SerialPort

FAIL_FILE = "FAIL.TXT"
_LONGEST = 200
_AGAIN = "the board may be half-written: unplug it, plug it in and flash again"
_FORMATS = ("bin", "hex")


class DriveFlasher(HardwareFlasher):
    """Copies a .bin or .hex file to the probe's drive; what went wrong, the probe writes into FAIL.TXT."""

    tool = "drive"
    waits = True

    def __init__(self, board: BoardSpec, attached: Attached) -> None:
        super().__init__(board, attached)
        if self._format not in _FORMATS:
            raise BoardError(f"board {self.board.name}: loader.format", self._format, f"one of {', '.join(_FORMATS)}")

    def plan(self, image: Path, content: bytes, port: SerialPort | None) -> list[str]:
        """See :class:`HardwareFlasher`."""
        drive = self._drive()
        wait = [] if drive else [f"wait for {self.awaited}, up to {self.attached.wait_s:.0f} s"]
        size, where = len(self._file(content)), drive or self._names
        return [*wait, f"copy {size:,} bytes as kws.{self._format} to {where}", f"look for {FAIL_FILE} on it"]

    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """See :class:`HardwareFlasher`."""
        drive = self.in_loader(self._drive, None)
        old, file = _failure(drive), self._file(content)
        target = drive / f"kws.{self._format}"
        self.attached.say(f"{self.board.name}: copying {len(file):,} bytes to {drive}")
        copy_to_drive(file, target)
        # The probe mounts its drive anew when it is done: without the file, with FAIL.TXT where it failed.
        wait_for(lambda: not is_there(target) or _failure(drive) != old, self.attached.back_s)
        wait_for(lambda: is_there(drive), self.attached.back_s)
        failure = _failure(drive)
        if failure is not None and failure != old:
            raise BoardError(f"probe could not write {self.board.name}", failure, _AGAIN)

    def explained(self, error: KwsError) -> KwsError:
        """See :class:`HardwareFlasher`. A FAIL.TXT with the words of the last one may be old; a board that does not
        answer says that it is not."""
        drive = self._drive()
        failure = None if drive is None else _failure(drive)
        if failure is None:
            return error
        remedy = f"so {FAIL_FILE} says, and {error.what}; {_AGAIN}"
        return BoardError(f"probe could not write {self.board.name}", failure, remedy)

    @property
    def _format(self) -> str:
        return str(self.settings.get("format", "bin"))

    @property
    def hold(self) -> str:
        """See :class:`HardwareFlasher`."""
        return str(self.settings.get("hold", f"plug it in, and mount its drive {self._names}"))

    @property
    def awaited(self) -> str:
        """See :class:`HardwareFlasher`."""
        return f"the drive {self._names}"

    @property
    def _labels(self) -> tuple[str, ...]:
        named = self.settings["drive"]
        return (named,) if isinstance(named, str) else named

    @property
    def _names(self) -> str:
        return " or ".join(self._labels)

    def _file(self, content: bytes) -> bytes:
        origin = self.board.flash.origin
        return content if self._format == "bin" else to_intel_hex(content, origin).encode()

    def _drive(self) -> Path | None:
        """The probe's drive; raises BoardError when there are several."""
        labels = tuple(label.lower() for label in self._labels)
        drives = dict.fromkeys(map(Path.resolve, self.attached.drives()))
        found = [drive for drive in drives if drive_label(drive).lower().startswith(labels)]
        if len(found) > 1:
            names = ", ".join(map(str, found))
            raise BoardError(f"several drives could be {self.board.name}", names, "unplug all boards but one")
        return found[0] if found else None


def _failure(drive: Path) -> str | None:
    """What FAIL.TXT on a drive says, on one line; None without one."""
    try:
        text = (drive / FAIL_FILE).read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
    return " ".join(text.split())[:_LONGEST]
