"""What the flashers of real boards share: before a tool writes, and after. A tool says only how it writes."""

from __future__ import annotations

import contextlib
import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import BoardError, FirmwareError, KwsError, LinkError
from firmware_tools.flashers.attached import Attached
from firmware_tools.flashers.flasher import FlashReport, read_image
from firmware_tools.flashers.verify import confirm, firmware_id
from firmware_tools.link.attached import attached_port, is_file_instead, is_there, loader_ids, touchable_port
from firmware_tools.link.serial_link import SerialPort, open_serial

TOUCH_BAUD = 1200
_POLL_S = 0.1
Found = TypeVar("Found")


class HardwareFlasher(ABC):
    """A tool that writes images to a board that is there.

    Attributes:
        tool: its name, as in a board file.
        waits: for a drive that a person makes appear, so that a port may be named before it is there.
        board, attached: what it writes to.
        settings: ``loader`` of the board file.
    """

    tool: ClassVar[str]
    waits: ClassVar[bool] = False

    def __init__(self, board: BoardSpec, attached: Attached) -> None:
        self.board = board
        self.attached = attached
        self.settings: dict[str, Any] = dict(board.loader)

    @abstractmethod
    def plan(self, image: Path, content: bytes, port: SerialPort | None) -> list[str]:
        """What :meth:`write` would do, a line a step; does nothing."""

    @abstractmethod
    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """Put the image onto the board; ``port`` is where it was found, None when it was not.

        Raises:
            BoardError: it did not work; says in which state the board is.
        """

    def steps(self, image: Path) -> list[str]:
        """See :class:`Flasher`."""
        content = read_image(image, self.board)
        port = self._port(self.attached.ports())
        back = f"on {self.attached.port}" if self.attached.port else "on its port"
        return [
            f"check that {len(content):,} bytes fit {self.board.flash.bytes:,} bytes of flash",
            *self.plan(image, content, port),
            f"wait until the board is back {back}, and ask it: its firmware must be {firmware_id(content)}",
        ]

    def look(self) -> None:
        """See :class:`Flasher`."""
        ports, named = self.attached.ports(), self.attached.port
        if self._port(ports) is None and named is not None:
            self.attached.say(f"{self.board.name}: {named} is not there yet; {self._wait}")

    def flash(self, image: Path) -> FlashReport:
        """See :class:`Flasher`."""
        content = read_image(image, self.board)
        known = self.attached.ports()
        port = self._port(known)
        self.write(image, content, port)
        try:
            answered = confirm(self.board, content, self.attached, port, known)
        except (BoardError, FirmwareError) as error:
            raise self.explained(error) from None
        self.attached.say(f"{self.board.name} answers on {answered.port}: firmware {answered.hello.firmware}")
        sha256 = hashlib.sha256(content).hexdigest()
        firmware = answered.hello.firmware
        return FlashReport(self.board.name, self.tool, len(content), sha256, firmware, answered.port)

    def explained(self, error: KwsError) -> KwsError:
        """The error of a board that does not answer as it should, with what the tool knows of it."""
        return error

    def _port(self, ports: list[SerialPort]) -> SerialPort | None:
        """The board's port; None when it has none, or the one that was named may yet come."""
        named = self.attached.port
        if named is not None and is_file_instead(named, ports):
            raise BoardError(f"port of {self.board.name} is a file or a folder", named, "kws boards lists the ports")
        if named is None or is_there(named, ports):
            return attached_port(self.board, named, ports, self.attached.others())
        if self.waits and not any(port.usb_id in self.board.usb_ids for port in ports):
            return None
        there = ", ".join(map(str, ports))
        which = f"the ports here: {there}; name one of them, or plug it in" if there else "no port is here: plug it in"
        raise BoardError(f"port of {self.board.name} is not there", named, f"nothing was written; {which}")

    def need_port(self, port: SerialPort | None) -> SerialPort:
        """The board's port; raises BoardError when it has none."""
        if port is None:
            remedy = "plug it in, or name its port with --port; kws boards lists the ports there are"
            raise BoardError("board is not found", self.board.name, remedy)
        return port

    def touch(self, port: SerialPort) -> None:
        """Open and close the port at 1200 baud, at which firmware jumps into the board's boot loader.

        Raises:
            LinkError: the port is missing, busy, or may not be opened.
        """
        line = open_serial(port.device, TOUCH_BAUD)
        with contextlib.suppress(OSError):  # the board may be gone at once; a pseudo-terminal has no such wire
            line.dtr = False
        with contextlib.suppress(OSError):
            line.close()

    def in_loader(self, look: Callable[[], Found | None], port: SerialPort | None) -> Found:
        """What ``look`` finds once the board is in its boot loader: it is touched, or its user told what to hold.

        Raises:
            BoardError: nothing was found in time; nothing was written.
        """
        found = look()
        if found is not None:
            return found
        waited_s = self.attached.wait_s
        own = self._touchable(port)
        if own is not None:
            self.attached.say(f"{self.board.name}: into its boot loader, by {own.device} at {TOUCH_BAUD} baud")
            try:
                self.touch(own)
                found = wait_for(look, min(self.attached.back_s, waited_s))
            except LinkError as error:  # then a person must do it
                self.attached.say(str(error))
        if found is None:
            self.attached.say(f"{self.board.name}: {self._wait}")
            found = wait_for(look, waited_s)
        if found is None:
            remedy = f"nothing was written; {self.hold}, then repeat"
            raise BoardError("board is not in its boot loader", self.board.name, remedy)
        return found

    def loader_port(self) -> SerialPort | None:
        """The serial port of the board's boot loader; raises BoardError when there are several."""
        found = [port for port in self.attached.ports() if port.usb_id in loader_ids(self.board)]
        if len(found) > 1:
            names = ", ".join(map(str, found))
            raise BoardError(f"several boot loaders could be {self.board.name}", names, "unplug all boards but one")
        return found[0] if found else None

    def bring_up(self, port: SerialPort | None) -> str:
        """How the board would be brought into its boot loader, as a step of a plan."""
        own = self._touchable(port)
        return self.hold if own is None else f"open {own.device} at {TOUCH_BAUD} baud, so that the boot loader starts"

    def _touchable(self, port: SerialPort | None) -> SerialPort | None:
        return touchable_port(self.board, port, self.attached.ports()) if self.settings.get("touch") else None

    @property
    def hold(self) -> str:
        """How a person brings the board into its boot loader."""
        return str(self.settings.get("hold", "press its reset button twice, quickly"))

    @property
    def awaited(self) -> str:
        """What shows that the board is in its boot loader."""
        return "its boot loader's port"

    @property
    def _wait(self) -> str:
        return f"{self.hold}; waiting for {self.awaited}, up to {self.attached.wait_s:.0f} s"


def wait_for(look: Callable[[], Found | None], seconds: float) -> Found | None:
    """What ``look`` finds within that time; what it gave last when that is nothing."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return found
