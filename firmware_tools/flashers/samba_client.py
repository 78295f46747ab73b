"""SAM-BA, as the boot loader of the Arduino Nano 33 BLE speaks it: commands in text, data as it is.

====================  =====================================================================
``N#``                speak binary; answered by an empty line
``V#``  ``I#``        version; chip
``X<addr>#``          erase from there on; ``X``
``S<addr>,<len>#``    so many bytes follow for the loader's memory; no answer
``Y<src>,0#``         that is what the next one takes them from; ``Y``
``Y<addr>,<len>#``    write them to flash; ``Y``
``Z<addr>,<len>#``    ``Z<CRC-16>#`` of flash
``K#``                restart
====================  =====================================================================

Numbers are 8 hexadecimal digits, lines end with LF CR. Addresses in flash count from where applications start
(0x10000). Flash cannot be read back; CRC-16 is that of XMODEM (polynomial 0x1021, start 0).
"""

from __future__ import annotations

import binascii
import contextlib
import re
from collections.abc import Iterator
from types import TracebackType

from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.link.serial_link import open_serial

PAGE_BYTES = 4096
#: Where in the loader's memory pages are put. Arduino's own tool puts them behind its applet of 0x34 bytes, as logs of
#: ``bossac -d`` 1.9.1-arduino2 on a Nano 33 BLE show: ``writeBuffer(scr_addr=0x34, …)``; the commands are those of
#: ``Samba.cpp`` in arduino/BOSSA.
BUFFER = 0x34
CHIP = "nRF52840-QIAA"
_BAUD = 115_200  # of no meaning over USB
_QUICK_S, _LONG_S = 1.0, 10.0
_END = b"\n\r"
_LOST: tuple[type[Exception], ...] = (OSError, TypeError)  # TypeError: pyserial's file handle went away under it
try:
    from termios import error as _terminal_error

    _LOST += (_terminal_error,)  # what pyserial's flush lets through
except ImportError:  # a system without terminals
    pass
_CHECKSUM = re.compile("Z[0-9A-Fa-f]+#")


class Samba:
    """A boot loader on an open port. Use it as a context manager.

    Raises:
        LinkError: the port cannot be opened.
        BoardError: nobody answers, or with something else; each message says how far it had come.
    """

    def __init__(self, port: str) -> None:
        self.port = port
        self._state = "nothing was written"
        self._abilities = ""
        self._line = open_serial(port, _BAUD, _QUICK_S)

    def __enter__(self) -> Samba:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # it has restarted and is gone
            self._line.close()

    def meet(self) -> str:
        """Make sure that this boot loader is the right one; returns what it says of itself.

        Raises:
            BoardError: it is for another chip, or cannot write.
        """
        with self._lost():
            self._line.reset_input_buffer()
        self._ask("N#", "")
        version, chip = self._ask("V#"), self._ask("I#")
        if chip != CHIP:
            raise BoardError("boot loader is for another chip", chip, f"{CHIP} is wanted: nothing was written")
        self._abilities = version.partition("[Arduino:")[2].partition("]")[0]
        if not {"X", "Y"} <= set(self._abilities):
            raise BoardError("boot loader cannot erase and write", version, "nothing was written; update the loader")
        return version

    def write(self, content: bytes, start: int) -> None:
        """Erase from ``start`` on and write, page by page.

        Args:
            content: for flash.
            start: relative to where applications start, a multiple of 4,096.
        """
        self._state = "its flash is erased: the board stays in its boot loader until it is flashed again"
        self._ask(f"X{start:08X}#", "X", _LONG_S)
        for done in range(0, len(content), PAGE_BYTES):
            self._state = (
                f"{done} of {len(content)} bytes were written: the board stays in its boot loader, flash again"
            )
            page = content[done : done + PAGE_BYTES]
            page += b"\xff" * (-len(page) % 4)  # flash is written in words
            self._send(f"S{BUFFER:08X},{len(page):08X}#".encode())
            self._send(page)  # apart: the loader takes what comes with the command for the next one
            self._ask(f"Y{BUFFER:08X},0#", "Y")
            self._ask(f"Y{start + done:08X},{len(page):08X}#", "Y", _LONG_S)
        self._state = f"all {len(content)} bytes were written"

    def compare(self, content: bytes, start: int) -> None:
        """Compare the CRC-16 of each page with the loader's, where it can tell; the board's HELLO comes after.

        Raises:
            FirmwareError: flash holds something else.
        """
        for done in range(0, len(content) if "Z" in self._abilities else 0, PAGE_BYTES):
            page = content[done : done + PAGE_BYTES]
            answer = self._ask(f"Z{start + done:08X},{len(page):08X}#", None, _LONG_S)
            if not _CHECKSUM.fullmatch(answer):
                raise self._odd("Z", answer)
            found, wanted = int(answer[1:-1], 16), binascii.crc_hqx(page, 0)
            if found != wanted:
                remedy = f"{wanted:04x} at {done:#x} was written; the board stays in its boot loader: flash again"
                raise FirmwareError("flash holds something else", f"CRC-16 {found:04x}", remedy)

    def restart(self) -> None:
        """Leave the boot loader, which may take the port with it at once."""
        with contextlib.suppress(*_LOST):
            self._line.write(b"K#")
            self._line.flush()

    def _ask(self, command: str, wanted: str | None = None, timeout_s: float = _QUICK_S) -> str:
        self._send(command.encode())
        with self._lost():
            self._line.timeout = timeout_s
            line: bytes = self._line.read_until(_END)
        if not line.endswith(_END):
            remedy = f"{line!r} came; {self._state}"
            raise BoardError(f"boot loader on {self.port} does not answer", command, remedy)
        answer = line.removesuffix(_END).decode("ascii", "replace").rstrip("\0")
        if wanted is not None and answer != wanted:
            raise self._odd(command, answer)
        return answer

    def _odd(self, command: str, answer: str) -> BoardError:
        return BoardError(f"boot loader on {self.port} refused {command}", answer, self._state)

    def _send(self, data: bytes) -> None:
        with self._lost():
            self._line.write(data)
            self._line.flush()

    @contextlib.contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except _LOST as error:
            raise BoardError("port was lost", self.port, f"{self._state} ({error})") from None
