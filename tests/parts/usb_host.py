"""A USB host for tests: the firmware's USB stack compiled for this machine, on a controller that stands in."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR
from firmware_tools.toolchain import compile as toolchain

STACK = FIRMWARE_DIR / "shared" / "usb"
STAND_IN = Path(__file__).with_name("usb_stand_in.c")
VID, PID = 0x2E8A, 0x000A
PACKET = 64
NAK, STALL = -1, -2
WAITER = ctypes.CFUNCTYPE(None)

DEVICE, CONFIGURATION, STRING = 1, 2, 3
SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE, SEND_BREAK = 0x20, 0x21, 0x22, 0x23


class StallError(Exception):
    """The device refused."""


@cache
def library() -> ctypes.CDLL:
    """The stack on the stand-in."""
    flags = ("-DKWS_SERIAL_USB=1", f"-DKWS_SERIAL_VID={VID}", f"-DKWS_SERIAL_PID={PID}")
    sources = [STAND_IN, *sorted(STACK.glob("*.c"))]
    loaded = ctypes.CDLL(
        str(toolchain.compile_host(sources, include_dirs=(INCLUDE_DIR, STACK), name="kws_usb", flags=flags))
    )
    loaded.app_echo.restype = ctypes.c_size_t
    loaded.kws_usb_open.restype = ctypes.c_bool
    loaded.kws_usb_write.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
    return loaded


@dataclass(frozen=True)
class Setup:
    """A SETUP packet."""

    kind: int
    request: int
    value: int = 0
    index: int = 0
    length: int = 0

    def packed(self) -> bytes:
        """As on the bus."""
        words = (self.value, self.index, self.length)
        return bytes((self.kind, self.request)) + b"".join(word.to_bytes(2, "little") for word in words)


class Transfers(ABC):
    """A host's control transfers and enumeration, made of the transactions of a bus."""

    # ---- transactions: what a device sent, or NAK, or STALL

    @abstractmethod
    def reset(self) -> None: ...

    @abstractmethod
    def setup(self, setup: Setup) -> None: ...

    @abstractmethod
    def control_in(self) -> bytes | int: ...

    @abstractmethod
    def control_out(self, data: bytes) -> int: ...

    @abstractmethod
    def bulk_in(self) -> bytes | int: ...

    @abstractmethod
    def bulk_out(self, data: bytes) -> bool:
        """Whether the device took it."""

    # ---- transfers

    def ask(self, setup: Setup) -> bytes:
        """A control transfer with data towards the host.

        Raises:
            StallError: refused.
        """
        self.setup(setup)
        answer = b""
        while setup.length > 0:
            packet = self._need(self.control_in())
            answer += packet
            if len(packet) < PACKET or len(answer) >= setup.length:
                break
        if setup.length == 0:
            assert self._need(self.control_in()) == b""
        elif self.control_out(b"") != 0:
            raise AssertionError("the status stage was not taken")
        return answer

    def tell(self, setup: Setup, data: bytes = b"") -> None:
        """A control transfer with data towards the device, or none.

        Raises:
            StallError: refused.
        """
        self.setup(setup)
        for at in range(0, len(data), PACKET):
            if (taken := self.control_out(data[at : at + PACKET])) == STALL:
                raise StallError(setup)
            assert taken != NAK
        assert self._need(self.control_in()) == b""

    def _need(self, packet: bytes | int) -> bytes:
        if packet == STALL:
            raise StallError
        assert isinstance(packet, bytes), "the device has nothing to say"
        return packet

    def descriptor(self, kind: int, index: int = 0, language: int = 0, length: int = 255) -> bytes:
        return self.ask(Setup(0x80, 6, kind << 8 | index, language, length))

    def enumerate(self) -> None:
        """As hosts do it: a look at the device, address, descriptors, configuration."""
        self.descriptor(DEVICE, length=64)
        self.reset()
        self.tell(Setup(0, 5, 7))
        self.descriptor(DEVICE, length=18)
        total = int.from_bytes(self.descriptor(CONFIGURATION, length=9)[2:4], "little")
        self.descriptor(CONFIGURATION, length=total)
        self.tell(Setup(0, 9, 1))

    def line_coding(self, baud: int) -> None:
        self.tell(Setup(0x21, SET_LINE_CODING, 0, 0, 7), baud.to_bytes(4, "little") + bytes((0, 0, 8)))

    def dtr(self, on: bool) -> None:
        self.tell(Setup(0x21, SET_CONTROL_LINE_STATE, 3 if on else 0, 0, 0))

    def read(self) -> bytes:
        """All that the device has to send."""
        return b"".join(self.packets())

    def packets(self) -> Iterator[bytes]:
        while isinstance(packet := self.bulk_in(), bytes):
            yield packet


class Host(Transfers):
    """The host's side of a board that was just plugged in."""

    def __init__(self, serial: str = "E6605838832F2A21", board: str = "pico") -> None:
        self.lib = library()
        self.set_text("serial_text", 33, serial)
        self.set_text("board_text", 64, board)
        self.set_clock(0, 10)
        self.while_waiting(None)
        self._bytes = (ctypes.c_uint8 * 1024)()
        self.lib.kws_usb_init()
        self.reset()

    def set_text(self, name: str, room: int, text: str) -> None:
        """A text of the stand-in."""
        (ctypes.c_char * room).in_dll(self.lib, name).value = text.encode()

    def set_clock(self, now_us: int, step_us: int) -> None:
        """The board's time, which goes on by ``step_us`` each time it is asked."""
        ctypes.c_uint64.in_dll(self.lib, "time_us").value = now_us
        ctypes.c_uint64.in_dll(self.lib, "step_us").value = step_us

    @property
    def time_us(self) -> int:
        return ctypes.c_uint64.in_dll(self.lib, "time_us").value

    def count(self, name: str) -> int:
        """A counter of the stand-in."""
        return ctypes.c_int.in_dll(self.lib, name).value

    def while_waiting(self, act: Callable[[], None] | None) -> None:
        """What the host does whenever the board waits."""
        self._waiter = WAITER(act) if act else WAITER()
        self.lib.host_while_waiting(self._waiter)

    @property
    def addresses(self) -> list[int]:
        """Those that the device took."""
        return list((ctypes.c_int * 8).in_dll(self.lib, "addresses"))[: self.count("address_count")]

    # ---- transactions

    def reset(self) -> None:
        self.lib.host_reset()

    def setup(self, setup: Setup) -> None:
        self.lib.host_setup(setup.packed())

    def control_in(self) -> bytes | int:
        length = self.lib.host_control_in(self._bytes)
        return bytes(self._bytes[:length]) if length >= 0 else int(length)

    def control_out(self, data: bytes) -> int:
        return int(self.lib.host_control_out(data, len(data)))

    def bulk_in(self) -> bytes | int:
        length = self.lib.host_in(self._bytes)
        return bytes(self._bytes[:length]) if length >= 0 else int(length)

    def bulk_out(self, data: bytes) -> bool:
        return self.lib.host_out(data, len(data)) >= 0


def opened(**names: str) -> Host:
    """A host with the port open."""
    host = Host(**names)
    host.enumerate()
    host.line_coding(115200)
    host.dtr(True)
    return host
