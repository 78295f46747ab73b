"""Frames on a serial line, as bytes: the host's half of ``firmware/include/kws_wire.h``.

::

    00 │ COBS( header u8 │ sequence u16 │ payload 0..1040 │ CRC-32 u32 ) │ 00

The header holds the protocol's version (two bits) and the frame's type (six). All numbers are little endian; the CRC is
IEEE 802.3 over everything before it. The zero bytes around each frame mean that boot text, noise or a cut frame never
costs more than itself. Each direction counts its frames, so that a lost one is always noticed.

Nothing here knows serial ports: see :mod:`firmware_tools.link.serial_link`.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from enum import IntEnum

from cobs import cobs

VERSION = 1
MAX_PAYLOAD = 1_040
HEADER = struct.Struct("<BH")
CRC = struct.Struct("<I")
MIN_FRAME = HEADER.size + CRC.size
MAX_FRAME = HEADER.size + MAX_PAYLOAD + CRC.size
MAX_ENCODED = MAX_FRAME + MAX_FRAME // 254 + 1


class Type(IntEnum):
    """What a frame is. Commands go to the board; replies name their command; events answer none."""

    HELLO = 0x01
    RECORD = 0x02
    STOP = 0x03
    CLIP_BEGIN = 0x04
    CLIP_DATA = 0x05
    CLIP_END = 0x06
    FEATURES = 0x07
    LISTEN = 0x08
    STREAM_DATA = 0x09
    STATUS = 0x0A
    LAYERS = 0x0B
    STACK = 0x0C

    REPLY_HELLO = 0x20
    REPLY_ACK = 0x21
    REPLY_NAK = 0x22
    REPLY_RESULT = 0x23
    REPLY_FEATURES = 0x24
    REPLY_STATUS = 0x25
    REPLY_LAYERS = 0x26
    REPLY_STACK = 0x27

    EVENT_AUDIO = 0x30
    EVENT_END = 0x31
    EVENT_SCORES = 0x32
    EVENT_DETECTION = 0x33
    EVENT_BEAT = 0x34


class BoardCode(IntEnum):
    """Error codes of ``kws_err.h``, as a NAK carries them."""

    ARG = -1
    SPACE = -2
    FRAME = -3
    BUSY = -4
    COMMAND = -5
    LOST = -6


@dataclass(frozen=True)
class Frame:
    """One frame: its type (0 to 63), its place in its direction's count, its payload."""

    type: int
    sequence: int
    payload: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.type < 64:
            raise ValueError(f"frame type {self.type} is not 0 to 63")
        if not 0 <= self.sequence < 1 << 16:
            raise ValueError(f"frame sequence {self.sequence} is not 0 to 65535")
        if len(self.payload) > MAX_PAYLOAD:
            raise ValueError(f"frame payload of {len(self.payload)} bytes is over {MAX_PAYLOAD}")


def encode(frame: Frame) -> bytes:
    """Bytes of ``frame`` as they go over the line, with the zero before and after."""
    body = HEADER.pack(VERSION << 6 | frame.type, frame.sequence) + frame.payload
    coded: bytes = cobs.encode(body + CRC.pack(zlib.crc32(body)))
    return b"\0" + coded + b"\0"


@dataclass
class LineCounters:
    """What a :class:`Decoder` saw besides good frames."""

    frames: int = 0
    bad_cobs: int = 0
    bad_crc: int = 0
    bad_version: int = 0
    bad_length: int = 0
    garbage_bytes: int = 0
    sequence_gaps: int = 0
    lost_frames: int = 0

    @property
    def bad_blocks(self) -> int:
        """Blocks between delimiters that were no frame."""
        return self.bad_cobs + self.bad_crc + self.bad_version + self.bad_length


@dataclass
class Decoder:
    """Finds the frames in bytes that come in pieces of any size, and counts what is no frame.

    Corrupted bytes never give a wrong frame (short of a CRC-32 collision); the next good frame is always found.
    """

    counters: LineCounters = field(default_factory=LineCounters)
    _block: bytearray = field(default_factory=bytearray)
    _overlong: bool = False
    _expected: int | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """Frames that ``data`` completes, in order."""
        frames = []
        *complete, rest = bytes(data).split(b"\0")
        for piece in complete:
            self._take(piece)
            frame = self._finish()
            if frame is not None:
                frames.append(frame)
        self._take(rest)
        return frames

    def restart_count(self) -> None:
        """Forget the sequence seen so far: the sender has been restarted."""
        self._expected = None

    def _take(self, piece: bytes) -> None:
        room = MAX_ENCODED - len(self._block)
        if len(piece) > room:
            self._overlong = True
            self.counters.garbage_bytes += len(piece) - room
        self._block += piece[:room]

    def _finish(self) -> Frame | None:
        block, overlong = bytes(self._block), self._overlong
        self._block.clear()
        self._overlong = False
        if not block:
            return None
        frame = None if overlong else self._parse(block)
        if overlong:
            self.counters.bad_length += 1
        if frame is None:
            self.counters.garbage_bytes += len(block)
            return None
        self.counters.frames += 1
        self._follow(frame.sequence)
        return frame

    def _parse(self, block: bytes) -> Frame | None:
        try:
            raw: bytes = cobs.decode(block)
        except cobs.DecodeError:
            self.counters.bad_cobs += 1
            return None
        if not MIN_FRAME <= len(raw) <= MAX_FRAME:
            self.counters.bad_length += 1
            return None
        body, (crc,) = raw[: -CRC.size], CRC.unpack(raw[-CRC.size :])
        if zlib.crc32(body) != crc:
            self.counters.bad_crc += 1
            return None
        header, sequence = HEADER.unpack_from(body)
        if header >> 6 != VERSION:
            self.counters.bad_version += 1
            return None
        return Frame(header & 63, sequence, body[HEADER.size :])

    def _follow(self, sequence: int) -> None:
        missing = 0 if self._expected is None else (sequence - self._expected) % (1 << 16)
        if missing:
            self.counters.sequence_gaps += 1
            self.counters.lost_frames += missing
        self._expected = (sequence + 1) % (1 << 16)
