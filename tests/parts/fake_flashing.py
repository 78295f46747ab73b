"""Boards to flash that are not there: board files from dictionaries, ports that come and go, a board on a
pseudo-terminal that runs an image, a drive that takes leave when a whole UF2 lies on it."""

from __future__ import annotations

import os
import select
import shutil
import termios
import threading
import time
import tty
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fake_board import HELLO_PAYLOAD, FakeBoard

from firmware_tools.boards.spec import BoardSpec, board_from_dict
from firmware_tools.errors import FirmwareError
from firmware_tools.flashers.attached import Attached
from firmware_tools.image.uf2 import from_uf2
from firmware_tools.link.serial_link import SerialPort
from firmware_tools.protocol.frames import Frame, Type
from firmware_tools.protocol.replies import HELLO

CONTENT = bytes(range(256)) * 41 + b"the end"
_NUMBERS = HELLO.unpack(HELLO_PAYLOAD[: HELLO.size])


def board_of(flasher: str, loader: dict[str, Any], **more: Any) -> BoardSpec:
    """A board file's worth of a board that is flashed in this way."""
    plain = {
        "name": "fake",
        "core": "cortex-m4f",
        "clock_hz": 64_000_000,
        "port": "emulated",
        "flasher": flasher,
        "loader": loader,
        "flash": {"origin": 0x10000, "bytes": 983_040},
        "ram": {"origin": 0x20000000, "bytes": 262_144},
        "baud": 115_200,
        "usb_ids": ["2e8a:000a"],
    }
    return board_from_dict(plain | more)


def image_in(folder: Path, content: bytes = CONTENT) -> Path:
    """A flat binary."""
    path = folder / "app.bin"
    path.write_bytes(content)
    return path


def hello_of(content: bytes, board: str = "fake") -> bytes:
    """What a board that runs this image says of itself."""
    numbers = list(_NUMBERS)
    numbers[5] = zlib.crc32(content)
    return HELLO.pack(*numbers) + HELLO_PAYLOAD[HELLO.size :].replace(b"\0fake\0", b"\0" + board.encode() + b"\0")


def runs(content: bytes, board: str = "fake") -> FakeBoard:
    """A board on a pseudo-terminal that runs this image."""
    hello = hello_of(content, board)

    def answer(one: FakeBoard, command: Frame) -> None:
        if command.type == Type.HELLO:
            one.reply(command, Type.REPLY_HELLO, hello)

    return FakeBoard(answer)


class Desk:
    """What is plugged in: ports and drives that a test puts there and takes away."""

    def __init__(self, *ports: SerialPort, drives: tuple[Path, ...] = ()) -> None:
        self.on = list(ports)
        self.mounted = list(drives)
        self.said: list[str] = []

    def attached(self, port: str | None = None, wait_s: float = 2.0, back_s: float = 2.0, **more: Any) -> Attached:
        """As a flasher is given it; no other boards are known."""
        others: Callable[[], list[BoardSpec]] = more.pop("others", list)
        return Attached(
            port, self.said.append, lambda: list(self.on), lambda: list(self.mounted), others, wait_s, back_s
        )


class Uf2Drive:
    """A boot loader's drive: when a whole UF2 file lies on it, it vanishes, and ``then`` gets what was taken."""

    def __init__(self, folder: Path, info: str, then: Callable[[bytes], None] = lambda content: None) -> None:
        self.folder = folder
        self.taken: bytes | None = None
        self._then = then
        self._closing = threading.Event()
        folder.mkdir()
        (folder / "INFO_UF2.TXT").write_text(info)
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Uf2Drive:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._closing.wait(0.01):
            for file in self.folder.glob("*.uf2"):
                try:
                    self.taken = from_uf2(file.read_bytes()).content
                except FirmwareError:
                    continue  # not all of it yet
                shutil.rmtree(self.folder)
                self._then(self.taken)
                return


class LoaderLine:
    """A boot loader's side of a pseudo-terminal, played by a thread; a subclass reads from ``self.buffer``."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.buffer = b""
        self.wrong: list[str] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Any:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        for descriptor in (self.master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)

    def unplug(self) -> None:
        """The port vanishes."""
        os.close(self._slave)
        os.close(self.master)
        self.master = self._slave = -1

    def baud(self) -> int:
        """Rate of the line as its user has set it, as termios counts."""
        return int(termios.tcgetattr(self.master)[5])

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def arrived(self) -> None:
        """Called when more is in ``self.buffer``."""

    def idle(self) -> None:
        """Called when nothing came for a moment."""

    def _run(self) -> None:
        while not self._closing.is_set() and self.master >= 0:
            try:
                readable, _, _ = select.select([self.master], [], [], 0.01)
                data = os.read(self.master, 65_536) if readable else b""
            except (OSError, ValueError):
                return
            self.buffer += data
            if data:
                self.arrived()
            else:
                self.idle()


def soon(what: Callable[[], bool], seconds: float = 3.0) -> bool:
    """Whether something becomes true in that time."""
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)
    return what()
