"""What a board answers: accepted, refused, who it is, how it is."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from firmware_tools.errors import ProtocolError
from firmware_tools.protocol.audio_frames import Codec
from firmware_tools.protocol.frames import BoardCode, Frame, Type

REPLY = struct.Struct("<BH")  # the command's type and sequence, first in each reply
ACK = struct.Struct("<BHI")
NAK = struct.Struct("<BHbI")
HELLO = struct.Struct("<BBIIIIHBhIHHHbB")
STATUS = struct.Struct("<QBHQI")
PROTOCOL = 2  # version of the payloads; wire.VERSION is that of the frames

_VIRTUAL_TIME = 1
_REMEDY = "flash the firmware of this kws"


class State(IntEnum):
    """What a board is doing."""

    IDLE = 0
    RECORDING = 1
    LISTENING = 2


@dataclass(frozen=True)
class BoardHello:
    """What a board says about itself.

    Attributes:
        build: hash of the model bundle, empty when the app has none.
        firmware: CRC-32 of the flashed image in hexadecimal, empty when the board cannot tell.
        baud: rate of its UART, 0 when no rate limits it.
        codecs: what it can record with; empty when it does not record.
        gain_db: of its microphone.
        virtual_time: its clock does not follow the world's (an emulated board).
    """

    app: str
    board: str
    build: str
    sample_rate_hz: int
    clock_hz: int
    max_payload: int
    clip_samples: int
    clip_frames: int
    features: int
    stride_frames: int
    threshold_int8: int
    labels: tuple[str, ...]
    protocol: int = PROTOCOL
    firmware: str = ""
    baud: int = 0
    codecs: tuple[Codec, ...] = ()
    gain_db: float = 0.0
    virtual_time: bool = False


@dataclass(frozen=True)
class BoardStatus:
    """How a board is: from STATUS or a heart-beat.

    Attributes:
        board_us: its time since reset, in µs.
        take: number of the take that runs, or ran last.
        position: samples of that take, with those that were lost.
        lost: samples that its microphone lost.
    """

    board_us: int
    state: int
    take: int
    position: int
    lost: int


class CommandRefusedError(ProtocolError):
    """The board said NAK: ``code`` is its reason, ``detail`` the number that came with it."""

    def __init__(self, command: int, code: int, detail: int) -> None:
        self.command = command
        self.code = code
        self.detail = detail
        reason = BoardCode(code).name.lower() if code in list(BoardCode) else str(code)
        remedies = {
            BoardCode.COMMAND: "the app on the board does not know it: flash the other app",
            BoardCode.BUSY: "stop what is running on the board first",
        }
        remedy = remedies.get(BoardCode(code), "") if code in list(BoardCode) else ""
        super().__init__(f"board refused {command_name(command)} ({reason})", detail, remedy)


def command_name(kind: int) -> str:
    """Name of a command, for people."""
    return Type(kind).name if kind in list(Type) else f"command {kind:#x}"


def is_reply(frame: Frame) -> bool:
    """Whether ``frame`` answers a command (and is no event)."""
    return Type.REPLY_HELLO <= frame.type < Type.EVENT_AUDIO and len(frame.payload) >= REPLY.size


def accepted(frame: Frame, kind: int) -> Frame:
    """A reply without the command's type and sequence; raises CommandRefusedError when it is a NAK."""
    if frame.type == Type.REPLY_NAK and len(frame.payload) == NAK.size:
        _, _, code, detail = NAK.unpack(frame.payload)
        raise CommandRefusedError(kind, code, detail)
    return Frame(frame.type, frame.sequence, frame.payload[REPLY.size :])


def ack_value(reply: Frame) -> int:
    """The number in an ACK; raises ProtocolError when ``reply`` is none."""
    if reply.type != Type.REPLY_ACK or len(reply.payload) != 4:
        raise ProtocolError("board sent another reply than ACK", reply.type, "flash the firmware of this kws")
    return int.from_bytes(reply.payload, "little")


def parse_status(payload: bytes) -> BoardStatus:
    """A status, from a reply to STATUS or a heart-beat; raises ProtocolError when it cannot be read."""
    if len(payload) != STATUS.size:
        raise ProtocolError("board's status cannot be read", payload.hex(), _REMEDY)
    return BoardStatus(*STATUS.unpack(payload))


def parse_hello(payload: bytes) -> BoardHello:
    """What a board says of itself, from a reply to HELLO; raises ProtocolError when it cannot be read."""
    if payload[:1] != bytes([PROTOCOL]):
        raise ProtocolError("board speaks another protocol version", payload[:1].hex(), _REMEDY)
    texts = payload[HELLO.size :].split(b"\0")
    numbers = HELLO.unpack_from(payload) if len(payload) >= HELLO.size else ()
    if not numbers or len(texts) != 3 + numbers[-1] + 1:
        raise ProtocolError("board's hello cannot be read", payload[:16].hex(), _REMEDY)
    app, board, build, *labels = (text.decode("utf-8", "replace") for text in texts[:-1])
    protocol, traits, rate, clock, baud, crc, longest, codecs, gain_cdb, samples, *rest = numbers
    frames, features, stride, threshold, _ = rest
    return BoardHello(
        app,
        board,
        build,
        rate,
        clock,
        longest,
        samples,
        frames,
        features,
        stride,
        threshold,
        tuple(labels),
        protocol=protocol,
        firmware=f"{crc:08x}" if crc else "",
        baud=baud,
        codecs=tuple(codec for codec in Codec if codecs >> codec & 1),
        gain_db=gain_cdb / 100,
        virtual_time=bool(traits & _VIRTUAL_TIME),
    )
