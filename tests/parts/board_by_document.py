"""A board as firmware/PROTOCOL.md tells a stranger to write one: nothing of kws is imported here.

It records from a list of samples at their own pace, in PCM16, and answers HELLO, RECORD, STOP and STATUS.
"""

from __future__ import annotations

import os
import select
import struct
import threading
import time
import tty
import zlib

RATE_HZ, BLOCK = 16_000, 256
TONE = (0, 6270, 11585, 15137, 16384, 15137, 11585, 6270)
HELLO = struct.pack("<BBIIIIHBhIHHHbB", 2, 0, RATE_HZ, 10**6, 0, 0, 1_040, 1, *[0] * 7)
TEXTS = b"recorder\0stranger\0\0"


def frame(kind: int, sequence: int, payload: bytes) -> bytes:
    """A frame as it goes over the line."""
    plain = bytes([1 << 6 | kind]) + struct.pack("<H", sequence) + payload
    plain += struct.pack("<I", zlib.crc32(plain))
    coded = b""
    for piece in plain.split(b"\0"):
        while len(piece) >= 254:
            coded, piece = coded + b"\xff" + piece[:254], piece[254:]
        coded += bytes([len(piece) + 1]) + piece
    return b"\0" + coded + b"\0"


def plain_of(coded: bytes) -> bytes:
    """What COBS hid; empty if it is damaged."""
    plain, at = b"", 0
    while at < len(coded):
        code = coded[at]
        if at + code > len(coded):
            return b""
        plain += coded[at + 1 : at + code]
        at += code
        if code != 255 and at < len(coded):
            plain += b"\0"
    return plain


def command_of(coded: bytes) -> tuple[int, int, bytes] | None:
    """Type, sequence and payload of what lay between two zeros; None if it is no frame."""
    plain = plain_of(coded)
    if len(plain) < 7 or plain[0] >> 6 != 1 or struct.unpack("<I", plain[-4:])[0] != zlib.crc32(plain[:-4]):
        return None
    return plain[0] & 63, struct.unpack_from("<H", plain, 1)[0], plain[3:-4]


class BoardByDocument:
    """Runs in a thread on a pseudo-terminal; a context manager."""

    def __init__(self, sound: bytes) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._heard = struct.unpack(f"<{len(sound) // 2}h", sound)
        self._sequence = self._wanted = self._source = self._take = self._position = self._frames = 0
        self._running = False
        self._began_us = self._beat_us = self._next_beat_us = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> BoardByDocument:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        os.close(self._slave)
        os.close(self._master)

    def _run(self) -> None:
        received = b""
        while not self._closing.is_set():
            if select.select([self._master], [], [], 0.004)[0]:
                *whole, received = (received + os.read(self._master, 4_096)).split(b"\0")
                for command in filter(None, map(command_of, whole)):
                    self._obey(*command)
            self._record()
            if self._beat_us and _now_us() >= self._next_beat_us:
                self._next_beat_us = _now_us() + self._beat_us
                self._send(0x34, self._status())

    def _send(self, kind: int, payload: bytes) -> None:
        os.write(self._master, frame(kind, self._sequence, payload))
        self._sequence = (self._sequence + 1) % 65_536

    # ---- commands --------------------------------------------------------------------------------------------------

    def _obey(self, kind: int, sequence: int, payload: bytes) -> None:
        command = struct.pack("<BH", kind, sequence)
        if kind == 0x01:
            self._send(
                0x20, command + struct.pack("<BBIIIIHBhIHHHbB", 2, 0, RATE_HZ, 10**6, 0, 0, 1_040, 1, *[0] * 7) + TEXTS
            )
        elif kind == 0x02:
            self._order(command, *struct.unpack("<IBBH", payload))
        elif kind == 0x03:
            self._end()
            self._send(0x21, command + struct.pack("<I", self._position % 2**32))
        elif kind == 0x0A:
            self._beat_us = 1_000 * struct.unpack("<H", payload)[0]
            self._next_beat_us = _now_us() + self._beat_us
            self._send(0x25, command + self._status())
        else:
            self._send(0x22, command + struct.pack("<bI", -5, kind))

    def _order(self, command: bytes, samples: int, codec: int, source: int, take: int) -> None:
        if codec != 0 or source > 2:
            self._send(0x22, command + struct.pack("<bI", -1, 0))
        elif self._running and take != self._take:
            self._send(0x22, command + struct.pack("<bI", -4, self._take))
        else:
            if take != self._take:
                self._wanted, self._source, self._take, self._running = samples, source, take, True
                self._position = self._frames = 0
                self._began_us = _now_us()
            self._send(0x21, command + struct.pack("<I", samples))

    def _status(self) -> bytes:
        return struct.pack("<QBHQI", _now_us(), int(self._running), self._take, self._position, 0)

    # ---- recording -------------------------------------------------------------------------------------------------

    def _record(self) -> None:
        due = (_now_us() - self._began_us) * RATE_HZ // 10**6
        while self._running and (count := min(BLOCK, (self._wanted or 2**40) - self._position)) <= due - self._position:
            numbers = range(self._position, self._position + count)
            header = struct.pack("<HBBQQI", self._take, 0, 0, self._position, _now_us(), 0)
            self._send(0x30, header + struct.pack(f"<{count}h", *map(self._sample, numbers)))
            self._position += count
            self._frames += 1
            if self._position == self._wanted:
                self._end()

    def _sample(self, number: int) -> int:
        if self._source == 1:
            return (number + 32_768) % 65_536 - 32_768
        if self._source == 2:
            return TONE[number % 8] * (1 if number % 16 < 8 else -1)
        return int(self._heard[number % len(self._heard)])

    def _end(self) -> None:
        self._running = False
        self._send(0x31, struct.pack("<HQIQII", self._take, self._position, 0, _now_us(), 0, self._frames))


def _now_us() -> int:
    return time.monotonic_ns() // 1_000
