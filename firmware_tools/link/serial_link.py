"""A serial port with a board behind it: open, ask, listen, and say plainly what is wrong.

This is the only module that knows pyserial. Nothing here waits for ever: each wait has its timeout, and a port that is
missing, busy, forbidden, silent or gone is a :class:`~firmware_tools.errors.LinkError` with a remedy.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType

import serial

from firmware_tools.errors import LinkError, ProtocolError
from firmware_tools.link.clock import SessionClock
from firmware_tools.link.ports import permission_remedy
from firmware_tools.protocol.frames import Frame, LineCounters, Type, encode
from firmware_tools.protocol.native_decoder import new_decoder
from firmware_tools.protocol.replies import (
    REPLY,
    BoardHello,
    BoardStatus,
    accepted,
    command_name,
    is_reply,
    parse_hello,
    parse_status,
)

ANSWER_TIMEOUT_S = 1.0  # then a command is sent again
RETRIES = 9
WRITE_TIMEOUT_S = 5.0
HELLO_TIMEOUT_S = 10.0
REOPEN_POLL_S = 0.1
GATHER_BYTES = 1024  # a read that brings so much is not waited on for more
_POLL_S = 0.05  # longest single read: a vanished pseudo-terminal is noticed at its end


class PortGoneError(LinkError):
    """The port was open and has vanished: no retry will help."""


@dataclass(frozen=True)
class SerialPort:
    """A serial port of this machine; ``usb_id`` is ``vvvv:pppp``, or empty when it is no USB port.

    ``serial_number`` is what the USB device calls itself: a board keeps it where its port gets another name.
    """

    device: str
    description: str
    usb_id: str
    serial_number: str = ""

    def __str__(self) -> str:
        about = ", ".join(part for part in (self.description, self.usb_id) if part not in ("", "n/a"))
        return f"{self.device} ({about})" if about else self.device


def list_ports() -> list[SerialPort]:
    """The serial ports of this machine, by name."""
    from serial.tools import list_ports as tools

    found = []
    for port in sorted(tools.comports()):
        usb_id = "" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}"
        found.append(SerialPort(port.device, port.description or "", usb_id, port.serial_number or ""))
    return found


def open_serial(port: str, baud: int, read_timeout_s: float = _POLL_S) -> serial.Serial:
    """A port as it is: a device of this machine, which nobody else may open meanwhile, or a URL that pyserial knows
    (``socket://host:port``, ``rfc2217://host:port``, ``loop://``).

    Raises:
        LinkError: the port is missing, busy, or may not be opened.
    """
    alone = {} if "://" in port else {"exclusive": True}
    try:
        return serial.serial_for_url(port, baud, timeout=read_timeout_s, write_timeout=WRITE_TIMEOUT_S, **alone)
    except (OSError, ValueError) as error:  # SerialException is an OSError
        raise _open_error(port, baud, error) from None


class Link:
    """An open serial port. Use it as a context manager.

    Args:
        port: a device path or name, or a URL, as :func:`open_serial` takes it.
        baud: line rate in bits/s.

    Attributes:
        board: what the board said of itself last, once :meth:`hello` was called.
        clock: the board's clock against this machine's, from everything that carried a time.
        resent: commands that were sent again because no answer came.
        gather_s: after a small read, wait so long for more: fewer wake-ups while a board streams, and later answers.

    Raises:
        LinkError: the port is missing, busy, or may not be opened.
    """

    def __init__(self, port: str, baud: int = 921_600) -> None:
        self.port = port
        self.baud = baud
        self._decoder = new_decoder()
        self._waiting: deque[Frame] = deque()
        self._sequence = 0
        self._take = int.from_bytes(os.urandom(2), "little")  # not the number that the host before us began with
        self._heard_at = time.monotonic()
        self.board: BoardHello | None = None
        self.clock = SessionClock()
        self.resent = 0
        self.gather_s = 0.0
        self._serial = open_serial(port, baud)

    def __enter__(self) -> Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port; never fails."""
        with contextlib.suppress(OSError):  # the port may have gone already
            self._serial.close()

    def reopen(self, timeout_s: float = 30.0, find: Callable[[], str | None] | None = None) -> BoardHello:
        """Open the port again after it vanished: wait until it is back and the board behind it answers.

        Whole frames that had come before can still be received; the counters go on.

        Args:
            timeout_s: how long to wait.
            find: gives the port's present name, or None while there is none; for boards that come back under another
                name. The port keeps its name when left out.

        Raises:
            LinkError: it has not come back in time; says what was wrong last.
        """
        deadline = time.monotonic() + timeout_s
        self.close()
        self._waiting.extend(self._decoder.feed(b"\0"))  # what was cut off by the loss goes no further
        while True:
            try:
                self.port = (find() if find is not None else None) or self.port
                self._serial = open_serial(self.port, self.baud)
                self._heard_at = time.monotonic()
                return self.hello(min(3.0, max(1.0, deadline - time.monotonic())))
            except LinkError:
                self.close()
                if time.monotonic() >= deadline:
                    raise
            time.sleep(REOPEN_POLL_S)

    @property
    def silent_s(self) -> float:
        """Seconds since the board was last heard, by this machine's clock."""
        return time.monotonic() - self._heard_at

    @property
    def waiting(self) -> int:
        """Frames that have come and were not received yet."""
        return len(self._waiting)

    def next_take(self) -> int:
        """A number for the next take, 1 to 65,535: frames of an earlier one are told apart by it."""
        self._take = self._take % 0xFFFF + 1
        return self._take

    @property
    def counters(self) -> LineCounters:
        """Garbage, damaged frames and gaps seen on the line since it was opened."""
        return self._decoder.counters

    def send(self, kind: int, payload: bytes = b"") -> int:
        """Send a command without waiting for its reply; returns its sequence number."""
        sequence = self._sequence
        self._sequence = (sequence + 1) & 0xFFFF
        self._write(encode(Frame(kind, sequence, payload)))
        return sequence

    def receive(self, timeout_s: float) -> Frame | None:
        """Next frame, or None when none comes in ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        while not self._waiting:
            frames = self._decoder.feed(self._read(deadline))
            if frames:
                self._heard_at = time.monotonic()
                self._waiting.extend(frames)
            if not self._waiting and time.monotonic() >= deadline:
                return None
        return self._waiting.popleft()

    def frames(self, timeout_s: float) -> Iterator[Frame]:
        """Frames as they come, until none comes for ``timeout_s``."""
        while (frame := self.receive(timeout_s)) is not None:
            yield frame

    def request(
        self, kind: int, payload: bytes = b"", *, timeout_s: float = ANSWER_TIMEOUT_S, retries: int = RETRIES
    ) -> Frame:
        """Send a command and wait for its reply; events that come meanwhile are kept for :meth:`receive`.

        A command that gets no answer is sent again with the same sequence number, so it must bear being heard twice.

        Returns:
            The reply, its payload without the command's type and sequence.

        Raises:
            CommandRefusedError: the board said NAK.
            LinkError: no answer after all retries, or the port is gone.
        """
        sequence = self._sequence
        self._sequence = (sequence + 1) & 0xFFFF
        before = self.counters.garbage_bytes
        for attempt in range(retries + 1):
            self.resent += attempt > 0
            self._write(encode(Frame(kind, sequence, payload)))
            reply = self._reply_to(kind, sequence, timeout_s)
            if reply is not None:
                return reply
        raise self._silence(kind, self.counters.garbage_bytes - before)

    def hello(self, timeout_s: float = HELLO_TIMEOUT_S) -> BoardHello:
        """Ask the board who it is; asks again until ``timeout_s``, because opening a port resets many boards.

        Raises:
            ProtocolError: something answers, but not in frames of this protocol.
            LinkError: silence.
        """
        self._decoder.restart_count()
        retries = max(0, int(timeout_s / 0.5) - 1)
        reply = self.request(Type.HELLO, timeout_s=0.5, retries=retries)
        self.board = parse_hello(reply.payload)
        self.clock.nominal_hz = self.board.sample_rate_hz
        self.clock.virtual_time = self.board.virtual_time
        return self.board

    def status(self, beat_ms: int = 0, *, timeout_s: float = ANSWER_TIMEOUT_S, retries: int = RETRIES) -> BoardStatus:
        """Ask the board how it is, and let it send a heart-beat every ``beat_ms`` (none: 0), idle or recording.

        A board that was told to send them and is silent for longer has stopped, or its line has: see ``silent_s``.

        Raises:
            CommandRefusedError: an app that has no heart-beat.
            LinkError: silence.
        """
        order = beat_ms.to_bytes(2, "little")
        reply = self.request(Type.STATUS, order, timeout_s=timeout_s, retries=retries)
        if reply.type != Type.REPLY_STATUS:
            raise ProtocolError("board sent another reply than STATUS", reply.type, "flash the firmware of this kws")
        status = parse_status(reply.payload)
        self.clock.add(status.board_us, time.monotonic())
        return status

    def drain(self, quiet_s: float = 0.2, longest_s: float = 3.0) -> int:
        """Throw away what comes until the line is quiet, or for ``longest_s``; returns how many frames that were."""
        deadline = time.monotonic() + longest_s
        count = 0
        while self.receive(quiet_s) is not None and time.monotonic() < deadline:
            count += 1
        return count

    def _reply_to(self, kind: int, sequence: int, timeout_s: float) -> Frame | None:
        deadline = time.monotonic() + timeout_s
        events: list[Frame] = []
        try:
            while (left := deadline - time.monotonic()) > 0:
                frame = self.receive(left)
                if frame is None:
                    return None
                if not is_reply(frame):
                    events.append(frame)
                elif REPLY.unpack_from(frame.payload) == (kind, sequence):
                    return accepted(frame, kind)
            return None
        finally:
            self._waiting.extendleft(reversed(events))

    def _write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException:
            raise LinkError("serial port takes no bytes", self.port, "unplug the board and plug it in again") from None
        except OSError as error:
            raise self._gone(error) from None

    def _read(self, deadline: float) -> bytes:
        try:
            waiting = self._serial.in_waiting
            patience = min(_POLL_S, max(0.0, deadline - time.monotonic()))
            if waiting == 0 and patience != self._serial.timeout:
                self._serial.timeout = patience
            data: bytes = self._serial.read(max(1, waiting))
            if data and "://" in self.port:  # a socket does not tell how much there is: one byte is waiting, or more
                self._serial.timeout = 0
                data += self._serial.read(GATHER_BYTES)
            if self.gather_s and 0 < len(data) < GATHER_BYTES:
                time.sleep(self.gather_s)
                data += self._serial.read(self._serial.in_waiting)
        except (OSError, TypeError) as error:  # TypeError: pyserial's file handle went away under it
            raise self._gone(error) from None
        return data

    def _gone(self, error: BaseException) -> PortGoneError:
        return PortGoneError("serial port vanished", self.port, f"check cable and power, then repeat ({error})")

    def _silence(self, kind: int, garbage: int) -> LinkError:
        name = command_name(kind)
        if self.counters.bad_version:
            return ProtocolError("board speaks another protocol version", self.port, "flash the firmware of this kws")
        if garbage > 16:
            remedy = f"{garbage} bytes came that are no frames: check that the line rate is {self.baud}, and the app"
            return ProtocolError(f"no understandable answer to {name}", self.port, remedy)
        return LinkError(f"no answer to {name}", self.port, "check that a kws app is flashed and the board runs")


def _open_error(port: str, baud: int, error: Exception) -> LinkError:
    code = getattr(error, "errno", None)
    text = str(error)
    if code == errno.ENOENT or "FileNotFoundError" in text or "could not find" in text.lower():
        return LinkError("serial port not found", port, "plug the board in; kws boards lists the ports there are")
    if code in (errno.EACCES, errno.EPERM):
        return LinkError("serial port may not be opened", port, permission_remedy(port))
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return LinkError("serial port is busy", port, "close the other program that has it open")
    if isinstance(error, ValueError) and "URL" in text:
        return LinkError("serial port cannot be opened", port, f"write a device, or socket://host:port ({text})")
    if isinstance(error, ValueError):
        return LinkError("serial port cannot run at this rate", baud, text)
    return LinkError("serial port cannot be opened", port, os.strerror(code) if code else text)
